"""What the clock does to objections, 督办: reminders, escalation, pauses that end, closing."""

from datetime import timedelta

from xinyidai.catalogue.objections import OBJECTIONS
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.objections import queries
from xinyidai.objections.service import desk, own, steps, telling
from xinyidai.objections.values import ObjectionAction as A


def watch() -> None:
    """Do what is due today; run twice, it does nothing the second time."""
    _end_pauses()
    _remind()
    _escalate()
    _close()


def _end_pauses() -> None:
    """Let the clock run on where the firm has not supplied in its time, 补充期满."""
    last = clock.now() - timedelta(days=OBJECTIONS.supplement_days)
    for objection in queries.unsupplied(last):
        desk.resume(SYSTEM, objection, A.RESUME, "补充期满，按现有材料继续核实")
        telling.tell_firm(objection, A.RESUME)


def _remind() -> None:
    today = clock.today()
    for objection in queries.due_soon(today, today + timedelta(days=OBJECTIONS.warn_days)):
        telling.remind_source(objection)


def _escalate() -> None:
    """Note each overdue objection once, and tell the credit office and the source."""
    for objection in queries.late_ones(clock.today()):
        told = {step.action for step in queries.steps_of(objection.id)}
        if A.ESCALATE not in told:
            steps.take(SYSTEM, A.ESCALATE, objection, "答复期限已过")
            telling.tell_late(objection)


def _close() -> None:
    last = clock.now() - timedelta(days=OBJECTIONS.close_days)
    for objection in queries.unclosed(last):
        own.close(SYSTEM, objection, "结果告知期满")
