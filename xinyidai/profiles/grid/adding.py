"""Add new records to a computed folder: a day's delta costs a day's work, not a city's."""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.kernel.errors import RuleBroken
from xinyidai.profiles.formulas import Register
from xinyidai.profiles.grid.batches import Batch, read_new
from xinyidai.profiles.grid.evaluating import Array, TooLarge
from xinyidai.profiles.grid.filling import Cube, Delta, Grid, by_kind
from xinyidai.profiles.grid.finishing import Column, Finisher
from xinyidai.profiles.grid.planning import plan
from xinyidai.profiles.grid.store import Chunk, State, as_bits, chunk_folder, opened
from xinyidai.profiles.indicators import FORMULAS

FULL_RUN = "这个目录里的结果不能增量更新，请重新完整计算。"


# One changed indicator of one firm a row; where a firm comes twice, the later row counts.
PATCH = np.dtype([("indicator", "<i4"), ("firm", "<i4"), ("value", "<i8"), ("cause", "u1")])


def patch_of(parts: Sequence[tuple[int, Array, Column]]) -> Array:
    """Put the columns of several indicators together."""
    patch = np.empty(sum(len(firms) for _, firms, _ in parts), PATCH)
    start = 0
    for place, firms, column in parts:
        rows = patch[start : start + len(firms)]
        rows["indicator"], rows["firm"] = place, firms
        rows["value"], rows["cause"] = as_bits(column), column.causes
        start += len(firms)
    return patch


def add(folder: Path, new: Path) -> int:
    """Add records to a computed folder; return how many firms have records added since.

    Records of firms that the folder does not know are left out. The indicators are those of a
    full run over all records.

    Raises:
        RuleBroken: the folder is not complete, of another dictionary, has this file already, or
            holds what cannot be added to; a full run is needed.

    """
    state, digest = _addable(folder, new)
    number = len(state.added)
    shutil.copyfile(new, folder / f"added-{number:04d}.parquet")
    ids, batch = read_new(plan(), [folder / f"added-{n:04d}.parquet" for n in range(number + 1)])
    appeared = _kinds_of(batch) - set(state.collected)
    state.appeared = sorted(appeared)
    touched = 0
    for place in range(len(state.chunks)):
        inside = chunk_folder(folder, place)
        chunk = opened(inside)
        ours, places = chunk.find(ids)
        try:
            parts = list(_finished(chunk, state, batch, ours, places))
        except TooLarge:
            raise RuleBroken(FULL_RUN, code="grid_needs_full_run") from None
        np.save(inside / f"patch-{number:04d}.npy", patch_of(parts))
        touched += len(distinct(places))
    state.added.append(digest)
    state.write(folder)
    return touched


def _addable(folder: Path, new: Path) -> tuple[State, str]:
    state = State.read(folder)
    digest = hashlib.sha256(new.read_bytes()).hexdigest()
    if state is None or len(state.done) < len(state.chunks):
        raise RuleBroken("这个目录里还没有算完的指标，请先完整计算一次。", code="grid_incomplete")
    if state.by_sql or plan().left:
        raise RuleBroken(FULL_RUN, code="grid_needs_full_run")
    if state.dictionary != indicator_dictionary().version:
        raise RuleBroken("指标字典已经更新，请重新完整计算。", code="grid_outdated")
    if digest in state.added:
        raise RuleBroken("这个文件已经加入过，不能重复计入。", code="grid_added_before")
    return state, digest


def _kinds_of(batch: Batch) -> set[str]:
    texts = {code: text for text, code in plan().words.items()}
    return {texts[code] for code in np.flatnonzero(np.bincount(batch.kinds)).tolist()}


def _finished(
    chunk: Chunk, state: State, batch: Batch, ours: Array, places: Array
) -> Iterator[tuple[int, Array, Column]]:
    """Finish what rests on the records added, for the firms they belong to."""
    reading = state.reading()
    base = Grid(plan(), reading.as_of, chunk.cube)
    yield from _appeared(Finisher(base, {}, reading), set(state.appeared))
    inside = Batch(places, {name: cells.take(ours) for name, cells in batch.columns.items()})
    families: dict[frozenset[str], list[tuple[str, Array]]] = {}
    for kind, rows in by_kind(plan(), inside):
        families.setdefault(_family_of(kind), []).append((kind, rows))
    for family, kinds in families.items():
        chosen = np.concatenate([rows for _, rows in kinds])
        firms = distinct(places[chosen])
        fresh = Grid(plan(), reading.as_of, Cube.blank(plan(), len(firms)))
        numbered = Batch(np.zeros_like(places), inside.columns)
        numbered.places[chosen] = np.searchsorted(firms, places[chosen])
        for kind, rows in kinds:
            fresh.add_kind(numbered, kind, rows)
        block = Finisher(Delta(base, fresh, firms), {}, reading).block(slice(None))
        for place, code in _changed_by(family):
            yield place, firms, block.column(code)


@lru_cache
def _family_of(kind: str) -> frozenset[str]:
    [family] = [family for family in plan().families if kind in family]
    return family


@lru_cache
def _changed_by(family: frozenset[str]) -> tuple[tuple[int, str], ...]:
    return tuple((p, code) for p, code in _changeable() if plan().kinds_of_indicator(code) & family)


def _appeared(finisher: Finisher, kinds: set[str]) -> Iterator[tuple[int, Array, Column]]:
    """Finish again, for all firms, what rests on kinds that are seen for the first time."""
    everyone = np.arange(finisher.grid.firms)
    for place, code in _changeable() if kinds else ():
        if kinds & plan().kinds_of_indicator(code):
            yield place, everyone, finisher.block(slice(None)).column(code)


def _changeable() -> Iterator[tuple[int, str]]:
    """Yield the indicators that a record can change, with their places."""
    for place, (code, formula) in enumerate(FORMULAS.items()):
        if not isinstance(formula, Register):
            yield place, code


def distinct(places: Array) -> Array:
    """Return the different places in order; faster than `np.unique` for a few thousand."""
    ordered = np.sort(places)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(places) else places
