"""The check of a whole export: checkpoints, leaves, months, witnesses."""

import multiprocessing
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from xinyidai.ledger.standalone.scanning import (
    ENTRY_KINDS,
    Job,
    Problem,
    Scan,
    Seals,
    scan,
    stretches,
)
from xinyidai.ledger.standalone.signatures import (
    Checkpoint,
    Key,
    Note,
    cosigned_at,
    parse_checkpoint,
    parse_note,
    signatures_of,
    signed_by,
    split_notes,
)

TOLERANCE = 3600  # seconds an entry may be older than its interval, or a witness's clock be slow
SHANGHAI = timedelta(hours=8)
MONTH_FILE = re.compile(r"entries-(\d{4}-\d\d)\.tsv|checkpoints-(\d{4}-\d\d)\.txt")
INTERVAL_KINDS = {
    "header": ("月段首条与上一月段不衔接", "the month does not continue the month before"),
    "month": ("缺少之前的月段", "the months before are missing"),
    "signature": ("检查点没有所给公钥的有效签名", "no given key signed this checkpoint"),
    "sequence": ("封存的大小或时间倒退", "size or time of sealing went back"),
    "root": ("条目与检查点不符", "the entries are not those of the checkpoint"),
    "cosignature": ("见证签名无效或时间不合理", "a witness's signature is bad or ill-timed"),
    "fork": ("见证方见到的是另一份台账", "a witness saw another log here"),
    "unknown": ("见证方持有的检查点不在台账中", "a witness holds a checkpoint that is not here"),
    "stranger": ("见证方的检查点没有所给公钥的签名", "no given key signed a witness's checkpoint"),
    "witnesses": ("见证方数量不足", "fewer witnesses signed than required"),
}
KINDS = ENTRY_KINDS | INTERVAL_KINDS

Leaves = list[bytes]


class Unusable(Exception):
    """The check cannot be made: files or arguments are not what they should be."""


@dataclass(frozen=True)
class Given:
    """What the person who verifies brings along; `since` is the first month to be expected."""

    keys: Sequence[Key]
    witnesses: Sequence[Key] = ()
    own_notes: Sequence[str] = ()
    required: int = 0
    since: str | None = None
    tolerance: int = TOLERANCE
    processes: int = 1


class Tree:
    """The complete nodes over leaves, RFC 6962."""

    def __init__(self, leaves: Leaves) -> None:
        """Hash level after level."""
        self.size = len(leaves)
        self.levels = [leaves]
        while len(below := self.levels[-1]) > 1:
            pairs = zip(below[::2], below[1::2], strict=False)
            self.levels.append([sha256(b"\1" + left + right).digest() for left, right in pairs])

    def root(self, size: int) -> bytes:
        """Return the root over the first `size` leaves."""
        found, start = b"", size
        for level in range(size.bit_length()):
            if size >> level & 1:
                start -= 1 << level
                node = self.levels[level][start >> level]
                found = sha256(b"\1" + node + found).digest() if found else node
        return found or sha256(b"").digest()


