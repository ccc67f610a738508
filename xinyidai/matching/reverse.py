"""One product, or any list of criteria, judged over all firms, 反向匹配; pure over columns.

Says of every firm what `products.rules.assess` says, by test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xinyidai.matching.columns import (
    WORD,
    CodeColumn,
    FirmColumns,
    Flags,
    NumberColumn,
    TagColumn,
)
from xinyidai.products.values import Criterion, Operator, Outcome, titles

BLOCK = 1 << 15  # firms at once: a column of them stays in the cache
SEVERITY: tuple[Outcome, ...] = (Outcome.ELIGIBLE, Outcome.INSUFFICIENT, Outcome.INELIGIBLE)
INSUFFICIENT, INELIGIBLE = 1, 2


@dataclass(frozen=True)
class Reverse:
    """What the criteria say of every firm, in the firms' order: 0 符合, 1 数据不足, 2 不符合."""

    outcomes: NDArray[np.uint8]

    @cached_property
    def counts(self) -> dict[Outcome, int]:
        """Return how many firms came out each way."""
        found = np.bincount(self.outcomes, minlength=len(SEVERITY))
        return {outcome: int(found[place]) for place, outcome in enumerate(SEVERITY)}

    def places(self, outcome: Outcome) -> NDArray[np.intp]:
        """Return the places of the firms with this outcome."""
        return np.flatnonzero(self.outcomes == SEVERITY.index(outcome))


def reverse(criteria: Sequence[Criterion], firms: FirmColumns) -> Reverse:
    """Judge every firm by these criteria, all of which must be met; none fits everybody."""
    judges = [_judge_for(criterion, firms) for criterion in criteria]
    outcomes = np.zeros(firms.size, dtype=np.uint8)
    for start in range(0, firms.size, BLOCK):
        size = min(BLOCK, firms.size - start)
        found = _Found(np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_))
        for judge in judges:
            judge.judge(slice(start, start + size), found)
        # A failed criterion outweighs a missing one.
        worst = found.fail.view(np.uint8) << 1
        outcomes[start : start + size] = np.maximum(worst, found.undecided.view(np.uint8))
    return Reverse(outcomes)


@dataclass(frozen=True)
class _Found:
    fail: Flags
    undecided: Flags


@dataclass(frozen=True)
class _Numbers:
    column: NumberColumn
    bounds: tuple[float, float]

    def judge(self, rows: slice, found: _Found) -> None:
        values, (low, high) = self.column.values[rows], self.bounds
        if low > -np.inf:
            np.logical_or(found.fail, values < low, out=found.fail)
        if high < np.inf:
            np.logical_or(found.fail, values > high, out=found.fail)
        if self.column.gaps is not None:
            np.logical_or(found.undecided, self.column.gaps[rows], out=found.undecided)


@dataclass(frozen=True)
class _Coded:
    column: CodeColumn
    fail: Flags
    undecided: Flags

    def judge(self, rows: slice, found: _Found) -> None:
        codes = self.column.codes[rows]
        np.logical_or(found.fail, self.fail[codes], out=found.fail)
        np.logical_or(found.undecided, self.undecided[codes], out=found.undecided)


@dataclass(frozen=True)
class _Tags:
    column: TagColumn
    criterion: Criterion

    def judge(self, rows: slice, found: _Found) -> None:
        gaps = self.column.gaps[rows]
        if self.criterion.operator is Operator.HAS_ALL:
            fail, doubt = self._lacking(rows)
        else:
            held = self._any(rows, self.criterion.members)
            doubt = self._any(rows, self.criterion.doubts) & ~held
            wants = self.criterion.operator is Operator.HAS_ANY
            fail = ~(held | doubt) if wants else held
        np.logical_or(found.fail, fail & ~gaps, out=found.fail)
        np.logical_or(found.undecided, doubt | gaps, out=found.undecided)

    def _any(self, rows: slice, tags: frozenset[str]) -> Flags:
        """Return which firms hold any of the tags, or are marked with any."""
        held = np.zeros(len(self.column.gaps[rows]), dtype=np.bool_)
        for words, bits in zip(self.column.words, _tag_words(self.column, tags), strict=True):
            if bits:
                np.logical_or(held, (words[rows] & bits) != 0, out=held)
        return held

    def _lacking(self, rows: slice) -> tuple[Flags, Flags]:
        """Return which firms lack one of the tags for sure, and which may lack one."""
        size = len(self.column.gaps[rows])
        fail, doubt = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
        for member in self.criterion.members:
            perhaps = self._any(rows, frozenset({titles.unknown(member)}))
            fail |= ~(self._any(rows, frozenset({member})) | perhaps)
            doubt |= perhaps
        return fail, doubt


@dataclass(frozen=True)
class _Absent:
    def judge(self, _: slice, found: _Found) -> None:
        found.undecided[:] = True


def _judge_for(criterion: Criterion, firms: FirmColumns) -> _Numbers | _Coded | _Tags | _Absent:
    column = firms.columns.get(criterion.field.code)
    if isinstance(column, NumberColumn):
        return _Numbers(column, criterion.bounds)
    if isinstance(column, TagColumn):
        return _Tags(column, criterion)
    if isinstance(column, CodeColumn):
        judged = [criterion.judge(reading) for reading in column.readings]
        return _Coded(
            column,
            np.array([outcome is Outcome.INELIGIBLE for outcome in judged]),
            np.array([outcome is Outcome.INSUFFICIENT for outcome in judged]),
        )
    return _Absent()


def _tag_words(column: TagColumn, members: frozenset[str]) -> list[np.uint64]:
    """Return the bits of the members in each word."""
    words = [0] * len(column.words)
    for place, tag in enumerate(column.tags):
        if tag in members:
            words[place // WORD] |= 1 << place % WORD
    return [np.uint64(word) for word in words]
