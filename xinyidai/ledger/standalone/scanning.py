"""The lines of an export, checked one after the other; fast, as there may be millions."""

import mmap
import re
from binascii import unhexlify
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

CHUNK = 1 << 24
LIMITLESS = 1 << 63
COLUMNS = 7
ENTRY = re.compile(
    rb"xyd1 ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}) "
    rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) [a-z_]{1,32} ([0-9a-f]{64}) ([0-9a-f]{64})"
)
DIGEST_LENGTH = 64
NO_ID = b"0" * 32
ENTRY_KINDS = {
    "line": ("这一行无法读取", "the line cannot be read"),
    "index": ("序号不连续：有条目被删除或插入", "the index jumps: a leaf was deleted or inserted"),
    "gone": ("条目已不在台账中", "the entry itself is no longer in the log"),
    "leaf": ("条目与其叶子哈希不符", "the entry was altered: it does not fit its leaf"),
    "missing": ("条目的内容已不存在", "what the entry stands for is no longer there"),
    "matter": ("现在显示的内容与存证不一致", "the contents shown now are not what was sealed"),
    "person": ("现在显示的人员与存证不一致", "the persons shown now are not what was sealed"),
    "order": ("封存区间内的次序被改动", "the order within its sealed interval was altered"),
    "late": ("发生时间晚于封存时间", "it happened after it was sealed"),
    "early": ("发生时间远早于封存区间", "it happened long before its sealed interval"),
    "duplicate": ("同一编号出现两次", "its id occurs twice"),
    "unsealed": ("在最后一个检查点之后", "it stands beyond the last checkpoint"),
    "short": ("从这一条起条目缺失", "from here on entries are missing"),
    "cut": (
        "从这一条起缺少见证方见过的条目",
        "from here on entries that a witness saw are missing",
    ),
}

# Of each checkpoint its size, and which times its entries may have: from, to.
Seals = list[tuple[int, bytes, bytes]]
# A file, where the line ahead of the stretch begins, start and end of the stretch.
Job = tuple[Path, int, int, int, Seals]


class Problem(NamedTuple):
    """One finding: about the entry `start`, or about the sealed interval [start, end)."""

    kind: str
    month: str
    start: int
    end: int
    entry_id: str | None = None


class Scan(NamedTuple):
    """What a stretch of a file holds: leaf hashes, ids, the first problem, where it broke off."""

    leaves: bytes
    ids: bytes
    problem: Problem | None
    is_broken: bool
    erased: int
    header: str


class Scanner:
    """Checks the lines of one file in their order."""

    def __init__(self, month: str, ahead: bytes, seals: Seals) -> None:
        """Begin after the line `ahead`, or at the beginning where it is empty."""
        last = ENTRY.search(ahead)
        number = ahead.split(b"\t", 1)[0]
        self.month, self.seals = month, seals
        self.index = int(number) if number.isdigit() else -1
        self.key = last[2] + last[1] if last else b""
        self.leaves: list[bytes] = []
        self.ids: list[bytes] = []
        self.problem: Problem | None = None
        self.erased, self.header = 0, ""
        self._enter(sum(size <= self.index for size, _, _ in seals))

    def take(self, line: bytes) -> bool:
        """Check one line; False where the leaves cannot go on."""
        cells = line.split(b"\t")
        index = self.index = self.index + 1
        leaf = digest(cells[1]) if len(cells) == COLUMNS else b""
        if not leaf:
            self._note("line", b"")
            return False
        if cells[0] != b"%d" % index:
            self._note("index", cells[2])
            return False
        self.leaves.append(leaf)
        if index:
            self._take_entry(index, leaf, cells)
        else:
            self.header = cells[2].decode("ascii", "replace")
            if sha256(b"\0" + cells[2]).digest() != leaf:
                self._note("leaf", b"")
        return True

    def _take_entry(self, index: int, leaf: bytes, cells: list[bytes]) -> None:
        found = ENTRY.fullmatch(cells[2])
        if found is None:
            self.ids.append(NO_ID)
            self._note("gone" if cells[2] == b"-" else "line", b"")
            return
        entry_id, moment, matter, person = found.groups()
        self.ids.append(entry_id)
        self.erased += cells[5] == b"-"
        kind = judge(leaf, cells, matter, person) or self._judge_time(index, moment, entry_id)
        if kind:
            self._note(kind, cells[2])

    def _judge_time(self, index: int, moment: bytes, entry_id: bytes) -> str:
        while index >= self.limit:
            self._enter(self.place + 1)
            self.key = b""
        if self.limit == LIMITLESS:
            return "unsealed"
        key, before = moment + entry_id, self.key
        self.key = key
        if key <= before:
            return "order"
        if moment > self.latest:
            return "late"
        return "early" if moment < self.earliest else ""

    def _enter(self, place: int) -> None:
        """Go to an interval; behind the last one no entry has a place."""
        is_known = place < len(self.seals)
        self.place = place
        self.limit, self.earliest, self.latest = (
            self.seals[place] if is_known else (LIMITLESS, b"", b"")
        )

    def _note(self, kind: str, text: bytes) -> None:
        if self.problem is None:
            found = ENTRY.fullmatch(text)
            entry_id = found[1].decode() if found else None
            self.problem = Problem(kind, self.month, self.index, self.index + 1, entry_id)


def judge(leaf: bytes, cells: list[bytes], matter_hash: bytes, person_hash: bytes) -> str:
    """Return what is wrong with an entry's leaf and its two commitments, or nothing."""
    _, _, text, matter_salt, matter, person_salt, person = cells
    if sha256(b"\0" + text).digest() != leaf:
        return "leaf"
    if not opens(matter_salt, matter, matter_hash):
        return "missing" if matter == b"-" else "matter"
    if person_salt == b"-":  # erased; then nothing may be shown either
        return "" if person == b"-" else "person"
    return "" if opens(person_salt, person, person_hash) else "person"


def opens(salt: bytes, text: bytes, commitment: bytes) -> bool:
    """Tell whether salt and text are what was committed to."""
    raw = digest(salt)
    return bool(raw) and sha256(raw + text).digest() == unhexlify(commitment)


def digest(text: bytes) -> bytes:
    """Return the 32 bytes behind 64 hexadecimal digits, or nothing where it is something else."""
    try:
        return unhexlify(text) if len(text) == DIGEST_LENGTH else b""
    except ValueError:
        return b""


def scan(job: Job) -> Scan:
    """Check a stretch of lines."""
    path, before, start, end, seals = job
    with path.open("rb") as file:
        file.seek(before)
        ahead, data = file.read(start - before), file.read(end - start)
    scanner = Scanner(path.stem[-7:], ahead, seals)
    is_whole = all(map(scanner.take, data.removesuffix(b"\n").split(b"\n")))
    leaves, ids = b"".join(scanner.leaves), b"".join(scanner.ids)
    ids = unhexlify(ids.replace(b"-", b""))
    return Scan(leaves, ids, scanner.problem, not is_whole, scanner.erased, scanner.header)


def stretches(path: Path) -> Iterator[tuple[int, int, int]]:
    """Cut a file at ends of lines: where the line ahead begins, start and end of each piece."""
    size, before, start = path.stat().st_size, 0, 0
    if not size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        while start < size:
            end = data.find(b"\n", min(start + CHUNK, size - 1)) + 1 or size
            yield before, start, end
            before, start = data.rfind(b"\n", start, end - 1) + 1 or start, end
