"""Validation of the shipped model at full counts, for `make prove`."""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from xinyidai.scoring import artefacts
from xinyidai.scoring.validation.run import validate
from xinyidai.scoring.validation.subject import Counts, load
from xinyidai.seeds.loans import write_loans

FULL = Counts(reason_rows=10_000, withheld_rows=2_000, scored_rows=10_000)


def model_validation(pairs: int) -> int:
    """Validate the newest demo model on its table; return how many demands it does not meet."""
    with tempfile.TemporaryDirectory(prefix="validation-") as folder:
        table = Path(folder) / "loans.csv.gz"
        write_loans(table, _tell)
        subject = load(artefacts.newest_shipped("demo-city"), table, _tell)
        return len(validate(subject, replace(FULL, pairs=pairs), _tell).unmet)


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
