"""Jobs of the repairs."""

from xinyidai.kernel.jobs import job
from xinyidai.repairs import service


@job("repairs.remind", cron="30 8 * * *")
def remind() -> None:
    """Every morning: tell firms which of their records can soon be repaired, or can be now."""
    service.remind()
