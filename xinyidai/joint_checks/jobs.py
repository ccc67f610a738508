"""Jobs of the joint checks."""

from xinyidai.joint_checks import service
from xinyidai.kernel.jobs import job


@job("joint_checks.watch", cron="40 8 * * *")
def watch() -> None:
    """Every morning: reminders, late feedback, measures whose firm is off the list."""
    service.watch()
