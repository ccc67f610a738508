"""What a firm reads of 差一点: plain words, a place to act, and no threshold a bank keeps."""

import pytest

from tests.products.worlds import criterion, listed
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.matching.change_words import nearest_json
from xinyidai.matching.rules import findings_for
from xinyidai.products.rules import parse_criteria
from xinyidai.products.service.vocabulary import indicator_names

NOT_AUTHORIZED = Missing(MissingCause.NOT_AUTHORIZED)
STALE = Missing(MissingCause.STALE)


def said(raw, reading, *, shown=True):
    asks = parse_criteria([raw | {"show_threshold": shown}], indicator_names())
    return nearest_json(findings_for(listed(1, asks), {raw["field"]: reading}))


@pytest.mark.parametrize(
    ("raw", "reading", "text", "act"),
    [
        (
            criterion("years_established", "at_least", 2),
            19 / 12,
            "再过 5 个月即满足，届时成立年限满 2 年",
            "wait",
        ),
        (
            criterion("amount_fen", "at_most", 300_000_000),
            500_000_000,
            "把申请金额从 500 万元改为 300 万元",
            "wish",
        ),
        (
            criterion("indicator:tax_grade_latest", "at_least", 3),
            2.0,
            "把最近纳税信用级别从 C级提高到 B级",
            "source",
        ),
        (
            criterion("indicator:abnormal_listed", "at_most", 0),
            1,
            "现列经营异常名录：须由“是”变为“否”",
            "repair",
        ),
        (
            criterion("tags", "has_any", ["high_tech"]),
            frozenset(),
            "取得：国家高新技术企业",
            "source",
        ),
        (
            criterion("tags", "has_any", ["tech_sme", "high_tech"]),
            frozenset({"gazelle"}),
            "取得其中一项：国家高新技术企业、科技型中小企业",
            "source",
        ),
        (
            criterion("tags", "has_any", ["whitelist:small_micro_coordination"]),
            frozenset({"gazelle"}),
            "由街道、园区或部门推荐，列入名单“小微企业融资协调机制”",
            "list",
        ),
        (criterion("grade", "at_least", "BBB"), "BB", "把信用等级从 BB提高到 BBB", "profile"),
        (
            criterion("indicator:tax_paid_12m", "at_least", 100_000_00),
            NOT_AUTHORIZED,
            "授权查询近12个月纳税额（须不低于10 万元）",
            "authorize",
        ),
        (
            criterion("employees", "at_least", 10),
            Missing(MissingCause.NO_RECORD),
            "补充员工人数（须不低于10 人）",
            "register",
        ),
        (
            criterion("indicator:electricity_12m", "at_least", 5),
            STALE,
            "等近12个月用电量的数据更新（须不低于5 千瓦时）",
            "wait",
        ),
    ],
)
def test_each_kind_of_step_has_its_sentence_and_its_place(raw, reading, text, act):
    found = said(raw, reading)
    assert [(step["text"], step["act"]) for step in found["steps"]] == [(text, act)]
    assert found["blocked"] == []


@pytest.mark.parametrize(
    ("raw", "reading"),
    [
        (criterion("employees", "at_least", 77), 3),
        (criterion("years_established", "at_least", 7.7), 1.0),
        (criterion("tags", "has_any", ["little_giant"]), frozenset()),
        (criterion("employees", "at_least", 77), Missing(MissingCause.NO_RECORD)),
    ],
)
def test_a_threshold_that_the_bank_keeps_is_nowhere_in_the_stored_step(raw, reading):
    stored = str(said(raw, reading, shown=False))
    assert "未公布" in stored or "过一段时间" in stored
    assert not [secret for secret in ("77", "7.7", "小巨人", "6.7", "74") if secret in stored]


@pytest.mark.parametrize(
    ("raw", "reading", "text"),
    [
        (criterion("region_code", "in_region", ["42"]), "410482", "注册地（只面向其他地区的企业）"),
        (criterion("years_established", "at_most", 1), 2.0, "成立年限（只面向成立时间更短的企业）"),
        (
            criterion("indicator:penalties_24m", "at_most", 0),
            1,
            "近24个月行政处罚次数（是已经发生的记录；符合条件的可以申请信用修复，修复后不再计入）",
        ),
    ],
)
def test_what_cannot_be_changed_is_told_as_such(raw, reading, text):
    found = said(raw, reading)
    assert ([one["text"] for one in found["blocked"]], found["steps"]) == ([text], [])


def test_a_product_that_fits_has_nothing_to_say():
    assert said(criterion("employees", "at_least", 1), 5) is None
