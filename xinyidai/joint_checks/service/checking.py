"""Check one firm, 核查, and screen one on behalf of another use case, 自动核查."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from xinyidai.catalogue.credit_lists import CreditListType
from xinyidai.catalogue.measures import MEASURES, get_occasion
from xinyidai.enterprises import queries as enterprises
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.rules import normalise_name
from xinyidai.joint_checks import policies, queries, rules
from xinyidai.joint_checks.models import JointCheck
from xinyidai.joint_checks.service import looking
from xinyidai.joint_checks.service.looking import Asked, Found
from xinyidai.joint_checks.values import CheckChannel, CheckOrder, CheckOutcome, ScreenOrder
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput, require_sound
from xinyidai.kernel.uscc import UnifiedSocialCreditCode

SCREENERS = policies.CHECKERS


@dataclass(frozen=True)
class Screening:
    """What an automatic check found; the caller decides and then keeps it, once."""

    found: Found

    @property
    def is_serious(self) -> bool:
        """Tell whether the firm is on a list of serious dishonesty: a hard stop."""
        return self.found.answer.outcome is CheckOutcome.SERIOUS

    @property
    def is_insufficient(self) -> bool:
        """Tell whether nobody may say that the firm is on none."""
        return self.found.answer.outcome is CheckOutcome.INSUFFICIENT

    @property
    def lists(self) -> tuple[CreditListType, ...]:
        """Return the lists the firm was found on."""
        return tuple(hit.list_type for hit in self.found.answer.hits)

    @property
    def number(self) -> str:
        """Return the number of the check, for people."""
        return self.found.check.number

    def keep(self, reason: str) -> JointCheck:
        """Keep the check, closed, in the caller's transaction; nothing was restricted."""
        looking.settle(self.found, taken=(), reason=reason)
        return self.found.keep()

    def keep_stopped(self, reason: str) -> None:
        """Keep the check of a step that is refused because of it: the step rolls back, it stays.

        Of the measures offered only those that oblige are noted as taken, never mere advice.
        """
        offered = self.found.answer.measures
        taken = [code for code in offered if not MEASURES[code].is_advice]
        looking.settle(self.found, taken=taken, reason=reason)
        self.found.keep_apart()


def check(actor: Actor, order: CheckOrder) -> JointCheck:
    """Check one firm for the actor's office; the same order sent again gives the first check.

    Raises:
        Forbidden: the actor's role makes no checks.
        UnknownOccasion: the occasion is not on the list.
        InvalidInput: the code is wrong, or several firms bear the name; each field named.
        Conflict: the key was used for another order.

    """
    department_id = policies.require_checking(actor)
    require_order(order.occasion, order.case_no)
    firm, uscc = _firm(order)
    asked = Asked(
        actor=actor,
        department_id=department_id,
        channel=order.channel,
        occasion=order.occasion,
        case_no=order.case_no.strip(),
        enterprise_id=firm.id if firm else None,
        uscc=uscc,
        name=order.name.strip() or None,
        request_key=order.request_key,
    )
    return _before(asked) or _once(asked)


def screen(actor: Actor, order: ScreenOrder) -> Screening:
    """Check a firm within another use case: whitelist, event, subsidy; the caller keeps it.

    The check belongs to the actor's office; where a firm itself acts it is the platform's own.

    Raises:
        UnknownOccasion: the occasion is not on the list.

    """
    get_occasion(order.occasion)
    asked = Asked(
        actor=actor,
        department_id=actor.party_id if actor.role in SCREENERS else None,
        channel=CheckChannel.AUTOMATIC,
        occasion=order.occasion,
        case_no=order.case_no,
        enterprise_id=order.enterprise_id,
    )
    return Screening(looking.look_up(asked))


def require_order(occasion: str, case_no: str) -> None:
    """Refuse an order without an occasion of the list or without a case number."""
    faults = rules.order_faults(case_no)
    if not occasion.strip():
        faults["occasion"] = "请选择核查的事由。"
    require_sound(faults)
    get_occasion(occasion)


def _once(asked: Asked) -> JointCheck:
    """Keep the check; of two orders under one key at the same moment the first one stands."""
    found = looking.look_up(asked)
    try:
        with db.session.begin_nested():
            return found.keep()
    except IntegrityError as error:
        if "uq_joint_check_key" not in str(error.orig):
            raise
        before = _before(asked)
        if before is None:
            raise
        return before


def _before(asked: Asked) -> JointCheck | None:
    """Return the check of the same order sent before, if there is one."""
    if asked.request_key is None or asked.department_id is None:
        return None
    before = queries.find_by_key(asked.department_id, asked.request_key)
    if before is None:
        return None
    same = (before.occasion, before.case_no, before.enterprise_id, before.asked_uscc)
    if same != (asked.occasion, asked.case_no, asked.enterprise_id, asked.uscc):
        raise Conflict("这个请求编号已用于另一次核查，请换一个编号。", code="key_reused")
    return before


def _firm(order: CheckOrder) -> tuple[Enterprise | None, str | None]:
    """Return the firm that is meant, None when the platform does not know it, and its code."""
    if not order.uscc.strip() and not order.name.strip():
        words = "请填写统一社会信用代码或企业全称。"
        raise InvalidInput(words, fields={"uscc": words})
    if not order.uscc.strip():
        return _by_name(order.name)
    code = str(UnifiedSocialCreditCode.parse(order.uscc))
    firm = enterprises.find_by_code(code)
    if firm is not None and order.name.strip():
        _require_name(firm, order.name)
    return firm, code


def _by_name(name: str) -> tuple[Enterprise | None, str | None]:
    found = enterprises.find_by_name(name)
    if len(found) > 1:
        words = f"有 {len(found)} 家企业都叫这个名称，请用统一社会信用代码核查。"
        raise InvalidInput(words, fields={"name": words}, code="ambiguous_name")
    return (found[0], found[0].uscc) if found else (None, None)


def _require_name(firm: Enterprise, name: str) -> None:
    names: Collection[str] = {firm.normal_name, *map(normalise_name, firm.former_names)}
    if normalise_name(name) not in names:
        words = "名称与代码不是同一家企业，请核对后再查。"
        raise InvalidInput(words, fields={"name": words}, code="name_mismatch")


def last_of(enterprise_id: UUID, event_id: UUID) -> JointCheck | None:
    """Return the check behind an entry of the firm's log, or None."""
    return queries.find_by_event(enterprise_id, event_id)
