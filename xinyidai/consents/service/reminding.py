"""What time and facts do to authorizations, told to the parties by jobs.

Every message has a key made of what it tells, so that a job which runs twice, late, or twice at
the same time sends it once. Nothing here changes an authorization: what suspends by itself is
decided anew at every look.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from xinyidai.consents import due_queries as due
from xinyidai.consents.due_queries import Due, Holding
from xinyidai.consents.service.notice import PLATFORM_NAME
from xinyidai.consents.service.telling import bank_link, firm_link, purpose_name
from xinyidai.consents.values import RefusalReason
from xinyidai.kernel import clock
from xinyidai.kernel.working_days import add_working_days
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic

R = RefusalReason
LATE_AFTER = 3  # working days
SUMMARY_DAYS = 90
MOST_BANKS = 5
MONTHS_OF_QUARTER = 3
TEMPLATES_PAGE = "/office/purposes/versions"
# From how many days before the last day to how many; each span is told once.
SPANS = ((7, 2), (1, 0))

FIRM_WORDS: Mapping[RefusalReason, str] = {
    R.INSTITUTION_SUSPENDED: "对方已被平台暂停业务，恢复之前不能查看您的数据。您不需要做什么。",
    R.ENTERPRISE_INACTIVE: "登记信息显示本企业已注销或被吊销，对方不能再查看。"
    "如有疑问请联系信用办。",
    R.OFFICER_LEFT: "授权书指定的经办人员已离岗，对方不能再查看。"
    "需要继续办理的，请对方重新申请授权。",
    R.REPRESENTATIVE_CHANGED: "登记的法定代表人已变更，对方暂时不能查看。"
    "请在授权页面确认继续，或撤回。",
    R.PURPOSE_WITHDRAWN: "信用办已停用这个用途，对方不能再查看。您不需要做什么。",
}
BANK_WORDS: Mapping[RefusalReason, str] = {
    R.ENTERPRISE_INACTIVE: "登记信息显示企业已注销或被吊销，不能再查询。",
    R.OFFICER_LEFT: "授权书指定的经办人员已停用，不能再查询。需要继续办理的，请重新申请授权。",
    R.REPRESENTATIVE_CHANGED: "企业登记的法定代表人已变更，等待企业确认，确认之前不能查询。",
    R.PURPOSE_WITHDRAWN: "信用办已停用这个用途，贵机构凭这个用途取得的授权全部暂停查询。",
}
# Whose end the firm brings about itself, and therefore knows.
SELF_MADE = frozenset({R.REPRESENTATIVE_CHANGED})
# What a bank is told once for all its consents of a purpose, instead of for each of them.
BY_PURPOSE = frozenset({R.PURPOSE_WITHDRAWN})


@dataclass(frozen=True)
class LookCount:
    """How often a firm's data were looked at, and how often that was refused."""

    allowed: int = 0
    refused: int = 0


def watch() -> None:
    """Tell of consents that a fact suspended or no longer suspends, and of templates to review."""
    for cause in due.CAUSES:
        _tell_recovered(cause)
    for cause in due.CAUSES:
        notifications.send_all(_suspended(cause))
    notifications.send_all(_reviews())


def remind() -> None:
    """Tell of what expires soon, and of requests that wait for long."""
    for days, until_days in SPANS:
        notifications.send_all(_expiring(days, until_days))
    notifications.send_all(_late())


def firms_due_summary() -> Sequence[Holding]:
    """Return the firms that get this quarter's summary of their live consents, and have not yet."""
    start = _quarter(clock.today())
    moment = datetime.combine(start, time.min, clock.TZ)
    return due.holdings_before(moment, _summary_key(start))


def send_summaries(firms: Sequence[Holding], looks: Mapping[UUID, LookCount]) -> None:
    """Send each firm its summary; `looks` counts the last 90 days, a firm without any is absent."""
    key = _summary_key(_quarter(clock.today()))
    notifications.send_all(
        _summary(firm, looks.get(firm.enterprise_id, LookCount()), key) for firm in firms
    )


def _suspended(cause: RefusalReason) -> Iterator[Message]:
    told: set[str] = set()
    for row in due.newly_suspended(cause, _facts_key(cause)):
        yield _to_firm(
            row,
            Topic.CONSENT_SUSPENDED,
            f"授权自动暂停：{_bank(row)}",
            f"授权 {row.consent_no}（用途：{purpose_name(row.purpose)}）已自动暂停。"
            f"{FIRM_WORDS[cause]}",
            _facts_key(cause),
        )
        key = _bank_key(cause, row)
        if cause in BANK_WORDS and row.institution_id is not None and key not in told:
            told.add(key)
            yield _suspended_to_bank(cause, row, key)


def _suspended_to_bank(cause: RefusalReason, row: Due, key: str) -> Message:
    by_purpose = cause in BY_PURPOSE
    purpose = purpose_name(row.purpose)
    return Message(
        institution_id=row.institution_id,
        topic=Topic.CONSENT_SUSPENDED,
        title=f"用途“{purpose}”已停用" if by_purpose else f"{row.firm}的授权自动暂停",
        body=BANK_WORDS[cause]
        if by_purpose
        else f"授权 {row.consent_no}（用途：{purpose}）已自动暂停。{BANK_WORDS[cause]}",
        link=None if by_purpose or row.kind is None else bank_link(row.kind, row.consent_id),
        dedupe_key=key,
    )


