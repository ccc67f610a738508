"""Find the firms that meet conditions, 反向匹配: the one function that searches go through.

The caller opens the platform run, and sees to it that nobody learns which firms these are.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from xinyidai.kernel.db import db
from xinyidai.matching import queries, seeking_queries
from xinyidai.matching.grouping import GROUP_INDICATORS
from xinyidai.matching.service.assembling import TAG_INDICATORS, subject_from
from xinyidai.products.values import (
    INDICATOR_PREFIX,
    NO_RECORD,
    Criterion,
    Outcome,
    Readings,
    Wish,
    readings_of,
)
from xinyidai.profiles import rules as profile_rules
from xinyidai.whitelist import queries as whitelist

FIRMS_AT_ONCE = 1_000
K = TypeVar("K")
Found = dict[Outcome, set[UUID]]


def seek(
    searches: Mapping[K, Sequence[Criterion]], on: date, *, only: Collection[UUID] | None = None
) -> dict[K, Found]:
    """Return for each search the firms by outcome; firms without a profile of the day are left out.

    `only` narrows to these firms. One pass over the firms serves all searches.
    """
    found: dict[K, Found] = {key: {outcome: set() for outcome in Outcome} for key in searches}
    asked = {c.field.code for criteria in searches.values() for c in criteria}
    for firm_id, readings in _readings(on, only, _indicators(asked)):
        for key, criteria in searches.items():
            found[key][judge(criteria, readings)].add(firm_id)
    return found


def judge(criteria: Sequence[Criterion], readings: Readings) -> Outcome:
    """Return 不符合 if any criterion fails, else 数据不足 if any lacks data, else 符合."""
    worst = Outcome.ELIGIBLE
    for criterion in criteria:
        outcome = criterion.judge(readings.get(criterion.field.code, NO_RECORD))
        if outcome is Outcome.INELIGIBLE:
            return outcome
        if outcome is Outcome.INSUFFICIENT:
            worst = outcome
    return worst


def _indicators(fields: Collection[str]) -> frozenset[str]:
    """Return the indicators to read: those asked for, and those that tags and groups rest on."""
    asked = {code.removeprefix(INDICATOR_PREFIX) for code in fields if INDICATOR_PREFIX in code}
    tags = {indicator for indicator, _, _ in TAG_INDICATORS} if "tags" in fields else set()
    groups = {indicator for field in fields for indicator in GROUP_INDICATORS.get(field, ())}
    return frozenset(asked | tags | groups)


def _readings(
    on: date, only: Collection[UUID] | None, indicators: frozenset[str]
) -> Iterator[tuple[UUID, Readings]]:
    after: UUID | None = None
    while page := seeking_queries.profiled_page(on, only=only, after=after, limit=FIRMS_AT_ONCE):
        ids = [firm.id for firm, _ in page]
        lists, grades = whitelist.list_codes_by_enterprise(ids), queries.present_grades(ids)
        for firm, snapshot in page:
            subject = subject_from(
                firm,
                profile_rules.from_json(
                    {k: v for k, v in snapshot.indicators.items() if k in indicators}
                ),
                grade=grades.get(firm.id),
                list_codes=lists.get(firm.id, frozenset()),
            )
            yield firm.id, readings_of(subject, Wish(), on=on)
        after = ids[-1]
        for _, snapshot in page:
            db.session.expunge(snapshot)  # a city's profiles are too many to keep
