"""Background work on profiles; every job may run twice without harm."""

from uuid import UUID

from xinyidai.kernel.jobs import job
from xinyidai.profiles import service
from xinyidai.profiles.service import portraits


@job("profiles.rebuild")
def rebuild(*, enterprise_ids: list[str]) -> None:
    """Build the profiles of firms whose records changed."""
    firms = [UUID(text) for text in enterprise_ids]
    service.build_some(firms)


@job("profiles.rebuild_all", cron="30 2 * * *")
def rebuild_all() -> None:
    """Build every profile for the new day, and the distributions among peers.

    Every step is kept: ended by force, it goes on when it is started again.
    """
    service.build_in_pieces()
    service.refresh_distributions()
    portraits.forget_outdated()
