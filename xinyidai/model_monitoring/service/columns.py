"""Stored profiles as columns that a model reads: values, gaps by cause, and its scores."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from xinyidai.catalogue.missing import Missing
from xinyidai.kernel.errors import InvalidInput
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.scoring.service import Scorer, inputs_of
from xinyidai.scoring.values import BatchScores, Flags, Floats

AT_ONCE = 2_000


@dataclass(frozen=True)
class Columns:
    """Firms as a model sees them; `values` has one array of present values for each feature."""

    firms: int
    values: Mapping[str, Floats]
    missing: Mapping[str, Mapping[str, int]]
    pds: Floats


@dataclass(frozen=True)
class Block:
    """Some firms' snapshots with what a model reads of them and says."""

    snapshots: tuple[ProfileSnapshot, ...]
    raw: Floats
    scores: BatchScores
    causes: Mapping[str, Counter[str]]


def blocks(scorer: Scorer, snapshots: Iterable[ProfileSnapshot]) -> Iterable[Block]:
    """Score snapshots in blocks; one that says nothing of a feature (an older edition) is left."""
    waiting: list[tuple[ProfileSnapshot, Floats, Flags, dict[str, str]]] = []
    for snapshot in snapshots:
        read = _read(scorer, snapshot.indicators)
        if read is not None:
            waiting.append((snapshot, *read))
        if len(waiting) == AT_ONCE:
            yield _block(scorer, waiting)
            waiting = []
    if waiting:
        yield _block(scorer, waiting)


def read_columns(scorer: Scorer, snapshots: Iterable[ProfileSnapshot]) -> Columns:
    """Return all columns of a model over these firms."""
    raws, pds, firms = [], [], 0
    causes: dict[str, Counter[str]] = {name: Counter() for name in scorer.transform.names}
    for block in blocks(scorer, snapshots):
        firms += len(block.snapshots)
        raws.append(block.raw)
        pds.append(block.scores.pd[~block.scores.insufficient])
        for name, counted in block.causes.items():
            causes[name].update(counted)
    names = scorer.transform.names
    whole = np.vstack(raws) if raws else np.empty((0, len(names)))
    values = {name: _present(whole[:, place]) for place, name in enumerate(names)}
    missing = {name: dict(counted) for name, counted in causes.items()}
    return Columns(firms, values, missing, np.concatenate(pds) if pds else np.empty(0))


def _present(column: Floats) -> Floats:
    found: Floats = column[~np.isnan(column)]
    return found


def _read(
    scorer: Scorer, indicators: Mapping[str, Mapping[str, Any]]
) -> tuple[Floats, Flags, dict[str, str]] | None:
    try:
        inputs = inputs_of(
            {name: indicators[name] for name in scorer.transform.names if name in indicators}
        )
        raw, withheld = scorer.transform.raw_row(inputs)
    except InvalidInput:
        return None
    gaps = {name: value.cause.value for name, value in inputs.items() if isinstance(value, Missing)}
    return raw, withheld, gaps


def _block(
    scorer: Scorer, waiting: list[tuple[ProfileSnapshot, Floats, Flags, dict[str, str]]]
) -> Block:
    raw = np.vstack([row[1] for row in waiting])
    withheld = np.vstack([row[2] for row in waiting])
    causes: dict[str, Counter[str]] = {}
    for *_, gaps in waiting:
        for name, cause in gaps.items():
            causes.setdefault(name, Counter())[cause] += 1
    snapshots = tuple(row[0] for row in waiting)
    return Block(snapshots, raw, scorer.score_many(raw, withheld), causes)
