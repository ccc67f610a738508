"""Write the log out, for auditors: what was sealed beside what the pages show now."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

from xinyidai.kernel.errors import NotFound
from xinyidai.ledger import lines, merkle, queries
from xinyidai.ledger.lines import ExportedOpening
from xinyidai.ledger.models import LedgerEntry
from xinyidai.ledger.openings import Opening, source_of
from xinyidai.ledger.queries import ExportRow
from xinyidai.ledger.rules import canonical, entry_text
from xinyidai.ledger.service.sealing import hold_seal

KEYS_NAME = "keys.txt"


def export(folder: Path, month: str | None = None) -> int:
    """Write one month or all months into an empty folder; return the number of leaves.

    Contents are read from the rows that pages show, so the files are as confidential as those.
    Sealing waits until the transaction ends.

    Raises:
        NotFound: there is no such month, or the folder is not empty.

    """
    hold_seal()
    found = [segment for segment in queries.segments() if month in {None, segment.month}]
    if month is not None and not found:
        raise NotFound(f"台账没有 {month} 月段。")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise NotFound(f"导出目录 {folder} 不是空的，请换一个目录。")
    (folder / KEYS_NAME).write_text(public_keys(), encoding="utf-8")
    count = 0
    for segment in found:
        _write_checkpoints(folder / lines.checkpoints_name(segment.month), segment.month)
        with (folder / lines.entries_name(segment.month)).open("w", encoding="utf-8") as file:
            for text in _entry_lines(segment.month, segment.header):
                file.write(text)
                count += 1
    return count


def public_keys() -> str:
    """Return our public keys and the witnesses', one a line, for people to compare."""
    ours = [f"{key.name}\t{key.verifier}\n" for key in queries.all_keys()]
    theirs = [f"witness\t{each.verifier}\t{each.name}\n" for each in queries.all_witnesses()]
    return "".join(ours + theirs)


def _write_checkpoints(path: Path, month: str) -> None:
    cosigned = queries.cosignature_lines(month)
    with path.open("w", encoding="utf-8") as file:
        for checkpoint in queries.checkpoints(month):
            more = "".join(f"{line}\n" for line in cosigned.get(checkpoint.size, ()))
            file.write(checkpoint.note + more + lines.END_OF_NOTE)


def _entry_lines(month: str, header: str) -> Iterator[str]:
    nothing = ExportedOpening()
    for batch in queries.export_rows(month):
        openings = _read_openings(batch)
        for index, leaf, entry, entry_id in batch:
            if entry_id is None:
                yield lines.entry_line(index, leaf, header, nothing, nothing)
            elif entry is None:
                yield lines.entry_line(index, leaf, None, nothing, nothing)
            else:
                yield _entry_line(index, leaf, entry, openings.get(entry.id))


def _read_openings(batch: Sequence[ExportRow]) -> dict[UUID, Opening]:
    by_subject: dict[str, list[UUID]] = {}
    for _, _, entry, _ in batch:
        if entry is not None:
            by_subject.setdefault(entry.subject, []).append(entry.id)
    found: dict[UUID, Opening] = {}
    for subject, ids in by_subject.items():
        found.update(source_of(subject).read(ids))
    return found


def _entry_line(index: int, leaf: bytes, entry: LedgerEntry, opening: Opening | None) -> str:
    matter = ExportedOpening(entry.matter_salt, canonical(opening.matter) if opening else None)
    person = ExportedOpening()
    if entry.person_salt is not None:
        person = ExportedOpening(entry.person_salt, canonical(opening.person) if opening else None)
    return lines.entry_line(index, leaf, _entry_text(leaf, entry, opening), matter, person)


def _entry_text(leaf: bytes, entry: LedgerEntry, opening: Opening | None) -> str:
    """Return the entry's line; where log and page tell different times, the one that is false."""
    hashes = (entry.matter_hash, entry.person_hash)
    text = entry_text(entry.id, entry.happened_at, entry.subject, *hashes)
    if opening is None or opening.happened_at == entry.happened_at:
        return text
    other = entry_text(entry.id, opening.happened_at, entry.subject, *hashes)
    return other if merkle.leaf_hash(text.encode()) == leaf else text
