"""Jobs of model monitoring."""

from xinyidai.kernel.jobs import job
from xinyidai.model_monitoring import service


@job("model_monitoring.run_shadows", cron="50 4 * * *")
def run_shadows() -> None:
    """Every night, after the profiles: versions in the shadow score all firms."""
    service.run_shadows()


@job("model_monitoring.watch", cron="10 6 * * *")
def watch() -> None:
    """Every morning: this month's look at the active model, unless that is done."""
    service.watch()
