"""Nominate a firm for a list, 推荐."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from xinyidai.catalogue.list_types import get_list_type
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, require_sound
from xinyidai.whitelist import policies, rules
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.service import steps
from xinyidai.whitelist.values import EntryAction, EntryState


@dataclass(frozen=True)
class Nomination:
    """Which firm for which list and why; `evidence` gives for each ticked standard its proof."""

    list_type: str
    enterprise_id: UUID
    basis: str
    evidence: Mapping[str, str] = field(default_factory=dict)


def nominate_enterprise(actor: Actor, nomination: Nomination) -> WhitelistEntry:
    """Nominate a firm; the automatic check is run and recorded, whatever it says.

    Raises:
        Forbidden: the actor may not nominate.
        NotFound: no such list type or firm.
        InvalidInput: the basis or a tick is not sound, each field named.
        Conflict: the firm already has a live entry on this list.

    """
    policies.require(actor, EntryAction.NOMINATE)
    list_type = get_list_type(nomination.list_type)
    require_sound(rules.nomination_faults(list_type, nomination.basis, nomination.evidence))
    checked, screening = steps.checked_facts(actor, nomination.enterprise_id, list_type.code)
    entry = WhitelistEntry(
        list_type=list_type.code,
        enterprise_id=nomination.enterprise_id,
        state=EntryState.NOMINATED,
        basis=nomination.basis.strip(),
        standards=steps.ticks(actor, nomination.evidence),
        check_result=steps.check_result(checked),
        rules_version=rules.VERSION,
        nominated_by=actor.account_id,
        nominated_for=actor.party_id,
    )
    _add(entry, list_type.name)
    screening.keep("白名单推荐时自动核查，结果随推荐交信用办初审")
    steps.note(actor, EntryAction.NOMINATE, entry, nomination.basis)
    return entry


def _add(entry: WhitelistEntry, list_name: str) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(entry)
    except IntegrityError as error:
        if "uq_whitelist_entry_one_live" not in str(error.orig):
            raise
        raise Conflict(
            f"这家企业在“{list_name}”里已有一条未移出的记录，不用重复推荐。",
            code="already_nominated",
        ) from error
