"""The indicator dictionary refuses what contradicts itself."""

import pytest

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.indicators import (
    Unit,
    WhenAbsent,
    indicator_dictionary,
    parse_dictionary,
)
from xinyidai.catalogue.kinds import KINDS, Absence
from xinyidai.catalogue.reading import parse_catalogue

GOOD = """
version: "1"
sections: {stability: 稳, tax_social: 税, invoicing: 票, compliance: 法, innovation: 新, honours: 誉,
  commitments: 诺, industry: 业, assets: 产}
texts: {}
supplies:
  - {code: collection, way: wait, text: 等平台归集}
  - {code: held, way: source, text: '由{source}提供'}
indicators:
  - {code: penalties, name: 处罚, section: compliance, unit: count, counter: 次, window_months: 24,
     direction: higher_is_worse, kinds: [administrative_penalty], when_absent: zero,
     fresh_within_days: null, definition: 次数, legal: 公开, supply: collection}
"""


def parse(text):
    return parse_dictionary(parse_catalogue(text, "test"))


def test_a_sound_dictionary_is_read():
    assert parse(GOOD)["penalties"].unit is Unit.COUNT


@pytest.mark.parametrize(
    ("sound", "broken"),
    [
        ("section: compliance", "section: elsewhere"),
        ("kinds: [administrative_penalty]", "kinds: [unheard_of]"),
        ("counter: 次, ", ""),
        ("unit: count", "unit: parsecs"),
        ("fresh_within_days: null", "fresh_within_days: 30"),
        ("supply: collection", "supply: collection, colour: red"),
        ("supply: collection", "supply: held"),
        ("supply: collection", "supply: unheard_of"),
        ("way: wait", "way: nobody"),
        ("code: held", "code: collection"),
    ],
)
def test_a_contradiction_is_refused(sound, broken):
    with pytest.raises(CatalogueBroken):
        parse(GOOD.replace(sound, broken))


def test_absence_means_zero_only_for_kinds_that_say_so():
    for entry in indicator_dictionary().indicators.values():
        zero = {KINDS[kind].absence is Absence.ZERO for kind in entry.kinds}
        assert zero == {entry.when_absent is WhenAbsent.ZERO}, entry.code


def test_the_dictionary_has_the_ten_invoice_indicators():
    invoice = [c for c in indicator_dictionary().indicators if c.startswith("invoice_")]
    assert len(invoice) == 10
    assert len(indicator_dictionary().indicators) >= 36
