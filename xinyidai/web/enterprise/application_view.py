"""Put an application together for its pages: stages, delay, steps, decision, answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for

from xinyidai.applications import queries
from xinyidai.applications.lifecycle import LIFECYCLE
from xinyidai.applications.models import ApplicationStep, CreditDecision, LoanApplication
from xinyidai.applications.queries import AT_BANK, ApplicationRow
from xinyidai.applications.service.reading import Task
from xinyidai.applications.values import ApplicationAction, ApplicationState
from xinyidai.catalogue.denials import Suggestion
from xinyidai.kernel import clock
from xinyidai.kernel.money import format_wan
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import GuaranteeKind
from xinyidai.web.chrome import format_day, format_moment, format_percent
from xinyidai.web.wording import APPLICATION_ACTIONS, APPLICATION_STATES
from xinyidai.whitelist.priority_queries import find_priority

S = ApplicationState
STAGE_NAMES: Mapping[ApplicationState, str] = {
    S.SUBMITTED: "提交",
    S.ACCEPTED: "受理",
    S.DUE_DILIGENCE: "尽调",
    S.IN_APPROVAL: "审批",
    S.APPROVED: "授信",
    S.SIGNED: "签约",
    S.DISBURSED: "放款",
}
# A counter-offer is part of the approval: nothing has stopped.
ON_THE_ROAD = frozenset({*STAGE_NAMES, S.SETTLED, S.COUNTER_OFFERED})
WAITS_FOR_FIRM = "待您答复报价"
EDITABLE = frozenset({S.DRAFT, S.RETURNED})
# The officer's note on the way to approval is the bank's own business.
OPEN_NOTES = frozenset(
    {
        ApplicationAction.RETURN,
        ApplicationAction.WITHDRAW,
        ApplicationAction.OFFER,
        ApplicationAction.REFUSE_OFFER,
        ApplicationAction.REASSIGN,
        ApplicationAction.TIME_OUT,
        ApplicationAction.EXPIRE,
    }
)
TASK_PAGES = {"need": "need", "contact": "contact", "consent": "consent", "submit": "check"}
STEP_TONES = {
    ApplicationAction.RETURN: "todo",
    ApplicationAction.OFFER: "todo",
    ApplicationAction.DECLINE: "stop",
    ApplicationAction.TIME_OUT: "stop",
    ApplicationAction.EXPIRE: "stop",
}


@dataclass(frozen=True)
class ApplicationCard:
    """One application in a list: where it stands, who handles it, by when there is an answer."""

    number: str
    product: str
    institution: str
    amount: str
    href: str
    state: ApplicationState
    stages: list[dict[str, str]]
    current: str
    late: str
    side: str
    finished: bool
    officer: str
    phone: str
    promised: str

    @property
    def is_draft(self) -> bool:
        """Tell whether the firm has yet to submit it."""
        return self.state is S.DRAFT


@dataclass(frozen=True)
class Decided:
    """What the bank decided, as the firm reads it."""

    outcome: str
    on: str
    officer: str
    facts: list[dict[str, str]] = field(default_factory=list)
    reasons: list[dict[str, str]] = field(default_factory=list)
    ways_out: list[dict[str, str]] = field(default_factory=list)


def card_of(row: ApplicationRow) -> ApplicationCard:
    """Return the card of one application."""
    application = row.application
    state = application.state
    return ApplicationCard(
        number=application.application_no,
        product=row.product_name,
        institution=row.institution.name,
        amount=format_wan(application.amount_applied_fen),
        href=url_for("enterprise.application", application_id=application.id),
        state=state,
        stages=stages_of(application),
        current=_main_stage(application).value,
        late=late_words(application, clock.today()),
        side="" if state in ON_THE_ROAD else APPLICATION_STATES[state],
        finished=state in {S.DISBURSED, S.SETTLED},
        officer=row.officer_name or "",
        phone=row.officer_phone or row.institution.phone or "",
        promised=_promise(application),
    )


def cards_of(enterprise_rows: Sequence[ApplicationRow]) -> list[ApplicationCard]:
    """Return the cards of a list, in its order."""
    return [card_of(row) for row in enterprise_rows]


def stages_of(application: LoanApplication) -> list[dict[str, str]]:
    """Return the stages of the bar; a settled loan has one more."""
    names = dict(STAGE_NAMES)
    if application.state is S.COUNTER_OFFERED:
        names[S.IN_APPROVAL] = WAITS_FOR_FIRM
    stages = [{"code": stage.value, "label": name} for stage, name in names.items()]
    if application.state is S.SETTLED:
        stages.append({"code": S.SETTLED.value, "label": "结清"})
    return stages


def late_words(application: LoanApplication, today: date) -> str:
    """Say by how many days the bank's answer is late; empty when it is not."""
    promised = application.promised_on
    if promised is None or application.state not in AT_BANK or promised >= today:
        return ""
    return f"慢了 {(today - promised).days} 天"


