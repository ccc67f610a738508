"""Jobs of loan applications."""

from uuid import UUID

from xinyidai.applications import service
from xinyidai.kernel.jobs import job


@job("applications.deliver_submission")
def deliver_submission(application_id: str) -> None:
    """Tell the bank's system of a submission."""
    service.deliver_submission(UUID(application_id))