class Verifier:
    """Checks month after month, and collects what it finds."""

    def __init__(self, folder: Path, given: Given) -> None:
        """Find the files of the export."""
        found = [MONTH_FILE.fullmatch(path.name) for path in folder.iterdir()]
        self.folder, self.given, self.base = folder, given, given.keys[0].name
        self.months = sorted({each[1] or each[2] for each in found if each})
        self.trees: dict[str, Tree] = {}
        self.seals: dict[str, dict[int, Checkpoint]] = {}
        self.seen: set[bytes] = set()
        self.best: dict[str, tuple[str, int]] = {}
        self.problems: list[Problem] = []
        self.entries = self.erased = 0
        if not self.months:
            raise Unusable(f"{folder}：没有导出文件 / no export here")

    def run(self) -> dict[str, Any]:
        """Check everything and return the report."""
        last: Checkpoint | None = None
        for month in self.months:
            seals = self._read_checkpoints(month, last)
            self.seals[month] = {seal.size: seal for seal in seals}
            header = self._read_entries(month, seals, last)
            self._check_header(month, header, last)
            self._check_roots(month, seals)
            last = seals[-1] if seals else last
        for text in self.given.own_notes:
            self._check_own(text)
        return self._report()

    def _add(self, kind: str, month: str, start: int, end: int) -> None:
        """Note a problem; of one kind the first in a month, as the others follow from it."""
        if not any((kind, month) == known[:2] for known in self.problems):
            self.problems.append(Problem(kind, month, start, end))

    def _read_checkpoints(self, month: str, last: Checkpoint | None) -> list[Checkpoint]:
        path = self.folder / f"checkpoints-{month}.txt"
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        found: list[Checkpoint] = []
        size, sealed = 0, last.sealed if last else ""
        for whole in split_notes(text):
            try:
                note = parse_note(whole)
                seal = parse_checkpoint(note.text)
            except ValueError:
                self._add("signature", month, size, size)
                continue
            if not self._is_ours(month, note, seal):
                self._add("signature", month, size, seal.size)
                continue
            self._count_witnesses(note, seal, size)
            if seal.size <= size or seal.sealed <= sealed or month_of(seal.sealed) != month:
                self._add("sequence", month, size, seal.size)
            if seal.size > size:
                found.append(seal)
            size, sealed = max(size, seal.size), max(sealed, seal.sealed)
        return found

    def _is_ours(self, month: str, note: Note, seal: Checkpoint) -> bool:
        is_ours = (seal.base, seal.month) == (self.base, month)
        return is_ours and any(signed_by(note, key) for key in self.given.keys)

    def _count_witnesses(self, note: Note, seal: Checkpoint, start: int) -> None:
        earliest = datetime.fromisoformat(seal.sealed).timestamp() - self.given.tolerance
        for witness in self.given.witnesses:
            for signature in signatures_of(note, witness):
                seconds = cosigned_at(note.text, witness, signature)
                if seconds is None or seconds < earliest:
                    self._add("cosignature", seal.month, start, seal.size)
                    continue
                place = (seal.month, seal.size)
                self.best[witness.name] = max(place, self.best.get(witness.name, place))

    def _read_entries(self, month: str, seals: list[Checkpoint], last: Checkpoint | None) -> str:
        """Check the month's lines, keep its tree, and return its first leaf's text."""
        path = self.folder / f"entries-{month}.tsv"
        times = self._times(seals, last)
        jobs: list[Job] = [(path, *cut, times) for cut in stretches(path)] if path.exists() else []
        leaves: Leaves = []
        header = ""
        is_broken = False
        for part in run_all(jobs, self.given.processes):
            self.erased += part.erased
            header = header or part.header
            if part.problem:
                self.problems.append(part.problem)
            self._count_ids(month, len(leaves), part)
            leaves += [part.leaves[at : at + 32] for at in range(0, len(part.leaves), 32)]
            is_broken = part.is_broken
            if is_broken:  # what follows has no place in the tree
                break
        self.trees[month] = Tree(leaves)
        self.entries += max(len(leaves) - 1, 0)
        if seals and not is_broken and len(leaves) < seals[-1].size:
            self._add("short", month, len(leaves), seals[-1].size)
        return header

    def _times(self, seals: list[Checkpoint], last: Checkpoint | None) -> Seals:
        found, earliest = [], self._earliest(last)
        for seal in seals:
            found.append((seal.size, earliest, seal.sealed.encode()))
            earliest = self._earliest(seal)
        return found

    def _earliest(self, last: Checkpoint | None) -> bytes:
        if last is None:
            return b""
        moment = datetime.fromisoformat(last.sealed) - timedelta(seconds=self.given.tolerance)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()

    def _count_ids(self, month: str, start: int, part: Scan) -> None:
        ids = [part.ids[at : at + 16] for at in range(0, len(part.ids), 16)]
        fresh = set(ids)
        if len(fresh) == len(ids) and self.seen.isdisjoint(fresh):
            self.seen |= fresh
            return
        for index, entry_id in enumerate(ids, start or 1):
            if entry_id in self.seen and any(entry_id):
                name = str(UUID(bytes=entry_id))
                self.problems.append(Problem("duplicate", month, index, index + 1, name))
                return
            self.seen.add(entry_id)

    def _check_header(self, month: str, header: str, last: Checkpoint | None) -> None:
        """Check that the first leaf names the end of the month before."""
        words = header.split(" ")
        if words[:2] != ["xyd1-segment", f"{self.base}/{month}"]:
            self._add("header", month, 0, 1)
            return
        if last is not None:
            wanted = [f"{last.base}/{last.month}", str(last.size), last.root.hex()]
            if words[2:] != wanted:
                self._add("header", month, 0, 1)
        elif (self.given.since or month) != month or (
            self.given.since is None and words[2:] != ["-", "0", "-"]
        ):
            self._add("month", month, 0, 1)

    def _check_roots(self, month: str, seals: list[Checkpoint]) -> None:
        start, tree = 0, self.trees[month]
        for seal in seals:
            if seal.size <= tree.size and tree.root(seal.size) != seal.root:
                self._add("root", month, start, seal.size)
            start = seal.size

    def _check_own(self, whole: str) -> None:
        """Check a checkpoint that a witness kept for itself against the log."""
        try:
            note = parse_note(whole)
            seal = parse_checkpoint(note.text)
        except ValueError as error:
            raise Unusable("见证方的检查点文件无法读取 / a witness's file is unreadable") from error
        month, tree = seal.month, self.trees.get(seal.month)
        start = max((size for size in self.seals.get(month, {}) if size < seal.size), default=0)
        known = (*self.given.keys, *self.given.witnesses)
        if seal.base != self.base or not any(signed_by(note, key) for key in known):
            self._add("stranger", month, start, seal.size)
            return
        if month < (self.given.since or ""):
            return
        self._count_witnesses(note, seal, start)
        if tree is None or tree.size < seal.size:
            self._add("cut", month, tree.size if tree else 0, seal.size)
        elif tree.root(seal.size) != seal.root:
            self._add("fork", month, start, seal.size)
        elif self.seals[month].get(seal.size) != seal:
            self._add("unknown", month, start, seal.size)

    def _report(self) -> dict[str, Any]:
        best = sorted(self.best.values(), reverse=True)
        required = self.given.required
        if len(best) < required:
            self._add("witnesses", self.months[-1], 0, 0)
        order = sorted(self.problems, key=lambda each: (_rank(each.kind), *each[1:3]))
        told = [_told(each) for each in order]
        return {
            "ok": not told,
            "entries": self.entries,
            "erased_persons": self.erased,
            "months": {month: tree.size for month, tree in self.trees.items()},
            "witnesses": len(best),
            "witnessed_to": best[max(required, 1) - 1] if len(best) >= max(required, 1) else None,
            "first": told[0] if told else None,
            "problems": told,
        }


def run_all(jobs: list[Job], processes: int) -> Iterator[Scan]:
    """Scan every stretch, in order."""
    if processes == 1 or len(jobs) <= 1:
        yield from map(scan, jobs)
        return
    with multiprocessing.Pool(min(processes, len(jobs))) as pool:
        yield from pool.imap(scan, jobs)


def month_of(sealed: str) -> str:
    """Return the month in Shanghai, which has no summer time."""
    return f"{datetime.fromisoformat(sealed) + SHANGHAI:%Y-%m}"


def verify(folder: Path, given: Given) -> dict[str, Any]:
    """Verify an export.

    Raises:
        Unusable: there is no export, or a witness's file cannot be read.

    """
    return Verifier(folder, given).run()


def _rank(kind: str) -> int:
    """Entries come before intervals; what a bad checkpoint leaves unsealed comes after it."""
    return 2 if kind == "unsealed" else int(kind not in ENTRY_KINDS)


def _told(problem: Problem) -> dict[str, Any]:
    zh, en = KINDS[problem.kind]
    return problem._asdict() | {"zh": zh, "en": en}
