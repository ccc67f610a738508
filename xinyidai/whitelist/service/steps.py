"""What every deed on an entry shares: the automatic check, ticks, the step and the audit entry."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.joint_checks import service as joint_checks
from xinyidai.joint_checks.service import Screening
from xinyidai.joint_checks.values import ScreenOrder
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound
from xinyidai.whitelist import queries, rules
from xinyidai.whitelist.models import WhitelistEntry, WhitelistStep
from xinyidai.whitelist.rules import CheckedFact
from xinyidai.whitelist.values import EntryAction

OCCASION = "whitelist"


def note(actor: Actor, action: EntryAction, entry: WhitelistEntry, reason: str = "") -> None:
    """Write the step and the audit entry of a deed just done; the entry has its id."""
    db.session.add(
        WhitelistStep(
            entry_id=entry.id,
            action=action,
            to_state=entry.state,
            account_id=actor.account_id,
            actor_name=actor.name,
            reason=reason.strip(),
        )
    )
    audit.record(
        actor,
        f"whitelist:{action}",
        "whitelist_entry",
        entry.id,
        {"list_type": entry.list_type, "to_state": entry.state.value},
    )


def checked_facts(
    actor: Actor, enterprise_id: UUID, list_type: str, *, besides: UUID | None = None
) -> tuple[tuple[CheckedFact, ...], Screening]:
    """Run the automatic check on what the platform knows now, with the joint check of the firm.

    The caller keeps the screening: with the step, or apart when the step is refused.

    Raises:
        NotFound: no such firm.

    """
    facts = queries.firm_facts(enterprise_id, list_type, besides=besides)
    if facts is None:
        raise NotFound("没有找到这家企业。")
    case_no = f"白名单 {list_type}"
    order = ScreenOrder(enterprise_id=enterprise_id, occasion=OCCASION, case_no=case_no)
    screening = joint_checks.screen(actor, order)
    listed = rules.dishonesty(
        is_serious=screening.is_serious,
        is_insufficient=screening.is_insufficient,
        number=screening.number,
    )
    return (*rules.check(facts), listed), screening


def check_result(checked: tuple[CheckedFact, ...]) -> dict[str, Any]:
    """Return what is stored of a check: when, by which rules, and each fact."""
    return {
        "checked_at": clock.now().isoformat(timespec="seconds"),
        "rules_version": rules.VERSION,
        "facts": [fact.as_json() for fact in checked],
    }


def ticks(actor: Actor, evidence: Mapping[str, str]) -> dict[str, Any]:
    """Return what is stored of standards ticked: the evidence, who, when."""
    moment = clock.now().isoformat(timespec="seconds")
    return {
        code: {"evidence": words.strip(), "ticked_by": actor.name, "ticked_at": moment}
        for code, words in evidence.items()
    }
