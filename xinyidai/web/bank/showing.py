"""How facts of a firm, an application and a consent are put into rows for the page macros."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from xinyidai.applications.models import ApplicationStep, LoanApplication
from xinyidai.applications.queries import AT_BANK, ApplicationRow
from xinyidai.applications.values import ApplicationState as S
from xinyidai.catalogue.kinds import ITEMS
from xinyidai.catalogue.purposes import PURPOSES
from xinyidai.consents.models import Consent
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.reference import industries, regions
from xinyidai.kernel import clock
from xinyidai.kernel.money import format_wan
from xinyidai.kernel.working_days import working_days_between
from xinyidai.web import wording
from xinyidai.web.bank import queries
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.whitelist.values import Priority

STAGES = (
    S.SUBMITTED,
    S.ACCEPTED,
    S.DUE_DILIGENCE,
    S.IN_APPROVAL,
    S.APPROVED,
    S.SIGNED,
    S.DISBURSED,
    S.SETTLED,
)
# A counter-offer is part of the approval: nothing has stopped.
ON_THE_ROAD = frozenset({*STAGES, S.COUNTER_OFFERED})
Row = dict[str, Any]


def days_left(application: LoanApplication) -> int | None:
    """Return working days until the promised day, negative when late, None when none runs."""
    promised = application.promised_on
    if promised is None or application.state not in AT_BANK:
        return None
    left = working_days_between(clock.today(), promised)
    return min(left, -1) if promised < clock.today() else left


def link(url: str, words: str) -> Markup:
    """Return a link with escaped words."""
    return Markup('<a href="{}">{}</a>').format(url, escape(words))


def unbroken(words: str) -> Markup:
    """Return words that stay on one line in a narrow column."""
    return Markup('<span class="nowrap">{}</span>').format(words)


def priority_words(priority: Priority | None) -> str:
    """Say why a firm is served first, 白名单优先: its list and since when; empty when it is not."""
    if priority is None:
        return ""
    return f"{priority.list_name}，{format_day(priority.listed_on)}入库"


def firm_rows(firm: Enterprise) -> list[Row]:
    """Return a firm's public registry facts."""
    region = regions().get(firm.region_code or "")
    scale = wording.SCALES[firm.scale] if firm.scale else None
    return [
        {"label": "统一社会信用代码", "value": firm.uscc},
        {"label": "登记状态", "value": wording.REGISTRATION_STATUSES[firm.status]},
        {"label": "法定代表人", "value": firm.legal_representative},
        {"label": "注册地", "value": region.name if region else firm.region_code},
        {"label": "所属行业", "value": industry_of(firm)},
        {"label": "成立日期", "value": _day(firm.established_on)},
        {"label": "注册资本", "value": _wan(firm.registered_capital_fen)},
        {"label": "企业规模", "value": scale},
        {"label": "住所", "value": firm.address},
    ]


def industry_of(firm: Enterprise) -> str | None:
    """Return the name of the firm's section with its code, or None."""
    section = industries().get(firm.section or "")
    if section is None:
        return firm.industry_code
    return f"{section.name}（{firm.industry_code or firm.section}）"


def application_rows(row: ApplicationRow) -> list[Row]:
    """Return what the firm asks for, and what was granted."""
    application = row.application
    granted = [
        {"label": "授信金额", "value": format_wan(application.amount_approved_fen)},
        {"label": "授信利率", "value": f"{application.rate_approved or 0:.2%}"},
        {"label": "授信期限", "value": f"{application.term_approved_months} 个月"},
    ]
    return [
        {"label": "申请产品", "value": row.product_name},
        {"label": "申请金额", "value": format_wan(application.amount_applied_fen)},
        {"label": "申请期限", "value": f"{application.term_months} 个月"},
        {"label": "贷款用途", "value": application.loan_purpose},
        {"label": "联系人", "value": f"{application.contact_name} {application.contact_phone}"},
        {"label": "提交时间", "value": format_moment(application.submitted_at)},
        {"label": "承诺答复日", "value": format_day(application.promised_on)},
        {"label": "经办人", "value": row.officer_name or "尚未受理"},
        *(granted if application.amount_approved_fen else []),
    ]


