"""Look at applications for repair, and at what can be repaired, as far as the actor may."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from xinyidai.catalogue.kinds import KINDS, get_kind
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import cases
from xinyidai.credit_records.values import Fact, HandledCase
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import new_id
from xinyidai.kernel.errors import Forbidden, NotFound, require_sound
from xinyidai.kernel.http import Page
from xinyidai.repairs import policies, queries, rules
from xinyidai.repairs.lifecycle import LIFECYCLE
from xinyidai.repairs.models import Repair
from xinyidai.repairs.queries import RepairRow
from xinyidai.repairs.values import Repairable, RepairAction, RepairState

COUNTER = "counter"
REPAIRABLE_KINDS = frozenset(kind.code for kind in KINDS.values() if kind.repair)


def read_repair(actor: Actor, repair_id: UUID) -> RepairRow:
    """Return an application with names; any that the actor may not see does not exist."""
    policies.require_sight(actor, queries.find(repair_id))
    return queries.get_row(repair_id)


def list_own(actor: Actor, page: Page) -> tuple[Sequence[RepairRow], int]:
    """Return the applications of the actor's own firm, newest first, and how many there are."""
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id is None:
        raise Forbidden("只有企业有自己的修复申请。")
    return queries.of_enterprise(actor.party_id, page)


def list_of_city(
    actor: Actor, page: Page, states: Collection[RepairState]
) -> tuple[Sequence[RepairRow], int]:
    """Return applications of all firms, the longest waiting first, and how many there are."""
    policies.require_desk(actor)
    return queries.of_city(page, states=states)


def repairable_of(actor: Actor) -> Sequence[Repairable]:
    """Return the negative records of the actor's own firm; this look is logged as its own."""
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id is None:
        raise Forbidden("只有企业可以查看自己可修复的记录。")
    return repairables(actor.party_id, credit_records.read_own(actor, actor.party_id))


def show_at_counter(actor: Actor, enterprise_id: UUID, identity: str) -> Sequence[Repairable]:
    """Show a clerk the negative records of a firm whose person stands at the counter.

    The look is an event that the firm sees.

    Raises:
        Forbidden: the actor is no clerk of the credit office.
        NotFound: no such firm.
        InvalidInput: nothing is said of the person's identity.

    """
    policies.require_clerk(actor)
    if enterprises.find_enterprise(enterprise_id) is None:
        raise NotFound("没有找到这家企业。")
    ask = "请写明来人姓名、与企业的关系和核对的证件"
    require_sound(rules.words_faults("identity", identity, ask))
    case = HandledCase(COUNTER, new_id(), enterprise_id)
    facts = cases.read_for_case(actor, case, REPAIRABLE_KINDS)
    return repairables(enterprise_id, facts)


def repairables(enterprise_id: UUID, facts: Iterable[Fact]) -> Sequence[Repairable]:
    """Return those of a firm's records that can be repaired, the earliest first."""
    under_way = queries.open_keys(enterprise_id)
    found = [
        Repairable(
            fact,
            kind,
            kind.repair.grade,
            rules.earliest_on(kind.repair, fact.occurred_on),
            cases.key_of(enterprise_id, fact) in under_way,
        )
        for fact in facts
        if (kind := get_kind(fact.kind)).repair is not None
    ]
    return sorted(found, key=lambda one: (one.earliest_on, one.fact.id))


def actions_of(actor: Actor, repair: Repair) -> frozenset[RepairAction]:
    """Return what the actor may do next to an application it sees, for the buttons of its page."""
    possible = LIFECYCLE.actions_from(repair.state)
    return frozenset(action for action in possible if policies.may(actor, action, repair))
