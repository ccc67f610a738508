"""Compare two versions of a product over the months of many firms, 试运行; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from xinyidai.products.values import Criterion, Outcome, Readings, ShadowSide


@dataclass(frozen=True)
class Look:
    """What one firm read on one day; `facts_version` is None where its facts moved on since."""

    day: date
    readings: Readings
    facts_version: int | None


@dataclass(frozen=True)
class Change:
    """A firm on one side only, the criteria that kept it out on the other, and whether still so."""

    enterprise_id: UUID
    side: ShadowSide
    criteria: tuple[str, ...]
    facts_version: int | None


@dataclass
class Trial:
    """The counts of a trial, filled firm by firm; `listed` is None where nothing is on sale."""

    draft: Sequence[Criterion]
    listed: Sequence[Criterion] | None
    firms: int = 0
    reach: int = 0
    listed_reach: int = 0
    changes: list[Change] = field(default_factory=list)
    gained: int = 0
    months: dict[str, Counter[str]] = field(default_factory=dict)
    outcomes: Counter[tuple[str, Outcome]] = field(default_factory=Counter)

    @property
    def lost(self) -> int:
        """Return how many firms only the listed version was open to."""
        return sum(change.side is ShadowSide.LOST for change in self.changes)

    def add(self, enterprise_id: UUID, looks: Sequence[Look]) -> None:
        """Judge one firm on all its days, oldest first."""
        drafts = [is_open(self.draft, look.readings) for look in looks]
        former = [self.listed is not None and is_open(self.listed, look.readings) for look in looks]
        self.firms += 1
        self.reach += drafts[-1]
        self.listed_reach += former[-1]
        newest = looks[-1].readings
        self.outcomes.update((c.code, c.check(newest).outcome) for c in self.draft)
        for look, now, before in zip(looks, drafts, former, strict=True):
            month = self.months.setdefault(look.day.isoformat()[:7], Counter())
            month.update(firms=1, draft=int(now), listed=int(before))
            month.update(gained=int(now and not before), lost=int(before and not now))
        if any(drafts) and not any(former):
            self.gained += 1
            if self.listed is not None:
                self._keep(enterprise_id, ShadowSide.GAINED, (self.listed, drafts), looks)
        elif any(former) and not any(drafts):
            self._keep(enterprise_id, ShadowSide.LOST, (self.draft, former), looks)

    def _keep(
        self,
        enterprise_id: UUID,
        side: ShadowSide,
        kept_out: tuple[Sequence[Criterion], Sequence[bool]],
        looks: Sequence[Look],
    ) -> None:
        criteria, was_open = kept_out
        place = max(number for number, is_so in enumerate(was_open) if is_so)
        closed = tuple(
            criterion.code
            for criterion in criteria
            if criterion.check(looks[place].readings).outcome is not Outcome.ELIGIBLE
        )
        is_last = place == len(looks) - 1
        version = looks[place].facts_version if is_last else None
        self.changes.append(Change(enterprise_id, side, closed, version))

    def months_as_json(self) -> list[dict[str, Any]]:
        """Return the counts by month, oldest first."""
        names = ("firms", "draft", "listed", "gained", "lost")
        return [
            {"month": month, **{name: counts[name] for name in names}}
            for month, counts in sorted(self.months.items())
        ]

    def met(self) -> list[dict[str, Any]]:
        """Return how many firms meet, fail or lack each criterion, on their last day."""
        return [
            {"code": c.code, **{one.value: self.outcomes[c.code, one] for one in Outcome}}
            for c in self.draft
        ]

    def by_criterion(self) -> list[dict[str, Any]]:
        """Return by which criterion firms are gained or lost, most firms first."""
        texts = _texts(self.draft, self.listed or ())
        found = Counter((c.side, code) for c in self.changes for code in c.criteria)
        return [
            {"side": side.value, "code": code, "text": texts[side][code], "firms": firms}
            for (side, code), firms in sorted(
                found.items(), key=lambda one: (-one[1], one[0][0], one[0][1])
            )
        ]


def _texts(
    draft: Iterable[Criterion], listed: Iterable[Criterion]
) -> Mapping[ShadowSide, Mapping[str, str]]:
    return {
        ShadowSide.LOST: {c.code: c.threshold_text() for c in draft},
        ShadowSide.GAINED: {c.code: c.threshold_text() for c in listed},
    }


def is_open(criteria: Sequence[Criterion], readings: Readings) -> bool:
    """Tell whether a firm meets all criteria; missing data never does."""
    return all(c.check(readings).outcome is Outcome.ELIGIBLE for c in criteria)
