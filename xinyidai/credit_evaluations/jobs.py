"""Jobs of the evaluation; running one twice keeps nothing new."""

from xinyidai.credit_evaluations import service
from xinyidai.kernel.jobs import job


@job("credit_evaluations.evaluate_all", cron="10 4 * * *")
def evaluate_all() -> None:
    """Every night after the profiles: evaluate every firm, keep what changed."""
    service.evaluate_all()
