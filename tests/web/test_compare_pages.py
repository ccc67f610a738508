"""Up to four products side by side: for anybody, and for a firm with its own outcome."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.factories import parties
from tests.web.firms_for_pages import make_city
from tests.web.products_for_pages import product_facts
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.products import service as products
from xinyidai.products.values import CostBasis, CostCode, CostItem

TERMS = product_facts().terms
FEE = CostItem(CostCode.GUARANTEE_FEE, CostBasis.PER_YEAR_OF_AMOUNT, Decimal("0.01"))
PRODUCTS = {
    "甲贷": (),
    "乙贷": (FEE,),
    "丙贷": None,
    "丁贷": (replace(FEE, value=None),),
    "戊贷": (),
}


@pytest.fixture
def shelf(live):
    """Five products on sale; the first fees are none, then 1 %, unknown, in part unknown."""
    manager = parties.account(Role.BANK_PRODUCT_MANAGER, parties.institution()).as_actor()
    office = parties.clerk_of(parties.credit_office())
    found = {}
    for number, (name, sheet) in enumerate(PRODUCTS.items()):
        terms = replace(TERMS, cost_items=sheet)
        facts = product_facts(code=f"C-{number}", name=name, terms=terms)
        version = products.draft_product(manager, facts)
        products.add_proposed_examples(manager, version.id)
        products.submit_product(manager, version.id)
        products.list_product(office, version.id)
        found[name] = version.product_id
    db.session.commit()
    return found


def picked(shelf, names):
    return "&".join(f"p={shelf[name]}" for name in names)


def row_of(text, label):
    return text.split(f'<th scope="row">{label}')[1].split("</tr>")[0]


def test_without_picks_the_page_says_how_to_pick(client_as, live):
    page = client_as(None).get("/compare")
    assert page.status_code == 200
    assert "还没有选产品" in page.text


def test_four_products_stand_side_by_side_and_hide_no_fee(client_as, shelf):
    names = [f"{name}贷" for name in "甲乙丙丁"]
    text = client_as(None).get(f"/compare?{picked(shelf, names)}&amount=50&months=12").text
    assert all(f'<th scope="col">{name}</th>' in text for name in names)
    costs = row_of(text, "综合融资成本（年化）")
    assert "4.96%" in costs
    assert costs.count("不低于 4.96%（另有费用未公布）") == 2
    assert "5,000.00 元" in row_of(text, "费用合计（企业承担）")
    assert "再加一款" not in text


def test_a_fifth_is_refused_with_a_clear_word_and_the_four_stay(client_as, shelf):
    page = client_as(None).get(f"/compare?{picked(shelf, PRODUCTS)}")
    assert page.status_code == 422
    assert "最多同时比较 4 款产品，请先去掉一款再加。" in page.text
    assert "丁贷" in page.text
    assert "戊贷" not in page.text


def test_picks_are_kept_in_the_address_and_can_be_taken_out(client_as, shelf):
    visitor = client_as(None)
    query = picked(shelf, ["甲贷"])
    text = visitor.get(f"/products?{query}").text
    assert "已选 1 款" in text
    assert f'name="p" value="{shelf["甲贷"]}"' in text
    assert f"/compare?p={shelf['甲贷']}&amp;p={shelf['乙贷']}" in text
    both = visitor.get(f"/compare?{picked(shelf, ['甲贷', '乙贷'])}").text
    assert f'href="/compare?p={shelf["乙贷"]}"' in both
    assert f'href="/products?{query}&amp;p={shelf["乙贷"]}"' in both


def test_the_same_product_twice_counts_once_and_nonsense_is_left_out(client_as, shelf):
    query = picked(shelf, ["甲贷"] * 6)
    page = client_as(None).get(
        f"/compare?{query}&p=nonsense&p=01890000-0000-7000-8000-000000000000"
    )
    assert page.status_code == 200
    assert page.text.count('<th scope="col">') == 2
    assert "不存在或已下架" in page.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("amount=abc", "不是金额"),
        ("amount=0", "大于零"),
        ("months=999", "1 至 360"),
        ("months=x", "整数"),
    ],
)
def test_a_bad_loan_is_told_and_kept(client_as, shelf, query, words):
    page = client_as(None).get(f"/compare?{picked(shelf, ['甲贷'])}&{query}")
    assert page.status_code == 422
    assert words in page.text
    assert f'value="{query.split("=")[1]}"' in page.text


def test_a_loan_out_of_range_is_said_to_be(client_as, shelf):
    text = client_as(None).get(f"/compare?{picked(shelf, ['甲贷'])}&amount=5000&months=1").text
    within = row_of(text, "这笔借款在范围内吗")
    assert "超过最高额度 100 万元" in within
    assert "短于最短期限 6 个月" in within


def test_a_firm_sees_its_own_outcome_and_its_wish(client_as, shelf):
    city = make_city()
    owner = client_as(city.owner)
    query = picked(shelf, ["甲贷", "乙贷"])
    before = owner.get(f"/enterprise/compare?{query}")
    assert before.status_code == 200
    assert "还没有核对" in before.text
    owner.post("/enterprise/matches", data={"amount": "60", "term_months": "24", "guarantee": ""})
    text = owner.get(f"/enterprise/compare?{query}").text
    assert "第 " in row_of(text, "我的企业")
    assert 'value="60"' in text
    assert 'value="24"' in text
    assert "/enterprise/compare?p=" in owner.get("/products").text


def test_a_bank_has_no_firm_of_its_own_to_compare_for(client_as, shelf):
    city = make_city()
    officer = client_as(city.officer)
    assert officer.get("/enterprise/compare").status_code == 403
    assert officer.get(f"/compare?{picked(shelf, ['甲贷'])}").status_code == 200
