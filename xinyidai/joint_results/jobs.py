"""Jobs of joint results."""

from uuid import UUID

from xinyidai.joint_results import service
from xinyidai.kernel.jobs import job


@job("joint_results.run")
def run(run_id: str) -> None:
    """Give the results of a run that are not given yet."""
    service.run_all(UUID(run_id))
