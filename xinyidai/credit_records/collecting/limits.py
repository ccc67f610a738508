"""How large a delivery may be: every limit of collection in one place."""

from dataclasses import dataclass

MIB = 1024**2
GIB = 1024**3


@dataclass(frozen=True)
class Limits:
    """Limits of one file; bytes unless said otherwise.

    `free_bytes` may be unpacked at any ratio: a short constant file packs well and harms nobody.
    A CSV of more than `streamed_bytes` is read piece by piece, and one of more than `spilled_bytes`
    is checked on disk instead of in memory.
    """

    file_bytes: int = 2 * GIB
    unpacked_bytes: int = 2 * GIB
    unpacking_ratio: int = 250
    streamed_bytes: int = 16 * MIB
    spilled_bytes: int = 160 * MIB
    free_bytes: int = 32 * MIB
    archive_entries: int = 10_000
    row_bytes: int = 16 * MIB
    columns: int = 512
    rows: int = 50_000_000
    cells: int = 500_000_000
    workbook_bytes: int = 512 * MIB
    workbook_cells: int = 20_000_000
    json_array_bytes: int = 256 * MIB
    mixed_encoding_bytes: int = 64 * MIB


LIMITS = Limits()


def size_words(count: int) -> str:
    """Say a number of bytes as a clerk reads it: 2 GB, 32 MB, 900 字节."""
    for unit, name in ((GIB, "GB"), (MIB, "MB")):
        if count >= unit:
            return f"{count / unit:.0f} {name}"
    return f"{count} 字节"
