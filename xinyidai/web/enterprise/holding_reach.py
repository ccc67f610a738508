"""Which rows are a firm's where a column does not simply name it: published entries, deeds."""

from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, or_, select

from xinyidai.accounts.models import Account
from xinyidai.applications.models import LoanApplication
from xinyidai.audit.models import AuditEntry
from xinyidai.commitments.models import Commitment
from xinyidai.consents.models import Consent
from xinyidai.credit_lists.models import ListEntry
from xinyidai.credit_reports.models import CreditCode, CreditReport
from xinyidai.declarations.models import Declaration
from xinyidai.financing_needs.models import FinancingNeed
from xinyidai.matchmaking_events.models import EventRegistration
from xinyidai.objections.models import Objection
from xinyidai.repairs.models import Repair
from xinyidai.web.enterprise.holding_parts import ids_of
from xinyidai.whitelist.models import WhitelistEntry


def published(firm: UUID) -> ColumnElement[bool]:
    """Narrow to the entries that were published; what is still a draft is the office's own."""
    return (ListEntry.enterprise_id == firm) & ListEntry.listed_at.is_not(None)


def deeds(firm: UUID) -> ColumnElement[bool]:
    """Narrow to what the firm's people did, and what anybody did to the firm's own things."""
    things = [
        (name, select(cast(model.id, Text)).where(model.enterprise_id == firm))
        for name, model in (
            ("loan_application", LoanApplication),
            ("consent", Consent),
            ("financing_need", FinancingNeed),
            ("whitelist_entry", WhitelistEntry),
            ("event_registration", EventRegistration),
            ("objection", Objection),
            ("repair", Repair),
            ("credit_report", CreditReport),
            ("credit_code", CreditCode),
            ("declaration", Declaration),
            ("commitment", Commitment),
        )
    ]
    return or_(
        AuditEntry.account_id.in_(ids_of(Account)(firm)),
        (AuditEntry.subject_type == "enterprise") & (AuditEntry.subject_id == str(firm)),
        *(
            (AuditEntry.subject_type == name) & AuditEntry.subject_id.in_(ids)
            for name, ids in things
        ),
    )