def _main_stage(application: LoanApplication) -> ApplicationState:
    if application.state in STAGE_NAMES or application.state is S.SETTLED:
        return application.state
    if application.state is S.COUNTER_OFFERED:
        return S.IN_APPROVAL
    reached = (
        (application.disbursed_at, S.DISBURSED),
        (application.signed_at, S.SIGNED),
        (application.amount_approved_fen, S.APPROVED),
        (application.accepted_at, S.ACCEPTED),
    )
    return next((stage for fact, stage in reached if fact is not None), S.SUBMITTED)


def _promise(application: LoanApplication) -> str:
    waits = application.state in AT_BANK and application.promised_on is not None
    return format_day(application.promised_on) if waits else ""


def timeline_of(steps: Sequence[ApplicationStep]) -> list[dict[str, str]]:
    """Return the steps, newest first, without the bank's internal notes."""
    return [
        {
            "at": format_moment(step.taken_at),
            "title": APPLICATION_ACTIONS[step.action],
            "who": step.actor_name,
            "text": (step.note or "") if step.action in OPEN_NOTES else "",
            "tone": STEP_TONES.get(step.action, ""),
        }
        for step in reversed(steps)
    ]


def decision_of(application: LoanApplication) -> Decided | None:
    """Return the newest decision of the bank, or None."""
    decision = queries.latest_decision(application.id)
    if decision is None:
        return None
    return Decided(
        outcome=decision.outcome,
        on=format_moment(decision.decided_at),
        officer=decision.officer_name,
        facts=_granted(decision),
        reasons=[_reason(reason) for reason in decision.reasons],
        ways_out=_ways_out(decision),
    )


def offer_of(application: LoanApplication) -> dict[str, Any]:
    """Return what the firm asked for beside what the bank offers, and the bank's word on it."""
    decision = queries.latest_decision(application.id)
    if application.state is not S.COUNTER_OFFERED or decision is None:
        return {"offered": [], "offer_note": ""}
    asked = format_wan(application.amount_applied_fen)
    term = f"您申请的是 {application.term_months} 个月"
    notes = [
        step.note
        for step in queries.steps_of(application.id)
        if step.action is ApplicationAction.OFFER
    ]
    return {
        "offered": [
            {
                "label": "金额",
                "value": format_wan(decision.amount_fen),
                "note": f"您申请的是 {asked}",
            },
            {"label": "年利率", "value": format_percent(decision.rate)},
            {"label": "期限", "value": f"{decision.term_months} 个月", "note": term},
        ],
        "offer_note": notes[-1] or "",
    }


def priority_words(application: LoanApplication) -> str:
    """Say by which list the firm is served first, or nothing; only while a bank works on it."""
    priority = find_priority(application.enterprise_id) if application.state in AT_BANK else None
    if priority is None:
        return ""
    return f"{priority.list_name}（{format_day(priority.listed_on)}入库）"


def _granted(decision: CreditDecision) -> list[dict[str, str]]:
    if decision.amount_fen is None:
        return []
    return [
        {"label": "授信金额", "value": format_wan(decision.amount_fen)},
        {"label": "年利率", "value": format_percent(decision.rate)},
        {"label": "期限", "value": f"{decision.term_months} 个月"},
    ]


