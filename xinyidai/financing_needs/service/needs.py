"""A firm's financing needs: draft, publish, match."""

from uuid import UUID

from xinyidai.accounts.models import Account
from xinyidai.financing_needs import policies, queries, rules
from xinyidai.financing_needs.models import FinancingNeed
from xinyidai.financing_needs.service import steps, telling
from xinyidai.financing_needs.values import (
    CLAIM_DAYS,
    FinancingNeedAction,
    FinancingNeedState,
    NeedFacts,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id, readable_number
from xinyidai.kernel.errors import Conflict, InvalidInput, RuleBroken
from xinyidai.kernel.working_days import add_working_days
from xinyidai.matching import service as matching
from xinyidai.matching.service import MatchResult

A, S = FinancingNeedAction, FinancingNeedState


class DuplicateNeed(Conflict):
    """The firm has an open need for the same; `need_id` names it."""

    default_code = "need_duplicate"

    def __init__(self, open_need: FinancingNeed) -> None:
        """Keep which need it is, so that a page can lead there."""
        self.need_id = open_need.id
        super().__init__(
            f"您已有一项相近的融资需求（{open_need.number}）正在对接，不用重复发布。"
            "要改内容，请先撤回那一项，再重新发布。",
            details={"need_id": str(open_need.id)},
        )


def draft_need(
    actor: Actor, enterprise_id: UUID, facts: NeedFacts, *, request_key: UUID | None = None
) -> FinancingNeed:
    """Keep a need as a draft that only the firm sees; the same key returns the same draft.

    Raises:
        InvalidInput: a field is missing, out of range, or would tell banks who writes.

    """
    policies.require_own(actor, enterprise_id)
    firm = queries.hold_firm(enterprise_id)
    earlier = queries.find_by_key(request_key) if request_key else None
    if earlier is not None:
        policies.require_own(actor, earlier.enterprise_id)
        return earlier
    _require_sound(facts, firm.name)
    need_id = new_id()
    need = FinancingNeed(
        id=need_id,
        number=readable_number("XQ", need_id),
        request_key=request_key,
        enterprise_id=enterprise_id,
        state=S.DRAFT,
        created_by=actor.account_id,
    )
    _write(need, facts)
    _add_contact(actor, need)
    db.session.add(need)
    db.session.flush()
    steps.note(steps.Deed(actor, A.DRAFT), need)
    return need


def update_need(actor: Actor, need_id: UUID, facts: NeedFacts) -> FinancingNeed:
    """Replace what a draft says; a published need is refused with what to do."""
    need = steps.load_own(actor, need_id)
    if need.state is not S.DRAFT:
        raise Conflict(
            "需求发布后不能修改，因为银行按发布的内容接单。要改内容，请先撤回，再重新发布。",
            code="need_published",
        )
    _require_sound(facts, queries.get_firm(need.enterprise_id).name)
    steps.take(actor, A.UPDATE, need)
    _write(need, facts)
    _add_contact(actor, need)
    return need


def publish_need(actor: Actor, need_id: UUID) -> FinancingNeed:
    """Publish a draft, 发布需求: banks may claim it from now on; a second click changes nothing.

    Raises:
        DuplicateNeed: an open need of the firm is for the same.
        RuleBroken: the firm is deregistered.
        InvalidInput: the day on which the money is needed has passed since it was drafted.

    """
    queries.hold_firm(queries.get_need(need_id).enterprise_id)
    need = steps.load_own(actor, need_id)
    if need.state is S.PUBLISHED:
        return need
    firm = queries.get_firm(need.enterprise_id)
    if firm.status in rules.GONE:
        raise RuleBroken("企业已注销或被吊销，不能发布融资需求。", code="enterprise_inactive")
    _require_sound(need.facts, firm.name)
    twin = find_alike(need.enterprise_id, need.facts)
    if twin is not None and need.state is S.DRAFT:
        raise DuplicateNeed(twin)
    today = clock.today()
    need.published_at = clock.now()
    need.claim_until = add_working_days(today, CLAIM_DAYS)
    need.expires_on = rules.last_day(need.facts, today)
    steps.take(actor, A.PUBLISH, need)
    telling.tell_published()
    return need


def find_alike(enterprise_id: UUID, facts: NeedFacts) -> FinancingNeed | None:
    """Return the firm's open need for the same purpose, amount and term, or None."""
    found = queries.open_needs_of(enterprise_id)
    return next((need for need in found if rules.are_alike(need.facts, facts)), None)


def match_need(actor: Actor, need_id: UUID) -> MatchResult:
    """Match the actor's own firm against what this need of it says, and store the run."""
    need = queries.get_need(need_id)
    policies.require_own(actor, need.enterprise_id)
    return matching.match_own_firm(actor, need.enterprise_id, need.wish, need_id=need.id)


def _require_sound(facts: NeedFacts, firm_name: str) -> None:
    problems = rules.faults(facts, clock.today(), firm_name)
    if problems:
        raise InvalidInput("融资需求有误，请按提示修改。", fields=problems)


def _write(need: FinancingNeed, facts: NeedFacts) -> None:
    need.amount_fen = facts.wish.amount_fen or 0
    need.term_months = facts.wish.term_months or 0
    need.guarantee = facts.wish.guarantee
    need.purpose = facts.purpose
    need.purpose_text, need.preferences = facts.purpose_text.strip(), facts.preferences.strip()
    need.rate_max, need.wanted_by = facts.rate_max, facts.wanted_by
    need.most_banks = facts.most_banks
    need.contact_name = facts.contact_name.strip()
    need.contact_phone = facts.contact_phone.strip()


def _add_contact(actor: Actor, need: FinancingNeed) -> None:
    """Name who writes as the contact when the need names nobody."""
    if not need.contact_name:
        need.contact_name = actor.name
    if not need.contact_phone and actor.account_id is not None:
        account = db.session.get(Account, actor.account_id)
        need.contact_phone = (account.phone if account else None) or ""
