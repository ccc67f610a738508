"""What the firm does with its own objection: supply, withdraw, acknowledge."""

from uuid import UUID

from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import require_sound
from xinyidai.objections import rules
from xinyidai.objections.models import Objection
from xinyidai.objections.service import desk, steps, telling
from xinyidai.objections.values import ObjectionAction as A


def supply_objection(actor: Actor, objection_id: UUID, words: str) -> Objection:
    """Supply what was asked for; the clock runs on from now.

    Raises:
        NotFound, Forbidden: not the actor's.
        InvalidInput: the words are too few or too many.
        Conflict: nothing was asked for.

    """
    objection = steps.load(actor, A.SUPPLY, objection_id)
    require_sound(rules.words_faults("words", words, "请写明补充的内容"))
    desk.resume(actor, objection, A.SUPPLY, words)
    telling.tell_source(objection)
    _tell_if_done_for_it(actor, objection, A.SUPPLY)
    return objection


def withdraw_objection(actor: Actor, objection_id: UUID, reason: str = "") -> Objection:
    """Withdraw an objection that has no answer yet; the mark goes at once."""
    objection = steps.load(actor, A.WITHDRAW, objection_id)
    steps.take(actor, A.WITHDRAW, objection, reason[: rules.LONGEST_WORDS])
    objection.waiting_since, objection.closed_at = None, clock.now()
    telling.tell_withdrawn(objection)
    _tell_if_done_for_it(actor, objection, A.WITHDRAW)
    return objection


def acknowledge_objection(actor: Actor, objection_id: UUID) -> Objection:
    """Take note of the answer; this closes the objection."""
    objection = steps.load(actor, A.CLOSE, objection_id)
    return close(actor, objection, "企业已知悉结果")


def _tell_if_done_for_it(actor: Actor, objection: Objection, action: A) -> None:
    """Tell the firm what the counter did in its name: it must be able to contradict."""
    if actor.party_id != objection.enterprise_id:
        telling.tell_firm(objection, action)


def close(actor: Actor, objection: Objection, reason: str) -> Objection:
    """Close an answered objection, 办结."""
    steps.take(actor, A.CLOSE, objection, reason)
    objection.closed_at = clock.now()
    return objection