def _tell_recovered(cause: RefusalReason) -> None:
    over = due.no_longer_suspended(cause, _facts_key(cause))
    keys = {_facts_key(cause) + str(row.consent_id) for row, _ in over}
    # A purpose that stays out of use is told to a bank once, whichever consents end meanwhile.
    keys |= {_bank_key(cause, row) for row, again in over if again or cause not in BY_PURPOSE}
    notifications.forget_keys(sorted(keys))
    if cause in SELF_MADE:
        return
    notifications.send_all(
        Message(
            enterprise_id=row.enterprise_id,
            topic=Topic.CONSENT_SUSPENDED,
            title=f"授权自动恢复：{_bank(row)}",
            body=f"授权 {row.consent_no}（用途：{purpose_name(row.purpose)}）暂停的原因已消除，"
            "对方可以按约定继续查看。您随时可以暂停或撤回。",
            link=firm_link(row.consent_id),
        )
        for row, in_force in over
        if in_force
    )


def _expiring(days: int, until_days: int) -> Iterator[Message]:
    today, key = clock.today(), f"expiring:{days}:firm:"
    first, last = today + timedelta(days=until_days), today + timedelta(days=days)
    for row in due.expiring(first, last, key):
        purpose, when = purpose_name(row.purpose), f"{row.valid_until:%Y-%m-%d}"
        yield _to_firm(
            row,
            Topic.CONSENT_EXPIRING,
            f"授权将到期：{_bank(row)}",
            f"授权 {row.consent_no}（用途：{purpose}）{when} 到期，之后对方不能再查看。"
            "还需要办理业务的，可以重新授权。",
            key,
        )
        if row.institution_id is not None and row.kind is not None:
            yield Message(
                institution_id=row.institution_id,
                topic=Topic.CONSENT_EXPIRING,
                title=f"{row.firm}的授权将到期",
                body=f"授权 {row.consent_no}（用途：{purpose}）{when} 到期，之后不能再查询。"
                "还需要办理的，请提前重新申请授权。",
                link=bank_link(row.kind, row.consent_id),
                dedupe_key=f"expiring:{days}:bank:{row.consent_id}",
            )


def _late() -> Iterator[Message]:
    key = "waiting:firm:"
    for row in due.waiting_since(_late_before(clock.today()), key):
        yield _to_firm(
            row,
            Topic.CONSENT_REQUESTED,
            f"还没有答复的授权：{_bank(row)}",
            f"授权申请 {row.consent_no}（用途：{purpose_name(row.purpose)}）已等待超过"
            f" {LATE_AFTER} 个工作日。请确认同意或拒绝；不答复，对方看不到您的数据，"
            "申请也可能办不下去。",
            key,
        )


def _reviews() -> Iterator[Message]:
    key = "purpose_review:"
    for template_id, code, version, office_id in due.templates_to_review(key):
        yield Message(
            department_id=office_id,
            topic=Topic.PURPOSE_REVIEW,
            title=f"用途模板待批准：{purpose_name(code)}",
            body=f"“{purpose_name(code)}”的第 {version} 版等待两位人员批准，批准后生效。",
            link=f"{TEMPLATES_PAGE}/{template_id}",
            dedupe_key=f"{key}{template_id}:{office_id}",
        )


def _summary(firm: Holding, looks: LookCount, key: str) -> Message:
    names = [name or PLATFORM_NAME for name in firm.banks]
    more = f"等 {len(names)} 家" if len(names) > MOST_BANKS else ""
    return Message(
        enterprise_id=firm.enterprise_id,
        topic=Topic.CONSENT_SUMMARY,
        title=f"授权小结：有 {firm.count} 份授权正在生效",
        body=f"您给{'、'.join(names[:MOST_BANKS])}{more}的 {firm.count} 份授权还在有效期内。"
        f"最近 {SUMMARY_DAYS} 天您的数据被查看 {looks.allowed} 次，另有 {looks.refused} 次被拒绝。"
        "不再需要的授权，请撤回。",
        link="/enterprise/consents",
        dedupe_key=f"{key}{firm.enterprise_id}",
    )


def _to_firm(row: Due, topic: Topic, title: str, body: str, key: str) -> Message:
    return Message(
        enterprise_id=row.enterprise_id,
        topic=topic,
        title=title,
        body=body,
        link=firm_link(row.consent_id),
        dedupe_key=f"{key}{row.consent_id}",
    )


def _bank(row: Due) -> str:
    return row.bank or PLATFORM_NAME


def _facts_key(cause: RefusalReason) -> str:
    return f"facts:{cause}:firm:"


def _bank_key(cause: RefusalReason, row: Due) -> str:
    """Return the key of the bank's message: one for a whole purpose, else one for each consent."""
    if cause in BY_PURPOSE:
        return f"facts:{row.purpose}:bank:{row.institution_id}"
    return f"facts:{cause}:bank:{row.consent_id}"


def _late_before(today: date) -> datetime:
    """Return the moment before which a request has waited for more than three working days."""
    day = today
    while add_working_days(day, LATE_AFTER) >= today:
        day -= timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time.min, clock.TZ)


def _quarter(day: date) -> date:
    """Return the first day of the calendar quarter."""
    month = (day.month - 1) // MONTHS_OF_QUARTER * MONTHS_OF_QUARTER + 1
    return day.replace(month=month, day=1)


def _summary_key(start: date) -> str:
    return f"summary:{start:%Y-%m}:"
