"""Everything that the platform's own tables hold about one firm, group by group.

The list is explicit: a table that is not named here is not shown, and a column that is hidden
here belongs to somebody else (a secret, a bank's internal note, a colleague's id).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, or_, select

from xinyidai.accounts.models import Account, AuthSession
from xinyidai.applications.models import (
    ApplicationStep,
    CreditDecision,
    Disbursement,
    LoanApplication,
)
from xinyidai.audit.models import AuditEntry
from xinyidai.commitments.models import Commitment, CommitmentFile, CommitmentStep
from xinyidai.consents.models import Consent, ConsentEvent, SigningRule
from xinyidai.credit_lists.models import ListEntry, NoticeFirm
from xinyidai.credit_reports.models import CreditCode, CreditReport, ReportVerification
from xinyidai.data_quality.models import FirmCoverage
from xinyidai.declarations.models import Declaration, DeclarationFile, DeclarationStep
from xinyidai.enterprises.models import Enterprise, PendingName
from xinyidai.joint_checks.models import CheckHit, JointCheck
from xinyidai.kernel import clock
from xinyidai.kernel.db import Base, db
from xinyidai.matching.models import FinancingNeed, MatchRun, ProductMatchRow
from xinyidai.matchmaking_events.models import EventRegistration, Meeting
from xinyidai.notifications.models import Notification
from xinyidai.objections.models import Objection, ObjectionStep
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.repairs.models import Repair, RepairStep
from xinyidai.scoring.models import ScoreResult
from xinyidai.web.rights_words import HOLDINGS
from xinyidai.whitelist.models import WhitelistEntry, WhitelistStep

Narrow = Callable[[UUID], ColumnElement[bool]]
BATCH = 1000
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Part:
    """One table of a group: which rows are the firm's, in which order, less which columns."""

    code: str
    model: type[Base]
    of_firm: Narrow
    order: str
    hidden: frozenset[str] = NOTHING


@dataclass(frozen=True)
class Group:
    """What is held on one subject; the first part is what is counted."""

    code: str
    title: str
    source: str
    parts: Sequence[Part]


def _ids(model: type[Any]) -> Callable[[UUID], Any]:
    return lambda firm: select(model.id).where(model.enterprise_id == firm)


def _own(column: Any) -> Narrow:
    return lambda firm: column == firm


def _below(column: Any, model: type[Any]) -> Narrow:
    return lambda firm: column.in_(_ids(model)(firm))


def _published(firm: UUID) -> ColumnElement[bool]:
    """Narrow to the entries that were published; what is still a draft is the office's own."""
    return (ListEntry.enterprise_id == firm) & ListEntry.listed_at.is_not(None)


def _deeds(firm: UUID) -> ColumnElement[bool]:
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
        AuditEntry.account_id.in_(_ids(Account)(firm)),
        (AuditEntry.subject_type == "enterprise") & (AuditEntry.subject_id == str(firm)),
        *(
            (AuditEntry.subject_type == name) & AuditEntry.subject_id.in_(ids)
            for name, ids in things
        ),
    )


