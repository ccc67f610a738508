"""Rules of oversight, pure: which looks are suspicious, how many are sampled, and which ones.

What is suspicious is not forbidden: every look here was covered by a live authorization. An alarm
asks a person to look into it (domain rows 56, 58 and 59: 查询登记与审查, 防滥用, 查处).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from hashlib import sha256
from math import ceil
from statistics import median
from types import MappingProxyType
from uuid import UUID

from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.working_days import is_working_day
from xinyidai.oversight.values import AlarmRule, Case, CaseKind, SeenLook, Suspicion

VERSION = "alarms-2026.1"
# Programs work at night and on holidays; the system's own deeds are no person's.
MACHINES = frozenset({Role.BANK_CLIENT, Role.SYSTEM})


@dataclass(frozen=True)
class Thresholds:
    """When an alarm is raised; each with the reason for its number."""

    # A careful loan officer needs two minutes or more for one firm's profile.
    burst_in_span: int = 30
    # Five times an own usual day is no longer a busy day of the same work …
    burst_times_median: int = 5
    # … but twenty looks are within anybody's day, so that beginners are left in peace.
    burst_day_least: int = 20
    median_days: int = 30
    # Two slips and a third try are human; five refusals in an hour look like probing.
    refused_in_span: int = 5
    span: timedelta = timedelta(minutes=60)
    # Banks of the city open their desks at eight or nine and close by six; two hours of grace.
    opens: time = time(7)
    closes: time = time(21)
    # A look may come before the application it leads to, and after the refusal it explains.
    case_days: int = 30


THRESHOLDS = Thresholds()

# Which business gives a reason for which purpose; a purpose that is not here has none.
CASES_FOR: Mapping[str, frozenset[CaseKind]] = MappingProxyType(
    {
        "pre_loan": frozenset({CaseKind.APPLICATION, CaseKind.NEED, CaseKind.MEETING}),
        "limit_estimate": frozenset({CaseKind.APPLICATION, CaseKind.NEED, CaseKind.MEETING}),
        "post_loan": frozenset({CaseKind.LOAN}),
        "guarantee": frozenset({CaseKind.ANY_APPLICATION}),
        "whitelist_review": frozenset({CaseKind.WHITELIST}),
        "event_matching": frozenset({CaseKind.MEETING}),
        "subsidy": frozenset({CaseKind.LOAN, CaseKind.APPLICATION}),
    }
)

SAMPLE_SHARE = Fraction(2, 100)
SAMPLE_LEAST = 20
SAMPLE_MOST = 200


def hour_bursts(looks: Sequence[SeenLook], since: datetime) -> list[Suspicion]:
    """Return where one account's looks, oldest first, exceed what fits into any 60 minutes.

    One suspicion for each clock hour from `since` on; both ends of the 60 minutes belong to them.
    """
    return _crowded(AlarmRule.BURST, looks, since, THRESHOLDS.burst_in_span + 1)


def many_refused(looks: Sequence[SeenLook], since: datetime) -> list[Suspicion]:
    """Return where one account's refused looks, oldest first, come too close together."""
    return _crowded(AlarmRule.MANY_REFUSED, looks, since, THRESHOLDS.refused_in_span)


def day_burst(looks: Sequence[SeenLook], days_before: Sequence[int]) -> Suspicion | None:
    """Return whether one account's looks of one day exceed its usual day by far.

    `days_before` are its counts on those of the 30 days before on which it looked at all; without
    any the usual day is none.
    """
    usual = median(days_before) if days_before else 0
    if len(looks) < THRESHOLDS.burst_day_least:
        return None
    if len(looks) <= THRESHOLDS.burst_times_median * usual:
        return None
    day = day_of(looks[0].happened_at)
    facts = {"count": len(looks), "usual_day": str(usual)}
    return Suspicion(AlarmRule.BURST, f"{looks[0].who}:{day}", day, looks, facts)


def off_hours(looks: Iterable[SeenLook]) -> list[Suspicion]:
    """Return looks of persons outside 07:00 to 21:00 or on free days, by account and day."""
    found: dict[tuple[str, date], list[SeenLook]] = {}
    for look in looks:
        if look.role not in MACHINES and not is_office_time(look.happened_at):
            found.setdefault((look.who, day_of(look.happened_at)), []).append(look)
    return [
        Suspicion(AlarmRule.OFF_HOURS, f"{who}:{day}", day, group, {"free_day": is_free(day)})
        for (who, day), group in found.items()
    ]


