"""A published product list becomes facts a bank could have drafted."""

import csv
import gzip
from dataclasses import dataclass
from decimal import Decimal

import pytest

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.kernel.errors import InvalidInput
from xinyidai.products import conditions
from xinyidai.products.accounting import Part, read_parts
from xinyidai.products.clauses import Section, labelled
from xinyidai.products.importing import COLUMNS, PERSONAL, parse_product_rows
from xinyidai.products.rules import parse_criteria
from xinyidai.products.service import indicator_names
from xinyidai.products.term_words import TermWords
from xinyidai.products.values import GuaranteeKind, ProductKind

ROW = {
    "source": "某平台",
    "bank": "虚构银行",
    "product": "科技信用贷",
    "type": "信用贷",
    "amount_max_wan": "500.0",
    "rate_lo_pct": "3.85",
    "rate_hi_pct": "4.5",
    "term_months": "12.0",
    "guarantee": "信用",
    "target": "高新技术企业或科技型中小企业",
    "conditions": "在成都注册;企业成立2年以上;经营正常",
}


@dataclass(frozen=True)
class Read:
    """What sentences of a list became."""

    criteria: tuple
    region_codes: tuple
    text_conditions: tuple


def read_conditions(text):
    """Read conditions as the import reads them."""
    parts = [
        Part("conditions", where, clause) for where, clause in labelled(text, Section.CONDITIONS)
    ]
    read = read_parts(parts, TermWords())
    return Read(tuple(read.criteria.values()), tuple(read.regions), tuple(read.texts))


def parse(tmp_path, *rows):
    path = tmp_path / "products.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, sorted(COLUMNS), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return parse_product_rows(path)


def test_a_row_becomes_terms_criteria_and_text(tmp_path):
    [facts], rejected = parse(tmp_path, ROW)
    assert rejected == []
    assert facts.kind is ProductKind.CREDIT_LOAN
    assert facts.terms.amount_max_fen == 500_000_000
    assert (facts.terms.rate_min, facts.terms.rate_max) == (Decimal("0.0385"), Decimal("0.045"))
    assert facts.terms.term_max_months == 12
    assert facts.region_codes == ("510100",)
    assert [c["code"] for c in facts.criteria] == ["qualification", "years_established"]
    assert facts.text_conditions == ("经营正常",)


def test_a_personal_product_is_no_business_of_ours(tmp_path):
    taken, [rejected] = parse(tmp_path, ROW | {"type": "个人"})
    assert taken == []
    assert (rejected.row, rejected.reason) == (1, PERSONAL)


def test_a_rate_tied_to_a_benchmark_is_kept_as_words(tmp_path):
    [facts], _ = parse(tmp_path, ROW | {"rate_lo_pct": "基准", "rate_hi_pct": "基准上浮30%"})
    assert facts.terms.rate_max is None
    assert facts.terms.fee_note == "利率:基准 至 基准上浮30%"


def test_amount_and_term_are_found_in_the_text(tmp_path):
    text = "贷款额度最高可至100万元;授信最长期限为3年，期限内单笔贷款最长期限不超过1年。"
    row = ROW | {"amount_max_wan": "", "term_months": "", "description": text}
    [facts], _ = parse(tmp_path, row)
    assert facts.terms.amount_max_fen == 100_000_000
    assert facts.terms.term_max_months == 36


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"bank": ""}, "缺少机构名称或产品名称"),
        ({"type": "其他", "product": "宝"}, "产品类型“其他”无法识别"),
        ({"amount_max_wan": "很多"}, "不是金额"),
        ({"term_months": "1.5"}, "不是整月数"),
        ({"rate_hi_pct": "450"}, "年利率须在 0 至 100% 之间"),
    ],
)
def test_a_row_that_cannot_be_right_is_rejected_with_its_reason(tmp_path, changes, reason):
    taken, [rejected] = parse(tmp_path, ROW | changes)
    assert taken == []
    assert reason in rejected.reason


def test_the_same_product_twice_is_taken_once(tmp_path):
    taken, [rejected] = parse(tmp_path, ROW, ROW)
    assert len(taken) == 1
    assert rejected.row == 2


def test_a_list_saved_by_a_chinese_spreadsheet_is_read(tmp_path):
    path = tmp_path / "products.csv"
    with path.open("w", encoding="gb18030", newline="") as lines:
        writer = csv.DictWriter(lines, sorted(COLUMNS), restval="")
        writer.writeheader()
        writer.writerow(ROW)
    [facts], _ = parse_product_rows(path)
    assert facts.name == ROW["product"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("latin.csv", b"bank,product\nCaf\xe9,\xff\xfe\x80", "UTF-8 或 GB18030"),
        ("broken.csv.gz", gzip.compress(b"bank," * 1000)[:-30], "压缩文件已损坏"),
        ("no.csv.gz", b"bank,product", "压缩文件已损坏"),
        ("empty.csv", b"", "缺少必要的列"),
        ("pages.json", "[{}]".encode("utf-16"), "不是 UTF-8"),
        ("deep.json", b"[" * 100_000, "不是"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=words):
        parse_product_rows(path)


def test_a_term_beyond_all_measure_is_not_taken(tmp_path):
    taken, [rejected] = parse(tmp_path, ROW | {"term_months": "1e999999999"})
    assert not taken
    assert "不是整月数" in rejected.reason


def test_a_file_without_the_columns_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InvalidInput):
        parse_product_rows(path)