GROUPS: Sequence[Group] = (
    Group(
        "registration",
        HOLDINGS["registration"],
        "市场监管登记和企业注册时填写",
        (
            Part("enterprise", Enterprise, _own(Enterprise.id), "created_at"),
            Part(
                "claimed_names", PendingName, _own(PendingName.resolved_enterprise_id), "created_at"
            ),
            Part("coverage", FirmCoverage, _own(FirmCoverage.enterprise_id), "measured_on"),
        ),
    ),
    Group(
        "accounts",
        HOLDINGS["accounts"],
        "企业注册时填写，登录时产生",
        (
            Part(
                "accounts",
                Account,
                _own(Account.enterprise_id),
                "created_at",
                frozenset({"password_hash"}),
            ),
            Part(
                "sign_ins",
                AuthSession,
                _below(AuthSession.account_id, Account),
                "created_at",
                frozenset({"token_hash"}),
            ),
        ),
    ),
    Group(
        "consents",
        HOLDINGS["consents"],
        "企业签署、机构申请",
        (
            Part("consents", Consent, _own(Consent.enterprise_id), "created_at"),
            Part("deeds", ConsentEvent, _below(ConsentEvent.consent_id, Consent), "happened_at"),
            Part("signing_rule", SigningRule, _own(SigningRule.enterprise_id), "changed_at"),
        ),
    ),
    Group(
        "profile",
        HOLDINGS["profile"],
        "平台由信用信息算出",
        (Part("snapshots", ProfileSnapshot, _own(ProfileSnapshot.enterprise_id), "created_at"),),
    ),
    Group(
        "score",
        HOLDINGS["score"],
        "平台由画像算出",
        (Part("scores", ScoreResult, _own(ScoreResult.enterprise_id), "scored_at"),),
    ),
    Group(
        "applications",
        HOLDINGS["applications"],
        "企业填写、银行答复",
        (
            Part(
                "applications", LoanApplication, _own(LoanApplication.enterprise_id), "created_at"
            ),
            Part(
                "steps",
                ApplicationStep,
                _below(ApplicationStep.application_id, LoanApplication),
                "taken_at",
                frozenset({"note", "account_id"}),
            ),
            Part(
                "decisions",
                CreditDecision,
                _below(CreditDecision.application_id, LoanApplication),
                "decided_at",
                frozenset({"decided_by"}),
            ),
            Part(
                "disbursements",
                Disbursement,
                _below(Disbursement.application_id, LoanApplication),
                "reported_at",
                frozenset({"reported_by"}),
            ),
        ),
    ),
    Group(
        "needs",
        HOLDINGS["needs"],
        "企业填写",
        (Part("needs", FinancingNeed, _own(FinancingNeed.enterprise_id), "created_at"),),
    ),
    Group(
        "matches",
        HOLDINGS["matches"],
        "平台按公开规则算出",
        (
            Part("runs", MatchRun, _own(MatchRun.enterprise_id), "computed_at"),
            Part("results", ProductMatchRow, _below(ProductMatchRow.run_id, MatchRun), "run_id"),
        ),
    ),
    Group(
        "whitelist",
        HOLDINGS["whitelist"],
        "部门推荐、信用办审核",
        (
            Part(
                "entries",
                WhitelistEntry,
                _own(WhitelistEntry.enterprise_id),
                "nominated_at",
                frozenset({"nominated_by", "listed_by", "removed_by"}),
            ),
            Part(
                "steps",
                WhitelistStep,
                _below(WhitelistStep.entry_id, WhitelistEntry),
                "taken_at",
                frozenset({"account_id"}),
            ),
        ),
    ),
    Group(
        "events",
        HOLDINGS["events"],
        "企业报名、会后登记",
        (
            Part(
                "registrations",
                EventRegistration,
                _own(EventRegistration.enterprise_id),
                "registered_at",
            ),
            Part(
                "meetings",
                Meeting,
                _own(Meeting.enterprise_id),
                "recorded_at",
                frozenset({"note", "recorded_by"}),
            ),
        ),
    ),
    Group(
        "objections",
        HOLDINGS["objections"],
        "企业提出、信用办受理、来源答复",
        (
            Part(
                "objections",
                Objection,
                _own(Objection.enterprise_id),
                "opened_at",
                frozenset({"opened_by"}),
            ),
            Part(
                "steps",
                ObjectionStep,
                _below(ObjectionStep.objection_id, Objection),
                "taken_at",
                frozenset({"account_id", "actor_name"}),
            ),
        ),
    ),
    Group(
        "repairs",
        HOLDINGS["repairs"],
        "企业申请、信用办核对",
        (
            Part(
                "applications",
                Repair,
                _own(Repair.enterprise_id),
                "opened_at",
                frozenset({"opened_by"}),
            ),
            Part(
                "steps",
                RepairStep,
                _below(RepairStep.repair_id, Repair),
                "taken_at",
                frozenset({"account_id", "actor_name"}),
            ),
        ),
    ),
    Group(
        "reports",
        HOLDINGS["reports"],
        "企业开具、机构在授权内开具",
        (
            Part(
                "reports",
                CreditReport,
                _own(CreditReport.enterprise_id),
                "made_at",
                frozenset({"made_by", "request_key", "snapshot_id"}),
            ),
            Part(
                "checks",
                ReportVerification,
                _below(ReportVerification.report_id, CreditReport),
                "checked_at",
            ),
        ),
    ),
    Group(
        "credit_codes",
        HOLDINGS["credit_codes"],
        "企业启用",
        (
            Part(
                "codes",
                CreditCode,
                _own(CreditCode.enterprise_id),
                "made_at",
                frozenset({"made_by"}),
            ),
        ),
    ),
    Group(
        "lists",
        HOLDINGS["lists"],
        "认定部门和信用办发布",
        (
            Part("entries", ListEntry, _published, "drafted_at"),
            Part("corrections", NoticeFirm, _own(NoticeFirm.enterprise_id), "notice_id"),
        ),
    ),
    Group(
        "checks",
        HOLDINGS["checks"],
        "部门核查、平台自动核查",
        (
            Part(
                "checks",
                JointCheck,
                _own(JointCheck.enterprise_id),
                "asked_at",
                frozenset({"asked_by", "actor_name", "request_key", "batch_id"}),
            ),
            Part("hits", CheckHit, _below(CheckHit.check_id, JointCheck), "check_id"),
        ),
    ),
    Group(
        "declarations",
        HOLDINGS["declarations"],
        "企业填报、信用办和部门核验",
        (
            Part(
                "declarations",
                Declaration,
                _own(Declaration.enterprise_id),
                "created_at",
                frozenset({"created_by"}),
            ),
            # The files themselves are downloaded one by one.
            Part(
                "files",
                DeclarationFile,
                _own(DeclarationFile.enterprise_id),
                "uploaded_at",
                frozenset({"content", "uploaded_by"}),
            ),
            Part(
                "steps",
                DeclarationStep,
                _below(DeclarationStep.declaration_id, Declaration),
                "taken_at",
                frozenset({"account_id", "actor_name"}),
            ),
        ),
    ),
    Group(
        "commitments",
        HOLDINGS["commitments"],
        "企业签署、信用办和部门核实",
        (
            Part("commitments", Commitment, _own(Commitment.enterprise_id), "signed_at"),
            Part(
                "files",
                CommitmentFile,
                _own(CommitmentFile.enterprise_id),
                "uploaded_at",
                frozenset({"content", "uploaded_by"}),
            ),
            Part(
                "steps",
                CommitmentStep,
                _below(CommitmentStep.commitment_id, Commitment),
                "taken_at",
                frozenset({"account_id", "actor_name"}),
            ),
        ),
    ),
    Group(
        "messages",
        HOLDINGS["messages"],
        "平台发出",
        (Part("messages", Notification, _own(Notification.enterprise_id), "created_at"),),
    ),
    Group(
        "deeds",
        HOLDINGS["deeds"],
        "平台记录",
        (
            Part(
                "deeds",
                AuditEntry,
                _deeds,
                "happened_at",
                frozenset({"account_id", "party_id", "details"}),
            ),
        ),
    ),
)


def count(group: Group, enterprise_id: UUID) -> int:
    """Return how many rows the first part of a group holds about the firm."""
    part = group.parts[0]
    statement = select(func.count()).select_from(part.model).where(part.of_firm(enterprise_id))
    return db.session.scalar(statement) or 0


def rows(part: Part, enterprise_id: UUID) -> Iterator[dict[str, Any]]:
    """Yield a part's rows about the firm, oldest first, as plain JSON values."""
    table = part.model.__table__
    shown = [column for column in table.columns if column.name not in part.hidden]
    statement = (
        select(*shown).where(part.of_firm(enterprise_id)).order_by(table.columns[part.order])
    )
    result = db.session.execute(statement.execution_options(yield_per=BATCH))
    for row in result:
        yield {column.name: plain(value) for column, value in zip(shown, row, strict=True)}


def plain(value: Any) -> Any:
    """Return a value as JSON holds it; times of Shanghai, fractions as text; else an error."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return clock.local(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [plain(member) for member in value]
    raise TypeError(f"no plain form for {type(value).__name__}")
