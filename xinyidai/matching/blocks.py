"""The product index as tables of words, for many firms at once: one look-up a table and firm.

A firm's reading becomes a small code (which bin a number falls into, which distinct reading it is,
which tags of eight it holds), and the table has the products that fail, and those that lack data,
at each code. Tables of few codes are merged into one, because a look-up costs more than a sum.
Tags that a product wants any of sit in several tables: a product fails where all of them miss.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from xinyidai.matching.columns import (
    CodeColumn,
    FirmColumns,
    NumberColumn,
    TagColumn,
    Words,
)
from xinyidai.matching.index import FieldIndex, Masks, MemberLayer, ProductIndex
from xinyidai.products.values import NO_RECORD

TableCodes = NDArray[np.intp]
Coder = Callable[[slice], TableCodes]
Fails = list[Masks]
Pending = list[tuple[Coder, Fails]]
WORD = 64
LARGEST_MERGED = 512  # codes: 64 kB of words for 1,000 products
TAGS_A_TABLE = 8


@dataclass(frozen=True)
class Table:
    """The words of failing and of undecided products by code; `group` joins tables by "and"."""

    coder: Coder
    fail: Words
    lack: Words
    group: int

    @property
    def lacking(self) -> NDArray[np.bool_]:
        """Return for each code whether any product lacks data there."""
        found: NDArray[np.bool_] = np.any(self.lack, axis=1)
        return found


@dataclass(frozen=True)
class Compiled:
    """An index compiled for the columns of some firms; tables of one group stand together."""

    tables: tuple[Table, ...]
    everything: Words
    words: int

    @property
    def groups(self) -> list[list[Table]]:
        """Return the tables by group."""
        found: dict[int, list[Table]] = {}
        for table in self.tables:
            found.setdefault(table.group, []).append(table)
        return list(found.values())


def compile_for(index: ProductIndex, firms: FirmColumns) -> Compiled:
    """Return the tables of an index for these columns."""
    words = max(1, -(-len(index.products) // WORD))
    single: Pending = []
    grouped: list[Pending] = []
    for code, field_index in index.fields.items():
        column = firms.columns.get(code)
        if isinstance(column, TagColumn):
            grouped += _tag_tables(field_index, column)
        elif isinstance(column, NumberColumn):
            single.append(_number_table(field_index, column))
        elif isinstance(column, CodeColumn):
            single.append(_coded_table(field_index, column))
        else:
            single.append((_nothing_known, [(0, field_index.present)]))
    groups = [*([one] for one in _merged(single)), *grouped]
    tables = tuple(
        Table(coder, _words([m[0] for m in masks], words), _words([m[1] for m in masks], words), n)
        for n, group in enumerate(groups)
        for coder, masks in group
    )
    return Compiled(tables, _words([index.everything], words)[0], words)


def judge_block(compiled: Compiled, rows: slice, size: int) -> tuple[Words, Words]:
    """Return the words of failing products and of those that lack data, a row for each firm."""
    fail = np.zeros((size, compiled.words), dtype=np.uint64)
    lack = np.zeros_like(fail)
    found = np.empty_like(fail)
    other = np.empty_like(fail)
    for group in compiled.groups:
        for place, table in enumerate(group):
            codes = table.coder(rows)
            np.take(table.fail, codes, axis=0, out=other if place else found, mode="clip")
            if place:
                np.bitwise_and(found, other, out=found)
            lacking = np.flatnonzero(table.lacking[codes])
            lack[lacking] |= table.lack[codes[lacking]]
        np.bitwise_or(fail, found, out=fail)
    return fail, lack & ~fail


def _merged(
    single: Pending,
) -> Pending:
    """Merge tables while they stay small, the smallest first."""
    merged: Pending = []
    for coder, masks in sorted(single, key=lambda one: len(one[1])):
        if merged and len(merged[-1][1]) * len(masks) <= LARGEST_MERGED:
            merged[-1] = _product_of(merged[-1], (coder, masks))
        else:
            merged.append((coder, masks))
    return merged


def _product_of(one: tuple[Coder, Fails], other: tuple[Coder, Fails]) -> tuple[Coder, Fails]:
    (first, masks), (second, more) = one, other
    step = len(more)

    def coder(rows: slice) -> TableCodes:
        return first(rows) * step + second(rows)

    return coder, [(a | c, b | d) for a, b in masks for c, d in more]


def _number_table(field_index: FieldIndex, column: NumberColumn) -> tuple[Coder, Fails]:
    steps = field_index.steps
    if steps is None:  # bounds too large for cuts: every number by itself
        known, codes = np.unique(column.values, return_inverse=True)
        masks = [field_index.judge(NO_RECORD if n != n else n) for n in known.tolist()]  # noqa: PLR0124 - NaN
        return (lambda rows: codes[rows].astype(np.intp)), masks
    cuts, fails = np.array(steps[0]), steps[1]
    missing = len(fails)

    def coder(rows: slice) -> TableCodes:
        values = column.values[rows]
        codes = np.searchsorted(cuts, values, side="right")
        if column.gaps is not None:
            codes[column.gaps[rows]] = missing
        return codes

    return coder, [*((mask, 0) for mask in fails), (0, field_index.present)]


def _coded_table(field_index: FieldIndex, column: CodeColumn) -> tuple[Coder, Fails]:
    distinct: dict[Masks, int] = {}
    codes = [
        distinct.setdefault(field_index.judge(reading), len(distinct))
        for reading in column.readings
    ]
    table_codes = np.array(codes, dtype=np.intp)
    return (lambda rows: table_codes[column.codes[rows]]), list(distinct)


def _tag_tables(field_index: FieldIndex, column: TagColumn) -> list[Pending]:
    """Return a group of tables for each layer, and for bans and needs a table for each chunk."""
    asked = [place for place, tag in enumerate(column.tags) if _is_asked(field_index, tag)]
    chunks = [asked[first : first + TAGS_A_TABLE] for first in range(0, len(asked), TAGS_A_TABLE)]
    known = {column.tags[place] for place in asked}
    nobody = _union(mask for tag, mask in field_index.needs.items() if tag not in known)

    def table(chunk: Sequence[int], judge: Callable[[Sequence[str]], int]) -> tuple[Coder, Fails]:
        fails = [judge(held) for held in _subsets([column.tags[place] for place in chunk])]
        return _tag_coder(column, chunk), [*((mask, 0) for mask in fails), (0, field_index.present)]

    groups: list[Pending] = [
        [table(chunk, partial(_missed, layer)) for chunk in chunks or [[]]]
        for layer in field_index.layers
    ]
    has_others = bool(field_index.bans.hit or field_index.needs)
    for chunk in (chunks or [[]]) if has_others else []:
        tags = [column.tags[place] for place in chunk]
        groups.append([table(chunk, partial(_refused, field_index, tags, nobody))])
    return groups


def _missed(layer: MemberLayer, held: Sequence[str]) -> int:
    return layer.asked & ~_union(layer.hit.get(tag, 0) for tag in held)


def _refused(field_index: FieldIndex, tags: Sequence[str], nobody: int, held: Sequence[str]) -> int:
    banned = _union(field_index.bans.hit.get(tag, 0) for tag in held)
    lacked = _union(field_index.needs.get(tag, 0) for tag in tags if tag not in held)
    return banned | lacked | nobody


def _tag_coder(column: TagColumn, chunk: Sequence[int]) -> Coder:
    unknown = 1 << len(chunk)

    def coder(rows: slice) -> TableCodes:
        codes = np.zeros(len(column.gaps[rows]), dtype=np.uint64)
        for bit, place in enumerate(chunk):
            held = column.words[place // WORD][rows] >> np.uint64(place % WORD)
            codes |= (held & np.uint64(1)) << np.uint64(bit)
        found = codes.astype(np.intp)
        found[column.gaps[rows]] = unknown
        return found

    return coder


def _subsets(tags: Sequence[str]) -> Iterator[list[str]]:
    for bits in range(1 << len(tags)):
        yield [tag for place, tag in enumerate(tags) if bits >> place & 1]


def _is_asked(field_index: FieldIndex, tag: str) -> bool:
    if tag in field_index.bans.hit or tag in field_index.needs:
        return True
    return any(tag in layer.hit for layer in field_index.layers)


def _union(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def _nothing_known(rows: slice) -> TableCodes:
    return np.zeros(rows.stop - rows.start, dtype=np.intp)


def _words(masks: Sequence[int], words: int) -> Words:
    """Return masks as rows of words, lowest bits first."""
    raw = b"".join(mask.to_bytes(words * WORD // 8, "little") for mask in masks)
    return np.frombuffer(raw, dtype="<u8").reshape(len(masks), words).astype(np.uint64)
