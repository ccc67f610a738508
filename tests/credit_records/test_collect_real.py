"""The real sets; each test takes a part, so that all of them stay under a minute."""

import pytest

from xinyidai.credit_records.collecting import CollectionRequest, collect_file, load_mapping
from xinyidai.credit_records.collecting.mapping import FOLDER
from xinyidai.kernel.actor import SYSTEM

pytestmark = pytest.mark.real_data


@pytest.fixture
def take(real_data, db):
    def run(name):
        mapping = load_mapping(FOLDER / f"{name}.yaml")
        request = CollectionRequest(real_data / mapping.file, mapping.kind, mapping.source, mapping)
        return collect_file(SYSTEM, request)

    return run


def test_nearly_every_code_of_the_register_is_right(take):
    done = take("beijing_registry")
    assert done.rows == 46_937
    assert (done.accepted, done.pending_names, done.reasons) == (46_935, 1, {"conflicting_row": 1})
    assert take("beijing_registry").unchanged == 46_935


def test_licences_and_lists_are_taken_and_bad_codes_are_told_not_dropped(take):
    licences = take("beijing_safety_licence")
    assert licences.accepted > 0.98 * licences.rows
    for name in ("beijing_tax_penalty", "beijing_zgc_high_tech", "beijing_specialised_dongcheng"):
        done = take(name)
        assert done.accepted + done.rejected + done.pending_names == done.rows


def test_bare_names_wait_in_their_ten_thousands_and_only_once(take):
    first, second = take("beijing_abnormal"), take("beijing_abnormal")
    assert first.rows == 103_783
    assert first.pending_names + first.accepted + first.rejected == first.rows
    assert (second.pending_names, second.pending_new) == (first.pending_names, 0)


def test_a_million_invoice_lines_become_firms_months_and_sides(take):
    take("invoices_firms_with")
    take("invoices_firms_without")
    done = take("invoices")
    assert (done.rows, done.accepted, done.rejected, done.firms) == (915_832, 19_565, 0, 350)


@pytest.mark.parametrize("name", ["jinan_registration", "jinan_judgements", "jinan_guarantees"])
def test_hashed_firms_get_invented_codes(take, name):
    done = take(name)
    assert done.accepted > 0.9 * done.rows
    assert done.pending_names == 0
