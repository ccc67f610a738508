"""What the credit office does with an entry, from screening to removal."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from xinyidai.catalogue.list_types import ListType, get_list_type
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import RuleBroken, require_sound
from xinyidai.whitelist import policies, queries, rules
from xinyidai.whitelist.lifecycle import lifecycle_of
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.service import steps
from xinyidai.whitelist.values import EntryAction as A
from xinyidai.whitelist.values import EntryState

NO_EVIDENCE: Mapping[str, str] = MappingProxyType({})


def screen_entry(
    actor: Actor, entry_id: UUID, opinion: str = "", evidence: Mapping[str, str] = NO_EVIDENCE
) -> WhitelistEntry:
    """Screen a nomination, 初审; `evidence` ticks standards that the nominator left open.

    Raises:
        RuleBroken: a standard has no evidence, or the automatic check says 不符合.

    """
    entry, list_type = _load(actor, A.SCREEN, entry_id)
    require_sound(rules.tick_faults(list_type, evidence))
    state = _next_state(entry, list_type, A.SCREEN)
    standards = {**entry.standards, **steps.ticks(actor, evidence)}
    _require_ticked(list_type, standards)
    _check_again(actor, entry)
    entry.standards = standards
    return _enter(actor, A.SCREEN, entry, state, opinion)


def review_entry(actor: Actor, entry_id: UUID, opinion: str = "") -> WhitelistEntry:
    """Hand a screened entry to joint review by the departments, 部门联审."""
    entry, list_type = _load(actor, A.REVIEW, entry_id)
    return _enter(actor, A.REVIEW, entry, _next_state(entry, list_type, A.REVIEW), opinion)


def publicise_entry(actor: Actor, entry_id: UUID, opinion: str = "") -> WhitelistEntry:
    """Publish an entry before it is listed, 公示."""
    entry, list_type = _load(actor, A.PUBLICISE, entry_id)
    return _enter(actor, A.PUBLICISE, entry, _next_state(entry, list_type, A.PUBLICISE), opinion)


def list_entry(actor: Actor, entry_id: UUID, opinion: str = "") -> WhitelistEntry:
    """List a firm, 入库; never by the person who nominated it.

    Raises:
        Forbidden: the actor is not of the credit office, or nominated the firm (`four_eyes`).
        RuleBroken: the publicity lasts, or the automatic check now says 不符合.

    """
    entry, list_type = _load(actor, A.LIST, entry_id)
    policies.require_another_person(actor, entry)
    state = _next_state(entry, list_type, A.LIST)
    _require_publicity_over(entry, list_type)
    _require_ticked(list_type, entry.standards)
    _check_again(actor, entry)
    entry.listed_by, entry.listed_at = actor.account_id, clock.now()
    return _enter(actor, A.LIST, entry, state, opinion)


def suspend_entry(actor: Actor, entry_id: UUID, reason: str) -> WhitelistEntry:
    """Suspend a listed firm, 暂停; it is no member while that lasts."""
    return _take_with_reason(actor, A.SUSPEND, entry_id, reason)


def resume_entry(actor: Actor, entry_id: UUID, reason: str) -> WhitelistEntry:
    """Let a suspended firm be a member again, 恢复; its term runs on from the listing."""
    return _take_with_reason(actor, A.RESUME, entry_id, reason)


def remove_entry(actor: Actor, entry_id: UUID, reason: str) -> WhitelistEntry:
    """Take a firm off the list, or turn its nomination down, 移出; the reason stays."""
    entry = _take_with_reason(actor, A.REMOVE, entry_id, reason)
    entry.removed_by, entry.removed_at = actor.account_id, clock.now()
    entry.removed_reason = reason.strip()
    return entry


def _take_with_reason(actor: Actor, action: A, entry_id: UUID, reason: str) -> WhitelistEntry:
    entry, list_type = _load(actor, action, entry_id)
    require_sound(rules.reason_faults(reason))
    return _enter(actor, action, entry, _next_state(entry, list_type, action), reason)


def _load(actor: Actor, action: A, entry_id: UUID) -> tuple[WhitelistEntry, ListType]:
    policies.require(actor, action)
    entry = queries.get_entry(entry_id, for_update=True)
    return entry, get_list_type(entry.list_type)


def _next_state(entry: WhitelistEntry, list_type: ListType, action: A) -> EntryState:
    return lifecycle_of(list_type.publicity_days).next_state(entry.state, action)


def _enter(
    actor: Actor, action: A, entry: WhitelistEntry, state: EntryState, words: str
) -> WhitelistEntry:
    if len(words) > rules.LONGEST_REASON:
        require_sound({"opinion": f"意见最多 {rules.LONGEST_REASON} 个字。"})
    entry.state = state
    steps.note(actor, action, entry, words)
    return entry


def _require_ticked(list_type: ListType, standards: Mapping[str, object]) -> None:
    lacking = rules.standards_not_ticked(list_type, standards)
    if lacking:
        raise RuleBroken(
            f"还有标准没有核实：{'、'.join(lacking)}。请逐项勾选并写明依据。",
            code="standards_open",
            details={"standards": list(lacking)},
        )


def _check_again(actor: Actor, entry: WhitelistEntry) -> None:
    checked, screening = steps.checked_facts(
        actor, entry.enterprise_id, entry.list_type, besides=entry.id
    )
    failed = rules.unmet(checked)
    if screening.is_serious:
        # The step is rolled back; that somebody checked, and what came of it, is not.
        screening.keep_stopped("在严重失信主体名单内，不符合白名单标准，没有通过")
    if failed:
        raise RuleBroken(
            f"自动核查不符合：{'；'.join(fact.text for fact in failed)}。",
            code="check_unmet",
            details={"facts": [fact.code for fact in failed]},
        )
    screening.keep("白名单审核时自动核查，未因此限制")
    entry.check_result = steps.check_result(checked)


def _require_publicity_over(entry: WhitelistEntry, list_type: ListType) -> None:
    published = queries.publicised_at(entry.id)
    if list_type.publicity_days == 0 or published is None:
        return
    last_day = rules.publicity_ends_on(clock.local(published).date(), list_type.publicity_days)
    if clock.today() <= last_day:
        raise RuleBroken(
            f"公示期到 {last_day:%Y年%m月%d日} 为止，期满后才能入库。",
            code="publicity_lasts",
            details={"last_day": last_day.isoformat()},
        )
