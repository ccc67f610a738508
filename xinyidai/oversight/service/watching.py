"""Watch the log for suspicious looks, 异常查询预警: every few minutes, and never twice the same."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from xinyidai.credit_records import queries as log
from xinyidai.credit_records.values import QueryOutcome
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.oversight import queries, rules
from xinyidai.oversight.models import OversightMark, QueryAlarm
from xinyidai.oversight.rules import THRESHOLDS
from xinyidai.oversight.service import telling
from xinyidai.oversight.service.raising import raise_alarms
from xinyidai.oversight.values import CaseKind, SeenLook, Suspicion

MARK = "watch"
# A look is in the log when its transaction ends, which may be minutes after its time.
OVERLAP = timedelta(minutes=10)
FIRST_LOOK = timedelta(days=1)
STRETCH = timedelta(days=1)


def watch(since: datetime | None = None) -> int:
    """Look at everything since the last run, or since a moment; return how many alarms are new.

    Two runs at once wait for each other; what both see is raised once.
    """
    db.session.execute(queries.PATIENCE)
    now = clock.now()
    mark = _locked_mark(now)
    begin = since or mark.covered_until - OVERLAP
    raised: list[QueryAlarm] = []
    while begin < now:
        end = min(begin + STRETCH, now)
        raised += raise_alarms(list(suspicions(begin, end)))
        begin = end
    if raised:
        telling.tell_alarms(len(raised), raised[-1].id)
    mark.covered_until = max(mark.covered_until, now)
    db.session.flush()
    return len(raised)


def suspicions(since: datetime, until: datetime) -> Iterator[Suspicion]:
    """Yield what the rules find among looks from `since` up to `until`."""
    hour = rules.hour_of(since)
    for looks in _busy(hour, until, QueryOutcome.ALLOWED, THRESHOLDS.burst_in_span + 1):
        yield from rules.hour_bursts(looks, hour)
    for looks in _busy(hour, until, QueryOutcome.REFUSED, THRESHOLDS.refused_in_span):
        yield from rules.many_refused(looks, hour)
    yield from _day_bursts(since, until)
    looks = _seen(log.disclosures_between(since, until))
    yield from rules.off_hours(looks)
    cases = queries.cases_of_firms({look.enterprise_id for look in looks if look.enterprise_id})
    yield from rules.without_case(looks, cases)


def cases_around(looks: Sequence[SeenLook]) -> list[frozenset[CaseKind]]:
    """Return for each look the business that gives it a reason; empty where there is none."""
    cases = queries.cases_of_firms({look.enterprise_id for look in looks if look.enterprise_id})
    return [rules.cases_of(look, cases) for look in looks]


def _locked_mark(now: datetime) -> OversightMark:
    first = insert(OversightMark).values(name=MARK, covered_until=now - FIRST_LOOK)
    db.session.execute(first.on_conflict_do_nothing())
    statement = select(OversightMark).where(OversightMark.name == MARK).with_for_update()
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def _busy(
    hour: datetime, until: datetime, outcome: QueryOutcome, least: int
) -> Iterator[list[SeenLook]]:
    """Yield the looks of each account that has enough of them for a crowd."""
    reach = hour - THRESHOLDS.span
    active = log.active_between(reach, until, outcome)
    whos = [who for who, number in active.items() if number >= least]
    if whos:
        rows = log.disclosures_between(reach, until, outcome=outcome, whos=whos)
        yield from _by_account(_seen(rows)).values()


def _day_bursts(since: datetime, until: datetime) -> Iterator[Suspicion]:
    start = rules.start_of(rules.day_of(since))
    while start < until:
        end = start + timedelta(days=1)
        active = log.active_between(start, end, QueryOutcome.ALLOWED)
        moving = log.active_between(max(start, since), min(end, until), QueryOutcome.ALLOWED)
        whos = [who for who in moving if active.get(who, 0) >= THRESHOLDS.burst_day_least]
        if whos:
            days = timedelta(days=THRESHOLDS.median_days)
            before = log.daily_counts(whos, start - days, start)
            looks = _by_account(_seen(log.disclosures_between(start, end, whos=whos)))
            found = (rules.day_burst(looks[who], before.get(who, ())) for who in looks)
            yield from (one for one in found if one is not None)
        start = end


def _seen(rows: Iterable[Any]) -> list[SeenLook]:
    return [SeenLook(*row) for row in rows]


def _by_account(looks: Iterable[SeenLook]) -> dict[str, list[SeenLook]]:
    found: dict[str, list[SeenLook]] = {}
    for look in looks:
        found.setdefault(look.who, []).append(look)
    return found
