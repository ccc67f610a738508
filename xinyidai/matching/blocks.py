"""The product index as tables of words, for many firms at once: one look-up a table and firm.

A firm's reading becomes a small code (which bin a number falls into, which distinct reading it is,
which tags of eight it holds), and the table has the products that fail, and those that lack data,
at each code. Tables of few codes are merged into one, because a look-up costs more than a sum.
Tags that a product wants any of sit in several tables: a product fails where all of them miss.
Where it is unknown whether a firm holds one of them, it fails only where it would fail holding it,
and lacks data where it would fail without: a second group of tables that ends in `lack`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
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
from xinyidai.products.values import NO_RECORD, titles

TableCodes = NDArray[np.intp]
Coder = Callable[[slice], TableCodes]
Fails = list[Masks]
Pending = list[tuple[Coder, Fails]]
WORD = 64
LARGEST_MERGED = 512  # codes: 64 kB of words for 1,000 products
TAGS_A_TABLE = 8


@dataclass(frozen=True)
class Table:
    """The words of failing and of undecided products by code; `group` joins tables by "and".

    What a group that `doubts` comes to is what lacks data, and not what fails.
    """

    coder: Coder
    fail: Words
    lack: Words
    group: int
    doubts: bool = False

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
    doubting: list[Pending] = []
    for code, field_index in index.fields.items():
        column = firms.columns.get(code)
        if isinstance(column, TagColumn):
            grouped += _tag_tables(field_index, column)
            doubting += _doubt_tables(field_index, column)
        elif isinstance(column, NumberColumn):
            single.append(_number_table(field_index, column))
        elif isinstance(column, CodeColumn):
            single.append(_coded_table(field_index, column))
        else:
            single.append((_nothing_known, [(0, field_index.present)]))
    sure = [*([one] for one in _merged(single)), *grouped]
    tables = tuple(
        Table(
            coder,
            _words([fail for fail, _ in masks], words),
            _words([lack for _, lack in masks], words),
            number,
            doubts=number >= len(sure),
        )
        for number, group in enumerate([*sure, *doubting])
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
        into = lack if group[0].doubts else fail
        np.bitwise_or(into, found, out=into)
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
    chunks = _chunks(field_index, column)
    known = {_base(column.tags[place]) for chunk in chunks for place in chunk}
    nobody = _union(mask for tag, mask in field_index.needs.items() if tag not in known)
    unknown = (0, field_index.present)
    groups: list[Pending] = [
        [_tag_table(column, chunk, partial(_missed, layer), unknown) for chunk in chunks]
        for layer in field_index.layers
    ]
    if field_index.bans.hit or field_index.needs:
        for chunk in chunks:
            tags = {_base(column.tags[place]) for place in chunk}
            judge = partial(_refused, field_index, tags, nobody)
            groups.append([_tag_table(column, chunk, judge, unknown)])
    return groups


def _doubt_tables(field_index: FieldIndex, column: TagColumn) -> list[Pending]:
    """Return for each layer with a tag that some firm may or may not hold: what fails without."""
    doubted = titles.unknown_of(column.tags)
    return [
        [
            _tag_table(column, chunk, partial(_unheld, layer), (0, 0))
            for chunk in _chunks(field_index, column)
        ]
        for layer in field_index.layers
        if not doubted.isdisjoint(layer.hit)
    ]


def _chunks(field_index: FieldIndex, column: TagColumn) -> list[list[int]]:
    """Return the places of the tags asked for, few together; a tag stands by its own doubt."""
    places: dict[str, list[int]] = {}
    for place, tag in enumerate(column.tags):
        if field_index.asks(_base(tag)):
            places.setdefault(_base(tag), []).append(place)
    chunks: list[list[int]] = [[]]
    for both in places.values():
        if len(chunks[-1]) + len(both) > TAGS_A_TABLE:
            chunks.append([])
        chunks[-1] += both
    return chunks


def _base(tag: str) -> str:
    return tag.removeprefix(titles.UNKNOWN)


def _tag_table(
    column: TagColumn,
    chunk: Sequence[int],
    judge: Callable[[Sequence[str]], Masks],
    unknown: Masks,
) -> tuple[Coder, Fails]:
    masks = [judge(held) for held in _subsets([column.tags[place] for place in chunk])]
    return _tag_coder(column, chunk), [*masks, unknown]


def _missed(layer: MemberLayer, held: Sequence[str]) -> Masks:
    return layer.asked & ~_union(layer.hit.get(_base(tag), 0) for tag in held), 0


def _unheld(layer: MemberLayer, held: Sequence[str]) -> Masks:
    return layer.asked & ~_union(layer.hit.get(tag, 0) for tag in held), 0


def _refused(
    field_index: FieldIndex, tags: Collection[str], nobody: int, held: Sequence[str]
) -> Masks:
    bans, needs = field_index.bans.hit, field_index.needs
    doubted = titles.unknown_of(held)
    banned = _union(bans.get(tag, 0) for tag in held)
    lacked = _union(needs.get(tag, 0) for tag in tags if tag not in held and tag not in doubted)
    either = _union(bans.get(tag, 0) | needs.get(tag, 0) for tag in doubted)
    return banned | lacked | nobody, either


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


def _union(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def _nothing_known(rows: slice) -> TableCodes:
    return np.zeros(rows.stop - rows.start, dtype=np.intp)


def _words(masks: Sequence[int], words: int) -> Words:
    """Return masks as rows of words, lowest bits first."""
    raw = b"".join(mask.to_bytes(words * WORD // 8, "little") for mask in masks)
    return np.frombuffer(raw, dtype="<u8").reshape(len(masks), words).astype(np.uint64)
