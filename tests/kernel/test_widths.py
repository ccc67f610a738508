"""Full-width forms become half-width, and nothing else changes."""

import pytest

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import Yuan
from xinyidai.kernel.widths import half_width


def test_full_width_forms_and_blanks_become_half_width():
    assert half_width("　１，０００．５％～Ａ－ｚ　") == "1,000.5%~A-z"
    assert half_width("第①条、12²。") == "第①条、12²。"


def test_an_amount_may_be_full_width_but_no_other_sign_is_a_digit():
    assert Yuan.of_wan("１，０００．５").fen == 1_000_500_000
    with pytest.raises(InvalidInput):
        Yuan.of_wan("12²")