@pytest.mark.parametrize(
    ("clause", "code", "value"),
    [
        ("企业成立2年以上", "years_established", 2),
        ("成立满6个月以上", "years_established", 0.5),
        ("持续经营1年(含)以上", "years_established", 1),
        ("成立5年以内", "years_established_most", 5),
        ("国家高新技术企业或科技型中小企业", "qualification", ["high_tech", "tech_sme"]),
        ("专精特新中小企业", "qualification", ["specialised_new"]),
        ("小微企业", "scale", ["small", "micro"]),
        ("未列入失信被执行人名单", "no_dishonesty", 0),
        ("纳税信用等级B级及以上", "tax_level", 3),
        ("纳税信用A、B、M级", "tax_level", 2.5),
        ("年销售收入不低于500万元", "revenue", 500_000_000),
        ("注册资本100万元以上", "registered_capital", 100_000_000),
    ],
)
def test_a_clause_becomes_a_criterion(clause, code, value):
    found = read_conditions(clause)
    assert [(c["code"], c["value"]) for c in found.criteria] == [(code, value)]
    assert found.text_conditions == ()


@pytest.mark.parametrize(
    "clause",
    [
        "小微企业或个体工商户",
        "成立2年以上或注册资本100万元以上",
        "优先支持高新技术企业",
        "企业主在本行业3年(含)以上",
        "拥有专利、著名商标权的中小微科技型企业",
        "注册地及纳税在高新区",
        "年龄在55周岁以下",
        "当前贷款银行原则上不超过三家",
    ],
)
def test_what_cannot_be_expressed_stays_text(clause):
    found = read_conditions(clause)
    assert found.criteria == ()
    assert found.region_codes == ()
    assert found.text_conditions == (clause,)


def test_a_clause_understood_in_part_gives_the_criterion_and_stays_text():
    clause = "企业信用记录良好,未列入失信被执行人名单、严重违法失信企业名单"
    found = read_conditions(clause)
    assert [c["code"] for c in found.criteria] == ["no_dishonesty", "no_serious_violation"]
    assert found.text_conditions == (clause,)


def test_the_indicators_the_patterns_name_are_in_the_dictionary():
    named = {
        conditions.DISHONESTY_INDICATOR,
        conditions.SERIOUS_INDICATOR,
        conditions.TAX_LEVEL_INDICATOR,
    }
    known = indicator_dictionary().indicators
    assert all(name.removeprefix("indicator:") in known for name in named)
    scale = known["tax_grade_latest"].scale or {}
    assert {letter: value for value, name in scale.items() if (letter := name[0]) != "D"} == (
        conditions.TAX_LEVELS
    )


@pytest.mark.parametrize(
    ("clause", "codes"),
    [
        ("纳税信用等级B级及以上,近一年纳税额不低于5万元", ["tax_level", "tax_paid"]),
        ("近12个月开票金额不低于100万元", ["invoice_sales"]),
        ("年销售收入500万元以下", ["revenue_most"]),
        ("员工人数不少于10人", ["employees"]),
        ("参保人数5人以上", ["insured_staff"]),
        ("拥有有效发明专利2项以上", ["inventions"]),
        ("未被列入经营异常名录、严重违法失信名单", ["no_serious_violation", "no_abnormal"]),
        ("无欠税", ["no_tax_debt"]),
        ("经营状态为存续", ["in_operation"]),
        ("从事制造业的小微企业", ["scale", "industry"]),
        ("个体工商户、农民专业合作社", ["individual"]),
        ("在渝注册,成立1年以上", ["years_established"]),
        ("企业成立满两年", ["years_established"]),
    ],
)
def test_a_clause_of_another_layout_becomes_criteria(clause, codes):
    found = read_conditions(clause)
    assert [c["code"] for c in found.criteria] == codes
    assert found.text_conditions == ()
    assert parse_criteria(found.criteria, indicator_names())


@pytest.mark.parametrize(
    "clause",
    [
        "近三年平均营业收入不低于1000万元",
        "不要求成立2年以上",
        "成立2年以上（高新技术企业除外）",
        "成立不足1年",
        "成立3至5年",
        "在重庆市渝北区注册",
        "小微企业、个体工商户",
        "法定代表人年龄18-65周岁",
        "近半年征信查询不超过6次",
        "资产负债率不超过70%",
        "注册资本100万元",
        "实际控制人从业3年以上",
    ],
)
def test_what_only_looks_like_a_criterion_stays_text(clause):
    found = read_conditions(clause)
    assert (found.criteria, found.region_codes) == ((), ())
    assert found.text_conditions == (clause,)


def test_alternatives_under_one_heading_are_no_criteria():
    found = read_conditions("满足以下条件之一:1.成立2年以上;2.高新技术企业")
    assert found.criteria == ()
    assert found.text_conditions == ("满足以下条件之一:1.成立2年以上", "高新技术企业")


def test_qualifications_that_must_hold_together_are_asked_together():
    [both] = read_conditions("高新技术企业且专精特新企业").criteria
    assert both["operator"] == "has_all"


def test_a_bound_that_excludes_its_number_is_one_further():
    [over] = read_conditions("年销售收入超过500万元").criteria
    assert (over["operator"], over["value"]) == ("at_least", 500_000_001)


@pytest.mark.real_data
def test_the_real_list_is_read_without_a_row_lost(real_data):
    path = real_data / "cn_loan_products" / "products_share.csv.gz"
    taken, rejected = parse_product_rows(path)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = sum(1 for _ in csv.DictReader(lines))
    assert len(taken) + len(rejected) == rows
    assert {r.reason for r in rejected} == {PERSONAL}
    assert all(parse_criteria(facts.criteria, indicator_names()) is not None for facts in taken)
    assert any(facts.terms.guarantee is GuaranteeKind.IP_PLEDGE for facts in taken)
