"""Everything that the platform's own tables hold about one firm, group by group.

The list is explicit: a table that is not named here is not shown, and a column that is hidden
here belongs to somebody else (a secret, a bank's internal note, a colleague's id).
"""

from collections.abc import Sequence

from xinyidai.accounts.models import Account, AuthSession
from xinyidai.audit.models import AuditEntry
from xinyidai.commitments.models import Commitment, CommitmentFile, CommitmentStep
from xinyidai.consents.models import Consent, ConsentEvent, SigningRule
from xinyidai.credit_evaluations.models import CreditEvaluation
from xinyidai.credit_lists.models import ListEntry, NoticeFirm
from xinyidai.credit_reports.models import CreditCode, CreditReport, ReportVerification
from xinyidai.data_quality.models import FirmCoverage
from xinyidai.declarations.models import Declaration, DeclarationFile, DeclarationStep
from xinyidai.enterprises.models import Enterprise, PendingName
from xinyidai.joint_checks.models import CheckHit, JointCheck
from xinyidai.joint_results.models import JointResult
from xinyidai.notifications.models import Notification
from xinyidai.objections.models import Objection, ObjectionStep
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.repairs.models import Repair, RepairStep
from xinyidai.scoring.models import LookBasis, ScoreHead, ScoreResult
from xinyidai.web.enterprise.holding_financing import FINANCING
from xinyidai.web.enterprise.holding_parts import Group, Part, below, own
from xinyidai.web.enterprise.holding_reach import deeds, published
from xinyidai.web.rights_words import HOLDINGS

GROUPS: Sequence[Group] = (
    Group(
        "registration",
        HOLDINGS["registration"],
        "市场监管登记和企业注册时填写",
        (
            Part("enterprise", Enterprise, own(Enterprise.id), "created_at"),
            Part(
                "claimed_names", PendingName, own(PendingName.resolved_enterprise_id), "created_at"
            ),
            Part("coverage", FirmCoverage, own(FirmCoverage.enterprise_id), "measured_on"),
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
                own(Account.enterprise_id),
                "created_at",
                frozenset({"password_hash"}),
            ),
            Part(
                "sign_ins",
                AuthSession,
                below(AuthSession.account_id, Account),
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
            Part("consents", Consent, own(Consent.enterprise_id), "created_at"),
            Part("deeds", ConsentEvent, below(ConsentEvent.consent_id, Consent), "happened_at"),
            Part("signing_rule", SigningRule, own(SigningRule.enterprise_id), "changed_at"),
        ),
    ),
    Group(
        "profile",
        HOLDINGS["profile"],
        "平台由信用信息算出",
        (Part("snapshots", ProfileSnapshot, own(ProfileSnapshot.enterprise_id), "created_at"),),
    ),
    Group(
        "score",
        HOLDINGS["score"],
        "平台由画像算出",
        (
            Part("scores", ScoreResult, own(ScoreResult.enterprise_id), "scored_at"),
            Part("newest_score", ScoreHead, own(ScoreHead.enterprise_id), "facts_version"),
            Part("look_bases", LookBasis, own(LookBasis.enterprise_id), "made_at"),
        ),
    ),
    Group(
        "evaluation",
        HOLDINGS["evaluation"],
        "平台按公开的规则表由画像算出",
        (
            Part(
                "evaluations",
                CreditEvaluation,
                own(CreditEvaluation.enterprise_id),
                "evaluated_at",
            ),
        ),
    ),
    *FINANCING,
    Group(
        "objections",
        HOLDINGS["objections"],
        "企业提出、信用办受理、来源答复",
        (
            Part(
                "objections",
                Objection,
                own(Objection.enterprise_id),
                "opened_at",
                frozenset({"opened_by"}),
            ),
            Part(
                "steps",
                ObjectionStep,
                below(ObjectionStep.objection_id, Objection),
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
                own(Repair.enterprise_id),
                "opened_at",
                frozenset({"opened_by"}),
            ),
            Part(
                "steps",
                RepairStep,
                below(RepairStep.repair_id, Repair),
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
                own(CreditReport.enterprise_id),
                "made_at",
                frozenset({"made_by", "request_key", "snapshot_id"}),
            ),
            Part(
                "checks",
                ReportVerification,
                below(ReportVerification.report_id, CreditReport),
                "checked_at",
            ),
        ),
    ),
    Group(
        "joint_results",
        HOLDINGS["joint_results"],
        "银行模型在平台内运行的结果",
        (Part("results", JointResult, own(JointResult.enterprise_id), "made_at"),),
    ),
    Group(
        "credit_codes",
        HOLDINGS["credit_codes"],
        "企业启用",
        (
            Part(
                "codes",
                CreditCode,
                own(CreditCode.enterprise_id),
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
            Part("entries", ListEntry, published, "drafted_at"),
            Part("corrections", NoticeFirm, own(NoticeFirm.enterprise_id), "notice_id"),
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
                own(JointCheck.enterprise_id),
                "asked_at",
                frozenset({"asked_by", "actor_name", "request_key", "batch_id"}),
            ),
            Part("hits", CheckHit, below(CheckHit.check_id, JointCheck), "check_id"),
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
                own(Declaration.enterprise_id),
                "created_at",
                frozenset({"created_by"}),
            ),
            # The files themselves are downloaded one by one.
            Part(
                "files",
                DeclarationFile,
                own(DeclarationFile.enterprise_id),
                "uploaded_at",
                frozenset({"content", "uploaded_by"}),
            ),
            Part(
                "steps",
                DeclarationStep,
                below(DeclarationStep.declaration_id, Declaration),
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
            Part("commitments", Commitment, own(Commitment.enterprise_id), "signed_at"),
            Part(
                "files",
                CommitmentFile,
                own(CommitmentFile.enterprise_id),
                "uploaded_at",
                frozenset({"content", "uploaded_by"}),
            ),
            Part(
                "steps",
                CommitmentStep,
                below(CommitmentStep.commitment_id, Commitment),
                "taken_at",
                frozenset({"account_id", "actor_name"}),
            ),
        ),
    ),
    Group(
        "messages",
        HOLDINGS["messages"],
        "平台发出",
        (Part("messages", Notification, own(Notification.enterprise_id), "created_at"),),
    ),
    Group(
        "deeds",
        HOLDINGS["deeds"],
        "平台记录",
        (
            Part(
                "deeds",
                AuditEntry,
                deeds,
                "happened_at",
                frozenset({"account_id", "party_id", "details"}),
            ),
        ),
    ),
)
