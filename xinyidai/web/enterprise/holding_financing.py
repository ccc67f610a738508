"""What the platform's own tables hold about one firm's financing: applications to events.

Hidden columns belong to somebody else, as in `holding_groups`.
"""

from collections.abc import Sequence

from xinyidai.applications.models import (
    ApplicationStep,
    CreditDecision,
    Disbursement,
    LoanApplication,
    RepaymentReport,
)
from xinyidai.financing_needs.models import FinancingNeed, NeedOffer, NeedStep
from xinyidai.leads.models import (
    ContactChoice,
    Lead,
    LeadFeedback,
    LeadWeekFirm,
    StandingOffer,
)
from xinyidai.matching.models import MatchHead as FirstPlaces
from xinyidai.matching.models import MatchRun, ProductMatchRow
from xinyidai.matchmaking_events.models import EventRegistration, Meeting
from xinyidai.products.models import ShadowChange
from xinyidai.web.enterprise.holding_parts import Group, Part, below, own
from xinyidai.web.rights_words import HOLDINGS
from xinyidai.whitelist.models import WhitelistEntry, WhitelistStep

FINANCING: Sequence[Group] = (
    Group(
        "applications",
        HOLDINGS["applications"],
        "企业填写、银行答复",
        (
            Part("applications", LoanApplication, own(LoanApplication.enterprise_id), "created_at"),
            Part(
                "steps",
                ApplicationStep,
                below(ApplicationStep.application_id, LoanApplication),
                "taken_at",
                frozenset({"note", "account_id"}),
            ),
            Part(
                "decisions",
                CreditDecision,
                below(CreditDecision.application_id, LoanApplication),
                "decided_at",
                frozenset({"decided_by"}),
            ),
            Part(
                "disbursements",
                Disbursement,
                below(Disbursement.application_id, LoanApplication),
                "reported_at",
                frozenset({"reported_by"}),
            ),
            Part(
                "repayments",
                RepaymentReport,
                below(RepaymentReport.application_id, LoanApplication),
                "reported_at",
                frozenset({"reported_by", "reporter_name"}),
            ),
        ),
    ),
    Group(
        "needs",
        HOLDINGS["needs"],
        "企业填写",
        (
            Part("needs", FinancingNeed, own(FinancingNeed.enterprise_id), "created_at"),
            Part("places", NeedOffer, below(NeedOffer.need_id, FinancingNeed), "offered_at"),
            Part(
                "steps",
                NeedStep,
                below(NeedStep.need_id, FinancingNeed),
                "taken_at",
                frozenset({"account_id"}),
            ),
        ),
    ),
    Group(
        "matches",
        HOLDINGS["matches"],
        "平台按公开规则算出",
        (
            Part("runs", MatchRun, own(MatchRun.enterprise_id), "computed_at"),
            Part("first_places", FirstPlaces, own(FirstPlaces.enterprise_id), "computed_at"),
            Part("results", ProductMatchRow, below(ProductMatchRow.run_id, MatchRun), "run_id"),
            Part("trials", ShadowChange, own(ShadowChange.enterprise_id), "run_id"),
        ),
    ),
    Group(
        "leads",
        HOLDINGS["leads"],
        "企业选择、机构的查找条件由平台核对",
        (
            Part("choices", ContactChoice, own(ContactChoice.enterprise_id), "chosen_at"),
            Part("leads", Lead, own(Lead.enterprise_id), "made_at", frozenset({"made_by"})),
            Part(
                "feedback",
                LeadFeedback,
                below(LeadFeedback.lead_id, Lead),
                "given_at",
                frozenset({"given_by", "note"}),
            ),
            Part("weekly", LeadWeekFirm, own(LeadWeekFirm.enterprise_id), "week"),
            Part("offers", StandingOffer, own(StandingOffer.enterprise_id), "made_at"),
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
                own(WhitelistEntry.enterprise_id),
                "nominated_at",
                frozenset({"nominated_by", "listed_by", "removed_by"}),
            ),
            Part(
                "steps",
                WhitelistStep,
                below(WhitelistStep.entry_id, WhitelistEntry),
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
                own(EventRegistration.enterprise_id),
                "registered_at",
            ),
            Part(
                "meetings",
                Meeting,
                own(Meeting.enterprise_id),
                "recorded_at",
                frozenset({"note", "recorded_by"}),
            ),
        ),
    ),
)
