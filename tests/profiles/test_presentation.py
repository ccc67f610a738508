"""What a person reads."""

from datetime import date
from uuid import UUID

import pytest

from xinyidai.catalogue.indicators import Direction, indicator_dictionary
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.profiles import presentation
from xinyidai.profiles.values import Distribution, IndicatorValue, ProfileFacts

DICTIONARY = indicator_dictionary()


def profile(**values):
    found = {
        code: IndicatorValue(code, values.get(code, Missing(MissingCause.NO_RECORD)), None, 0)
        for code in DICTIONARY.indicators
    }
    return ProfileFacts(UUID(int=1), date(2026, 5, 31), DICTIONARY.version, found)


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("registered_capital", 50_000_000, "50 万元"),
        ("penalty_amount_24m", 123_456, "1,234.56 元"),
        ("penalties_24m", 2, "2 次"),
        ("years_established", 10.833333333, "10.8 年"),
        ("invoice_margin_36m", -0.0834, "-8.3%"),
        ("tax_grade_latest", 2.5, "M级"),
        ("high_tech_valid", 1, "是"),
        ("electricity_12m", 12_000.5, "12,000.5 千瓦时"),
    ],
)
def test_a_value_is_shown_with_its_unit(code, value, text):
    assert presentation.value_text(DICTIONARY[code], value) == text


def test_missing_is_said_with_its_cause_and_what_to_do():
    view = presentation.show(profile(tax_paid_12m=Missing(MissingCause.NOT_AUTHORIZED)))
    [paid] = [i for i in view.missing if i.code == "tax_paid_12m"]
    assert (paid.text, paid.value) == ("数据不足", None)
    assert "授权" in (paid.explanation or "")
    assert "授权后" in (paid.supply or "")


def test_a_section_says_how_complete_it_is():
    view = presentation.show(profile(patents_total=3))
    [section] = [section for section in view.sections if section.code == "innovation"]
    assert section.known == 1
    assert section.summary.endswith("1 项有数据")


@pytest.mark.parametrize(
    ("direction", "value", "percent"),
    [
        (Direction.HIGHER_IS_BETTER, 80, 80),
        (Direction.HIGHER_IS_BETTER, -1, 0),
        (Direction.HIGHER_IS_WORSE, 20, 79),
        (Direction.HIGHER_IS_WORSE, 500, 0),
    ],
)
def test_the_rank_counts_peers_the_firm_stands_above(direction, value, percent):
    assert presentation.percent_above(value, range(101), direction) == percent


def test_a_rank_is_named_with_the_number_of_peers():
    spread = Distribution(list(range(101)), 134)
    view = presentation.show(profile(patents_total=72), {"patents_total": spread})
    [patents] = [i for s in view.sections for i in s.indicators if i.code == "patents_total"]
    assert patents.rank == "优于同行业同规模约 72% 的企业（134 家）"
