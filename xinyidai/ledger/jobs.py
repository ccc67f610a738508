"""Jobs of the evidence log."""

import logging

from xinyidai.audit import service as audit
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.jobs import job
from xinyidai.ledger import service

log = logging.getLogger(__name__)


@job("ledger.seal", cron="* * * * *")
def seal() -> None:
    """Every minute: seal what was written since the last time."""
    service.seal()


@job("ledger.verify_daily", cron="10 4 * * *")
def verify_daily() -> None:
    """Every night: check the whole log, and alarm when anything does not fit."""
    found = service.verify()
    if found.is_fine:
        return
    log.error("ledger verification failed", extra={"problems": list(found.problems)})
    details = {"problems": list(found.problems), "entries": found.entries}
    audit.record(SYSTEM, "ledger:verification_failed", "ledger", "log", details)
