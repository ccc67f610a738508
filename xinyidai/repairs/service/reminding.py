"""Tell firms of themselves which records can soon be repaired, 修复主动告知."""

from collections.abc import Iterator
from datetime import date, timedelta

from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.repairs import REPAIRS
from xinyidai.catalogue.values import RecordKind, RepairRule
from xinyidai.credit_records.service import PlatformRun, cases, platform_run
from xinyidai.kernel import clock
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic
from xinyidai.repairs import queries, rules

PURPOSE = "repair_reminder"
SHORTEST_MONTH, LONGEST_MONTH = 28, 31  # days
LOOK_BACK_DAYS = 30  # a job that stood still for a month still tells everybody once


def remind() -> None:
    """Send what is due today; a firm is told once for each record and each reminder."""
    with platform_run(PURPOSE, REPAIRS.version) as run:
        for kind in KINDS.values():
            if kind.repair is not None:
                notifications.send_all(_messages(run, kind, kind.repair, clock.today()))


def _messages(
    run: PlatformRun, kind: RecordKind, rule: RepairRule, today: date
) -> Iterator[Message]:
    months = rule.min_publicity_months
    first = today - timedelta(days=LOOK_BACK_DAYS + LONGEST_MONTH * months)
    last = today + timedelta(days=max(REPAIRS.reminders) - SHORTEST_MONTH * months)
    under_way = queries.open_keys_of_city(kind.code)
    for firm, key, day in cases.happened_between(run, kind.code, first, min(last, today)):
        earliest = rules.earliest_on(rule, day)
        days = _reminder(earliest, today)
        if days is not None and key not in under_way:
            title, body = _words(kind, earliest, today)
            yield Message(
                topic=Topic.REPAIR_DUE,
                title=title,
                body=body,
                enterprise_id=firm,
                link="/enterprise/repairs",
                dedupe_key=f"repair:{days}:{key}",
            )


def _reminder(earliest: date, today: date) -> int | None:
    """Return which reminder is due so many days before the earliest day, None when none is."""
    left = (earliest - today).days
    if left < -LOOK_BACK_DAYS:
        return None
    return next((days for days in sorted(REPAIRS.reminders) if left <= days), None)


def _words(kind: RecordKind, earliest: date, today: date) -> tuple[str, str]:
    day = f"{earliest.year}年{earliest.month}月{earliest.day}日"
    when = "现在可以" if earliest <= today else f"{day} 起可以"
    body = (
        f"您有一条“{kind.name}”记录，{when}申请信用修复。先履行完义务、留好凭证，"
        f"再到“信用修复”页面签署承诺、提交申请。{REPAIRS.free}{REPAIRS.warning}"
    )
    return f"一条记录{when}申请信用修复", body