def _reason(reason: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(reason[name]) for name in ("name", "text", "next_step", "note")}


def _ways_out(decision: CreditDecision) -> list[dict[str, str]]:
    """Return where else the firm can turn, each way once; an unknown suggestion is an error."""
    offers = {
        Suggestion.PRODUCT: {"label": "看看其他产品", "href": url_for("enterprise.matches")},
        Suggestion.GUARANTEE: {
            "label": "找带担保的产品",
            "href": url_for("enterprise.match_form", guarantee=GuaranteeKind.GUARANTY.value),
        },
    }
    suggested = dict.fromkeys(Suggestion(reason["suggests"]) for reason in decision.reasons)
    return [offers[suggestion] for suggestion in suggested if suggestion is not Suggestion.NONE]


def may_withdraw(application: LoanApplication) -> bool:
    """Tell whether the firm may still withdraw."""
    return ApplicationAction.WITHDRAW in LIFECYCLE.actions_from(application.state)


def tasks_of(
    application: LoanApplication, tasks: Sequence[Task], *, half_signed: bool = False
) -> list[dict[str, str]]:
    """Return the task list of a draft or returned application; 核对并提交 comes last.

    `half_signed` tells that the authorization waits for its second signature.
    """
    shown = [_task(application, task) for task in tasks]
    for task, row in zip(tasks, shown, strict=True):
        if task.code == "consent" and half_signed and not task.is_done:
            row["status"] = "已签 1/2，等待另一位"
    return shown


def _task(application: LoanApplication, task: Task) -> dict[str, str]:
    shown = {"title": task.title, "hint": task.hint}
    if not task.is_open:
        return {**shown, "status": "完成上面各项后开始"}
    page = f"enterprise.application_{TASK_PAGES[task.code]}"
    href = url_for(page, application_id=application.id)
    done = {"status": "已完成", "tone": "ok"}
    return {**shown, "href": href, **(done if task.is_done else {"status": "去办理"})}


def limits_text(version: ProductVersion) -> dict[str, str]:
    """Say what amount and term the product gives, as hints of the form."""
    low, high = version.amount_min_fen, version.amount_max_fen
    bounds = [
        f"最低 {format_wan(low)}" if low else "",
        f"最高 {format_wan(high)}" if high else "",
    ]
    short, long = version.term_min_months or 1, version.term_max_months
    return {
        "amount": "，".join(filter(None, bounds)) or "银行没有公布额度上下限",
        "term": f"{short} 到 {long} 个月" if long else "银行没有公布期限，请填写您需要的月数",
    }


def answers_of(row: ApplicationRow, items: str, consent_no: str) -> list[dict[str, Any]]:
    """Return every answer with where it comes from and where to change it."""
    application = row.application
    firm = row.enterprise

    def change(page: str) -> str:
        return url_for(f"enterprise.application_{page}", application_id=application.id)

    need = {"change_url": change("need"), "source": "您填写"}
    contact = {"change_url": change("contact"), "source": "您填写"}
    register = {"source": "企业登记信息", "dispute_url": url_for("enterprise.dispute")}
    return [
        {"label": "申请产品", "value": f"{row.product_name}（{row.institution.name}）"},
        {"label": "企业名称", "value": firm.name, **register},
        {"label": "统一社会信用代码", "value": firm.uscc, **register},
        {"label": "申请金额", "value": format_wan(application.amount_applied_fen), **need},
        {"label": "期限", "value": f"{application.term_months} 个月", **need},
        {"label": "贷款用途", "value": application.loan_purpose, **need},
        {"label": "联系人", "value": application.contact_name, **contact},
        {"label": "联系电话", "value": application.contact_phone, **contact},
        {
            "label": "授权银行查看",
            "value": items,
            "source": f"授权 {consent_no}" if consent_no else "",
            "change_url": change("consent"),
        },
    ]
