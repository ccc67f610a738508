"""The assistant's first proposal for each real file, against what a person read in it."""

from pathlib import Path

import pytest
import yaml

from xinyidai.credit_records.collecting.drafting import as_json
from xinyidai.credit_records.collecting.mapping import bind, find_kind, mapping_of
from xinyidai.credit_records.collecting.reading import read_file
from xinyidai.credit_records.collecting.suggesting import suggest

pytestmark = pytest.mark.real_data

EXPECTED = Path(__file__).parent / "expected.yaml"
ENOUGH = 0.8


@pytest.fixture(scope="module")
def proposals(real_data):
    expected = yaml.safe_load(EXPECTED.read_text(encoding="utf-8"))["files"]
    folder = real_data / "beijing_open"
    assert len(expected) == len(list(folder.iterdir()))
    return {name: (as_json(suggest(folder / name)), truth) for name, truth in expected.items()}


def said(proposal):
    roles = {role: about["column"] or "absent" for role, about in proposal["roles"].items()}
    return {"kind": proposal["kind"], "header_row": proposal["header_row"], **roles}


def test_four_of_five_first_proposals_are_right_in_kind_code_name_and_date(proposals):
    wrong = {
        name: {
            key: said(proposal)[key]
            for key in ("kind", "code", "name", "date")
            if said(proposal)[key] != truth[key]
        }
        for name, (proposal, truth) in proposals.items()
    }
    wrong = {name: parts for name, parts in wrong.items() if parts}
    assert len(wrong) <= (1 - ENOUGH) * len(proposals), wrong


def test_nearly_every_heading_row_and_amount_is_found(proposals):
    for key in ("header_row", "amount"):
        wrong = [
            name
            for name, (proposal, truth) in proposals.items()
            if said(proposal)[key] != truth[key]
        ]
        assert len(wrong) <= 2, (key, wrong)


def test_every_proposed_mapping_binds_to_its_file(proposals, real_data):
    for name, (proposal, _) in proposals.items():
        if proposal["mapping"] is None:
            continue
        mapping = mapping_of(yaml.safe_load(proposal["mapping"]))
        raw = read_file(real_data / "beijing_open" / name, mapping.layout)
        assert bind(raw.headings, find_kind(mapping.kind), mapping)
