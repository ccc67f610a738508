"""The policy of financing needs: read whole, or not at all."""

import pytest

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.need_policy import NEED_POLICY, read_need_policy
from xinyidai.catalogue.reading import Entry
from xinyidai.financing_needs.models import FinancingNeed

SOUND = {
    "version": "t",
    "most_banks": 3,
    "open_days": 90,
    "claim_days": 2,
    "answer_days": 3,
    "contact_days": 2,
    "alike": {"amount_percent": 30, "term_months": 6},
}


def test_the_policy_in_the_package_is_the_one_the_table_falls_back_to():
    column = FinancingNeed.__table__.c.most_banks
    assert column.server_default.arg == str(NEED_POLICY.most_banks)


@pytest.mark.parametrize(
    "change",
    [
        {"most_banks": 11},
        {"most_banks": 0},
        {"claim_days": 0},
        {"alike": {"amount_percent": 100, "term_months": 6}},
        {"alike": {"amount_percent": 30, "term_months": -1}},
        {"unheard_of": 1},
    ],
)
def test_a_number_out_of_range_is_refused(change):
    assert read_need_policy(Entry(dict(SOUND), "test")).most_banks == 3
    with pytest.raises(CatalogueBroken):
        read_need_policy(Entry(SOUND | change, "test"))
