"""How to supply what is missing, 怎样补: words that are true in this product."""

import re

from tests.web.firms_for_pages import make_city
from xinyidai.catalogue.indicators import SupplyWay, indicator_dictionary
from xinyidai.catalogue.missing import MissingCause
from xinyidai.products.service import indicator_names
from xinyidai.products.values import FIELDS, INDICATOR_PREFIX, IndicatorInfo
from xinyidai.web.enterprise import match_ways as ways

# The pages that the words may name, by title; each is opened below.
PAGES = {
    "找产品": "/enterprise/matches/new",
    "我的画像": "/enterprise/profile",
    "自愿填报": "/enterprise/declarations",
    "信息有误怎么办": "/enterprise/dispute",
}
INDICATORS = indicator_dictionary().indicators


def every_text():
    yield from ((code, field.supply) for code, field in FIELDS.items())
    yield from ((code, entry.supply.text) for code, entry in INDICATORS.items())
    yield "of no dictionary", IndicatorInfo("").supply


def missing(field, remedy):
    return {
        "field": field,
        "cause": MissingCause.NO_RECORD.value,
        "value": "数据不足",
        "remedy": remedy,
    }


def test_every_page_that_the_words_name_opens_under_its_title(live, client_as):
    owner = client_as(make_city().owner)
    for title, address in PAGES.items():
        page = owner.get(address)
        assert page.status_code == 200, address
        assert f"<title>{title} · " in page.text, address


def test_no_words_name_another_page_or_ask_for_an_authorization():
    for code, text in every_text():
        assert set(re.findall("“(.+?)”", text)) <= PAGES.keys(), code
        assert "授权" not in text, code
        assert text.endswith("。"), code
        assert "{" not in text, code


def test_whoever_keeps_a_missing_indicator_is_named_unless_the_firm_declares_or_waits():
    for code, info in indicator_names().items():
        words = ways.supply_words(missing(INDICATOR_PREFIX + code, info.supply))
        is_own = INDICATORS[code].supply.way in {SupplyWay.DECLARE, SupplyWay.WAIT}
        assert is_own or ways.source_of(INDICATOR_PREFIX + code) in words, code


def test_a_finding_on_what_the_dictionary_dropped_keeps_the_words_of_its_day():
    words = ways.supply_words(missing("indicator:dropped", "请来源补报。"))
    assert words == "平台没有这项记录。请来源补报。"


def test_a_firm_is_not_sent_to_a_source_for_what_the_platform_has_yet_to_receive():
    waits = {code for code, entry in INDICATORS.items() if entry.supply.way is SupplyWay.WAIT}
    assert {"penalties_24m", "patents_total"} <= waits
    assert not any("补报" in INDICATORS[code].supply.text for code in waits)