def stage_rows(steps: Sequence[ApplicationStep]) -> list[Row]:
    """Return the main stages with the day each was last reached."""
    reached = {step.to_state: step.taken_at for step in steps}
    return [
        {
            "code": stage.value,
            "label": wording.APPLICATION_STATES[stage],
            "on": _short(clock.local(reached[stage]).date()) if stage in reached else "",
        }
        for stage in STAGES
    ]


def stage_reached(application: LoanApplication, steps: Sequence[ApplicationStep]) -> S:
    """Return the main stage the bar stands at, for side states the last one passed."""
    passed = [step.to_state for step in steps if step.to_state in STAGES]
    if application.state in STAGES:
        return application.state
    if application.state is S.COUNTER_OFFERED:
        return S.IN_APPROVAL
    return passed[-1] if passed else S.SUBMITTED


def step_events(steps: Sequence[ApplicationStep]) -> list[Row]:
    """Return the steps for the timeline, newest first."""
    tones = {S.RETURNED: "todo", S.DECLINED: "stop", S.WITHDRAWN: "stop"}
    return [
        {
            "at": format_moment(step.taken_at),
            "title": wording.APPLICATION_ACTIONS[step.action],
            "text": step.note or "",
            "who": step.actor_name,
            "tone": tones.get(step.to_state, ""),
        }
        for step in reversed(steps)
    ]


def consent_rows(consent: Consent) -> list[Row]:
    """Return what a consent allows."""
    return [
        {"label": "授权编号", "value": consent.consent_no},
        {"label": "用途", "value": purpose_name(consent.purpose)},
        {"label": "可查询的信息", "value": item_names(consent.item_codes)},
        {"label": "信息范围", "value": f"{format_day(consent.data_from)}以来"},
        {"label": "使用方式", "value": wording.CONSENT_MODES[consent.mode]},
        {"label": "剩余次数", "value": uses_words(consent)},
        {"label": "频次", "value": frequency_words(consent)},
        {"label": "可查看的人员", "value": officer_words(consent)},
        {"label": "有效期至", "value": format_day(consent.valid_until)},
        {"label": "留存期限", "value": f"每次查询后 {consent.data_life_days} 天"},
    ]


def uses_words(consent: Consent) -> str:
    """Return the remaining looks in words."""
    if consent.uses_left is None:
        return "不限次数"
    return f"剩 {consent.uses_left} 次（共 {consent.max_uses} 次）"


def frequency_words(consent: Consent) -> str:
    """Return in words how often may be looked within a day and a month."""
    parts = []
    if consent.max_per_month is not None:
        parts.append(f"每月最多 {consent.max_per_month} 次")
    if consent.max_per_day is not None:
        parts.append(f"每天最多 {consent.max_per_day} 次")
    return "，".join(parts) or "不限"


def officer_words(consent: Consent) -> str:
    """Return who may look: every loan officer, or the one whom the consent names."""
    if consent.officer_account_id is None:
        return "本机构全部信贷人员"
    name = queries.officer_name(consent.officer_account_id)
    return f"仅 {name}" if name else "仅指定人员"


def look_label(consent: Consent) -> str:
    """Return the words of the button that spends a use, with how many remain before it."""
    left = "不限次数" if consent.uses_left is None else f"剩余 {consent.uses_left} 次"
    return f"查看（{left}）"


def item_names(codes: Sequence[str]) -> str:
    """Return the names of authorization items."""
    return "、".join(ITEMS[code].name if code in ITEMS else code for code in codes)


def purpose_name(code: str) -> str:
    """Return the name of a purpose of consent; one no longer listed goes by its code."""
    return PURPOSES[code].name if code in PURPOSES else code


def _day(day: date | None) -> str | None:
    return None if day is None else format_day(day)


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _wan(fen: int | None) -> str | None:
    return None if fen is None else format_wan(fen)
