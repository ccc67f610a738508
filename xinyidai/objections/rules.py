"""Rules of objections, pure: terms with their pauses, and what must be said."""

from collections.abc import Mapping
from datetime import date, timedelta

from xinyidai.catalogue.objections import ObjectionReason, ObjectionSubject, Term, TermUnit
from xinyidai.kernel.working_days import add_working_days, working_days_between
from xinyidai.objections.values import Remedy

SHORTEST_WORDS = 5
LONGEST_WORDS = 1000


def due_on(received_on: date, term: Term) -> date:
    """Return the last day of the answer; the day on which the objection came in does not count."""
    if term.unit is TermUnit.WORKING:
        return add_working_days(received_on, term.days)
    return received_on + timedelta(days=term.days)


def resumed_due_on(due: date, asked_on: date, resumed_on: date, unit: TermUnit) -> date:
    """Return the last day after a pause, 暂停计时: later by as many days as the firm was awaited.

    A question put after the last day gives no day back: late stays late.
    """
    if asked_on > due:
        return due
    if unit is TermUnit.WORKING:
        return add_working_days(due, max(0, working_days_between(asked_on, resumed_on)))
    return due + timedelta(days=max(0, (resumed_on - asked_on).days))


def days_left(due: date, on: date, unit: TermUnit) -> int:
    """Return the days left until the last day, 0 on it, negative once it is over."""
    if unit is TermUnit.WORKING:
        left = working_days_between(on, due)
        return min(left, -1) if due < on else left
    return (due - on).days


def wording_faults(
    reason: ObjectionReason, subject: ObjectionSubject, statement: str
) -> dict[str, str]:
    """Return a sentence for each bad field of what the firm says."""
    faults = {}
    if subject not in reason.subjects:
        faults["reason"] = "这个理由不适用于这项内容，请重新选择。"
    return faults | words_faults("statement", statement, "请写明哪里不对、应该是什么")


def words_faults(name: str, words: str, ask: str) -> dict[str, str]:
    """Return a sentence when words that must be given are too few or too many."""
    if len(words.strip()) < SHORTEST_WORDS:
        return {name: f"{ask}，至少 {SHORTEST_WORDS} 个字。"}
    if len(words) > LONGEST_WORDS:
        return {name: f"最多 {LONGEST_WORDS} 个字。"}
    return {}


def remedy_faults(subject: ObjectionSubject, remedy: Remedy) -> Mapping[str, str]:
    """Return a sentence when this cannot be done to what was objected to.

    A record that the source agrees is wrong is corrected or withdrawn; anything else was put
    right where it is kept, and the answer says how.
    """
    if (subject is ObjectionSubject.RECORD) == (remedy is Remedy.OTHER):
        return {"remedy": "这项异议不能这样处理，请重新选择处理方式。"}
    return {}
