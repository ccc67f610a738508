"""Who may make, open and list reports, and manage a credit code, 权限."""

from uuid import UUID

from xinyidai.credit_reports.models import CreditReport
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

ABSENT = "没有找到这份报告。"
RECIPIENTS = frozenset({Role.BANK_OFFICER, Role.GUARANTOR})
OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR})


def require_firm(actor: Actor) -> UUID:
    """Return the actor's firm, or raise `Forbidden`."""
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id is None:
        raise Forbidden("只有企业自己可以办理这项业务。")
    return actor.party_id


def require_recipient(actor: Actor) -> UUID:
    """Return the institution the actor looks for, or raise `Forbidden`."""
    if actor.role not in RECIPIENTS or actor.party_id is None:
        raise Forbidden("只有被企业授权的机构可以开具企业的报告。")
    return actor.party_id


def require_desk(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see which reports the city made."""
    if actor.role not in OVERSEERS:
        raise Forbidden("只有信用办和监管可以查看全部报告。")


def may_see(actor: Actor, report: CreditReport) -> bool:
    """Tell whether a report is any of the actor's business: the firm's, or who made it."""
    if actor.party_id is None:
        return False
    if actor.role is Role.ENTERPRISE_USER:
        return actor.party_id == report.enterprise_id
    return actor.role in RECIPIENTS and actor.party_id == report.institution_id


def require_sight(actor: Actor, report: CreditReport | None) -> CreditReport:
    """Return the report; one that the actor may not see does not exist."""
    if report is None or not may_see(actor, report):
        raise NotFound(ABSENT)
    return report


def may_open(actor: Actor, report: CreditReport) -> bool:
    """Tell whether the actor may read what it says: the firm its own, an institution its own."""
    is_firms = report.institution_id is None
    return may_see(actor, report) and is_firms == (actor.role is Role.ENTERPRISE_USER)
