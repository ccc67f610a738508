"""What somebody asks to be collected."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xinyidai.credit_records.collecting.mapping import SourceMapping

Progress = Callable[[str], None]


@dataclass(frozen=True)
class CollectionRequest:
    """What to collect; without `mapping`, headings are recognised by the catalogue."""

    path: Path
    kind: str
    source: str
    mapping: SourceMapping | None = None
    report: Path | None = None
    as_of: dt.date | None = None
