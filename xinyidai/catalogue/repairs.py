"""Credit repair, 信用修复: the commitment, the way of an application, the reminders; YAML."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.reading import Entry, read_catalogue


@dataclass(frozen=True, kw_only=True)
class RepairTexts:
    """Everything in the file; `reminders` are days before a record becomes repairable."""

    version: str
    window: str
    reminders: tuple[int, ...]
    free: str
    warning: str
    commitment: str
    steps: tuple[str, ...]

    @property
    def commitment_hash(self) -> str:
        """Return the SHA-256 of the commitment's text, hexadecimal: what exactly was signed."""
        return sha256(self.commitment.encode()).hexdigest()


def read_repair_texts(root: Entry) -> RepairTexts:
    """Return the texts of a file, or raise `CatalogueBroken`."""
    texts = RepairTexts(
        version=root.text("version"),
        window=root.text("window"),
        reminders=_reminders(root.take("reminders")),
        free=root.text("free"),
        warning=root.text("warning"),
        commitment=root.text("commitment").replace(" ", ""),
        steps=root.texts("steps"),
    )
    root.close()
    if not texts.steps:
        raise CatalogueBroken("steps: nobody is told how it goes")
    return texts


def _reminders(days: object) -> tuple[int, ...]:
    if not isinstance(days, list) or not days:
        raise CatalogueBroken("reminders: a list of days is expected")
    if not all(isinstance(day, int) and day >= 0 for day in days):
        raise CatalogueBroken("reminders: a day before cannot be negative")
    return tuple(sorted(set(days), reverse=True))


@lru_cache
def _catalogue() -> RepairTexts:
    return read_repair_texts(read_catalogue("repairs.yaml"))


REPAIRS: RepairTexts = _catalogue()
