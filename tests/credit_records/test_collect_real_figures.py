"""The counts of docs/real-data.md, by file, repeated on the sets themselves."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from xinyidai.credit_records.collecting import CollectionRequest, collect_file, load_mapping
from xinyidai.credit_records.collecting.mapping import FOLDER
from xinyidai.kernel.actor import SYSTEM

pytestmark = pytest.mark.real_data

DOCUMENT = Path(__file__).parents[2] / "docs" / "real-data.md"
MEASURED = date(2026, 11, 21)
SETS = ("beijing", "invoices", "jinan")
AGGREGATED = {"invoices", "jinan_social_arrears"}
MANY = 0.05
# The register and a list of bare names, once more: nothing is new, and no name waits twice.
AGAIN = {"beijing": ("beijing_registry", "beijing_abnormal")}


@pytest.fixture(scope="module")
def told():
    """The tables by file: mapping to rows, accepted, rejected, pending, firms and reasons."""
    found = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 9 and re.fullmatch(r"`[a-z0-9_]+`", cells[0]):
            counts = [int(cell.replace(",", "")) for cell in cells[2:7]]
            reasons = dict(part.rsplit(" ", 1) for part in cells[8].split(", ") if " " in part)
            found[cells[0].strip("`")] = (*counts, {k: int(v) for k, v in reasons.items()})
    return found


def _taken(real_data, title):
    mapping = load_mapping(FOLDER / f"{title}.yaml")
    path = real_data / mapping.file
    request = CollectionRequest(path, mapping.kind, mapping.source, mapping, as_of=MEASURED)
    return collect_file(SYSTEM, request)


@pytest.mark.parametrize("name", SETS)
def test_each_file_is_collected_with_the_counts_that_the_document_tells(
    live, real_data, told, name
):
    # A database of its own: in the shared one, after other tests, an update once took minutes.
    listed = yaml.safe_load((FOLDER / "sets.yaml").read_text(encoding="utf-8"))[name]
    for title in listed:
        done = _taken(real_data, title)
        counts = (done.rows, done.accepted, done.rejected, done.pending_names, done.firms)
        assert (*counts, dict(done.reasons)) == told[title], title
        if title not in AGGREGATED:
            assert done.accepted + done.pending_names + done.rejected == done.rows, title
        for rule, count in done.reasons.items():
            assert len(done.examples[rule]) >= min(3, count), (title, rule)
    for title in AGAIN.get(name, ()):
        again = _taken(real_data, title)
        _, accepted, _, pending, *_ = told[title]
        assert (again.unchanged, again.accepted) == (accepted, 0), title
        assert (again.pending_names, again.pending_new) == (pending, 0), title


def test_a_file_that_rejects_more_than_one_row_in_twenty_has_a_sentence(told):
    text = DOCUMENT.read_text(encoding="utf-8").partition("## More than one row in twenty")[2]
    section = text.partition("\n## ")[0]
    many = [name for name, (rows, _, rejected, *_) in told.items() if rejected > MANY * rows]
    assert [name for name in many if f"`{name}`" not in section] == []
    assert len(many) >= 9
