"""The repayment calculator: open to anybody, exact, and hard to break."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.web.products_for_pages import product_facts
from tests.web.test_public_pages import listed_product
from xinyidai.products.values import CostBasis, CostCode, CostItem

ASKED = "amount=100&rate=4.35&months=12&method=equal_instalments"


@pytest.fixture
def visitor(client_as):
    return client_as(None)


def with_costs(*items):
    return replace(product_facts().terms, cost_items=items)


def test_the_empty_form_is_open_to_anybody(visitor):
    page = visitor.get("/calculator")
    assert page.status_code == 200
    assert "还款计划表（元）" not in page.text


def test_the_address_says_all_and_the_plan_is_exact(visitor):
    text = visitor.get(f"/calculator?{ASKED}&fee_year=1&fee_fixed=3000").text
    assert "85,309.90" in text
    assert "23,718.79 元" in text
    assert "13,000.00 元" in text
    assert 'value="4.35"' in text


def test_the_table_is_a_file_with_as_many_lines_as_instalments(visitor):
    answer = visitor.get(f"/calculator.csv?{ASKED}&start=2028-01-31")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 13
    assert [row[1] for row in rows[1:3]] == ["2028年2月29日", "2028年3月31日"]
    assert rows[-1][-1] == "0.00"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("amount=&rate=4&months=12&method=equal_instalments", "请填写借款金额"),
        ("amount=abc&rate=4&months=12&method=equal_instalments", "不是金额"),
        ("amount=0&rate=4&months=12&method=equal_instalments", "大于零"),
        ("amount=1e99999&rate=4&months=12&method=equal_instalments", "金额"),
        ("amount=100&rate=400&months=12&method=equal_instalments", "0 至 100%"),
        ("amount=100&rate=-1&months=12&method=equal_instalments", "0 至 100%"),
        ("amount=100&rate=4&months=100000&method=equal_instalments", "1 至 360"),
        ("amount=100&rate=4&months=12&method=", "请选择还款方式"),
        ("amount=100&rate=4&months=12&method=negotiable", "请选择还款方式"),
        ("amount=100&rate=4&method=revolving&days=99999", "1 至 10800 天"),
        ("amount=100&rate=4&method=revolving", "请填写用款天数"),
        (f"{ASKED}&start=2026-02-30", "请填写日期"),
        (f"{ASKED}&start=9999-12-31", "放款日须在"),
        (f"{ASKED}&repay_day=5", "还须填写放款日"),
        (f"{ASKED}&day_count=300", "360 天或 365 天"),
        (f"{ASKED}&fee_year=150", "费率须在"),
        (f"{ASKED}&fee_fixed=-5", "不能是负数"),
    ],
)
def test_bad_input_is_told_and_kept(visitor, query, words):
    for path in ("/calculator", "/calculator.csv"):
        page = visitor.get(f"{path}?{query}")
        assert page.status_code == 422
        assert words in page.text
    assert 'name="amount"' in page.text


def test_what_is_typed_is_shown_as_text_and_cut(visitor):
    page = visitor.get("/calculator?amount=<script>&rate=" + "9" * 5000 + "&months=1")
    assert page.status_code == 422
    assert "<script>&" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "9" * 100 not in page.text


def test_a_product_brings_its_terms_and_its_fees(visitor):
    fee = CostItem(CostCode.GUARANTEE_FEE, CostBasis.PER_YEAR_OF_AMOUNT, Decimal("0.01"))
    version = listed_product(terms=with_costs(fee))
    page = visitor.get(f"/products/{version.product_id}").text
    assert "综合融资成本" in page
    assert f"/calculator?product={version.product_id}" in page
    text = visitor.get(f"/calculator?product={version.product_id}&{ASKED}").text
    assert "演示税信贷" in text
    assert "担保费" in text


def test_fees_a_product_does_not_publish_are_said_to_be_unknown(visitor):
    version = listed_product()
    page = visitor.get(f"/products/{version.product_id}").text
    assert "银行没有公布费用清单" in page
    text = visitor.get(f"/calculator?product={version.product_id}&{ASKED}").text
    assert "不低于" in text
    assert "有费用未公布" in text


def test_a_product_that_is_not_there_is_as_if_none_was_named(visitor):
    for product in ("nonsense", "01890000-0000-7000-8000-000000000000"):
        assert visitor.get(f"/calculator?product={product}&{ASKED}").status_code == 200


def test_a_long_plan_is_shown_by_years_with_every_instalment_folded_away(visitor):
    asked = "amount=100&rate=4.9&months=360&method=equal_instalments"
    page = visitor.get(f"/calculator?{asked}").text
    assert "每年还款（元）" in page
    assert "第 30 年" in page
    assert "63,687.24" in page  # twelve times 5,307.27
    assert "每一期，共 360 期" in page
    assert "第 360 期" in page
    short = visitor.get(f"/calculator?{asked.replace('360', '36')}").text
    assert "每年还款（元）" not in short