def is_office_time(moment: datetime) -> bool:
    """Tell whether offices work at this moment; 07:00 belongs to it, 21:00 no longer does."""
    local = clock.local(moment)
    is_open = THRESHOLDS.opens <= local.time() < THRESHOLDS.closes
    return is_open and is_working_day(local.date())


def is_free(day: date) -> bool:
    """Tell whether the day is no working day."""
    return not is_working_day(day)


def without_case(looks: Iterable[SeenLook], cases: Iterable[Case]) -> list[Suspicion]:
    """Return looks for which the institution had no business with the firm, by account and firm."""
    known: dict[UUID, list[Case]] = {}
    for case in cases:
        known.setdefault(case.enterprise_id, []).append(case)
    found: dict[tuple[str, UUID | None, date], list[SeenLook]] = {}
    for look in looks:
        mine = known.get(look.enterprise_id, []) if look.enterprise_id else []
        if not cases_of(look, mine):
            key = (look.who, look.enterprise_id, day_of(look.happened_at))
            found.setdefault(key, []).append(look)
    return [_without_case(*key, group) for key, group in found.items()]


def cases_of(look: SeenLook, cases: Iterable[Case]) -> frozenset[CaseKind]:
    """Return the kinds of business around the look that its purpose allows as a reason."""
    wanted = CASES_FOR.get(look.purpose, frozenset())
    around = timedelta(days=THRESHOLDS.case_days)
    return frozenset(
        case.kind
        for case in cases
        if case.kind in wanted
        and case.enterprise_id == look.enterprise_id
        and case.institution_id in {None, look.institution_id}
        and case.since <= look.happened_at + around
        and (case.until is None or case.until >= look.happened_at - around)
    )


def sample_size(total: int) -> int:
    """Return how many of a month's disclosures are drawn: 2 %, at least 20, at most 200."""
    wanted = ceil(total * SAMPLE_SHARE)
    return min(total, max(SAMPLE_LEAST, min(SAMPLE_MOST, wanted)))


def draw(seed: str, ids: Iterable[UUID], count: int) -> list[UUID]:
    """Return the drawn ids: those whose SHA-256 of seed and id is smallest.

    Whoever has the seed and the month's ids can repeat the draw; nobody can steer it but by
    choosing the seed.
    """
    return sorted(ids, key=lambda one: sha256(f"{seed}{one}".encode()).digest())[:count]


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """Return the first moment of a month such as 2026-11 in Shanghai, and of the next one.

    Raises:
        ValueError: it is not written so.

    """
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    return start_of(first), start_of(following)


def start_of(day: date) -> datetime:
    """Return the first moment of a day in Shanghai."""
    return datetime.combine(day, time.min, clock.TZ)


def day_of(moment: datetime) -> date:
    """Return the day of a moment in Shanghai."""
    return clock.local(moment).date()


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of the clock hour of a moment."""
    return clock.local(moment).replace(minute=0, second=0, microsecond=0)


def _crowded(
    rule: AlarmRule, looks: Sequence[SeenLook], since: datetime, least: int
) -> list[Suspicion]:
    """Find stretches of `least` looks within the span; what ends before `since` was found before.

    Stretches move forward only, so those that end within one clock hour make one stretch.
    """
    stretches: dict[datetime, tuple[int, int]] = {}
    start = 0
    for end, look in enumerate(looks):
        while look.happened_at - looks[start].happened_at > THRESHOLDS.span:
            start += 1
        if end - start + 1 >= least and look.happened_at >= since:
            hour = hour_of(look.happened_at)
            first, _ = stretches.get(hour, (start, end))
            stretches[hour] = (first, end)
    return [
        Suspicion(
            rule,
            f"{looks[end].who}:{hour:%Y-%m-%dT%H}",
            hour.date(),
            looks[first : end + 1],
            {"count": end + 1 - first, "minutes": int(THRESHOLDS.span.total_seconds() // 60)},
        )
        for hour, (first, end) in stretches.items()
    ]


def _without_case(
    who: str, enterprise_id: UUID | None, day: date, looks: Sequence[SeenLook]
) -> Suspicion:
    purposes = sorted({look.purpose for look in looks})
    wanted = sorted({kind for purpose in purposes for kind in CASES_FOR.get(purpose, ())})
    facts = {"purposes": purposes, "wanted": wanted, "known": all(p in CASES_FOR for p in purposes)}
    return Suspicion(AlarmRule.NO_CASE, f"{who}:{enterprise_id}:{day}", day, looks, facts)
