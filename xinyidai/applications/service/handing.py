"""An officer hands an application over to a colleague or a branch, 转交; its state stays."""

from dataclasses import dataclass
from uuid import UUID

from xinyidai.accounts import queries as accounts
from xinyidai.applications.lifecycle import HANDED_OVER
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.service import steps
from xinyidai.catalogue.refusals import LONGEST_NOTE
from xinyidai.institutions import queries as institutions
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import InvalidInput, InvalidTransition, require_sound


@dataclass(frozen=True)
class NewHands:
    """Who takes over: a named colleague, or a branch that finds one; and why."""

    reason: str
    officer_id: UUID | None = None
    branch_id: UUID | None = None


def hand_over_application(actor: Actor, application_id: UUID, to: NewHands) -> LoanApplication:
    """Hand over; done twice, it is noted once. The promised day stays as it is.

    Raises:
        InvalidInput: nobody named, no reason, or not an active officer or branch of this bank.
        InvalidTransition: nothing is left to be worked on.

    """
    application = steps.load(actor, application_id)
    if application.state not in HANDED_OVER:
        raise InvalidTransition(
            "这份申请已经办结，不用再转交。", details={"state": application.state.value}
        )
    require_sound(_faults(to))
    name, branch_id = _taker(application, to)
    place = application.officer_account_id, application.branch_id
    if place == (to.officer_id, branch_id):
        return application
    application.officer_account_id, application.branch_id = to.officer_id, branch_id
    steps.note_hand_over(actor, application, f"转交给 {name}：{to.reason.strip()}")
    return application


def _faults(to: NewHands) -> dict[str, str]:
    found = {}
    if (to.officer_id is None) == (to.branch_id is None):
        found["to"] = "请选择一位同事，或选择一个网点。"
    if not 1 <= len(to.reason.strip()) <= LONGEST_NOTE:
        found["reason"] = f"请写明转交的原因，不超过 {LONGEST_NOTE} 字。"
    return found


def _taker(application: LoanApplication, to: NewHands) -> tuple[str, UUID | None]:
    """Return the name of who takes over and the branch that is responsible from now on."""
    bank_id = application.institution_id
    officers = {one.id: one for one in accounts.officers_of(bank_id)}
    if to.officer_id in officers:
        officer = officers[to.officer_id]
        return officer.name, officer.branch_id or application.branch_id
    branches = {one.id: one for one in institutions.list_branches(bank_id)}
    if to.branch_id in branches:
        return branches[to.branch_id].name, to.branch_id
    words = "请选择本机构在岗的客户经理或网点。"
    raise InvalidInput(words, fields={"to": words})
