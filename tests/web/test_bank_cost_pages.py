"""The cost sheet in the bank's product form."""

from tests.web.bank_city import post
from tests.web.test_bank_product_pages import product

GUARANTEE = {
    "cost-0-code": "guarantee_fee",
    "cost-0-basis": "per_year_of_amount",
    "cost-0-value": "0.8",
    "cost-0-borne_by": "firm",
}
EVALUATION = {
    "cost-1-code": "evaluation_fee",
    "cost-1-basis": "once_fixed",
    "cost-1-value": "2000",
    "cost-1-borne_by": "bank",
    "cost-1-note": "银行承担评估费",
}


def test_a_sheet_is_typed_shown_and_edited(manager, city):
    address = post(manager, "/bank/products", **product(**GUARANTEE, **EVALUATION))
    page = manager.get(address).text
    assert "0.80%" in page
    assert "2,000.00 元" in page
    assert "银行承担评估费" in page
    form = manager.get(f"{address}/edit").text
    assert 'value="0.8"' in form
    assert 'value="2000"' in form
    assert 'name="cost-2-code"' in form
    assert 'name="cost-3-code"' not in form
    sent = {**product(**GUARANTEE, **EVALUATION), "do": "add-costs"}
    more = manager.post(f"{address}/edit", data=sent).text
    assert 'name="cost-4-code"' in more
    assert "银行承担评估费" in more


def test_an_empty_sheet_is_not_published_and_a_tick_says_no_fees(manager, city):
    unpublished = post(manager, "/bank/products", **product())
    assert "银行没有公布费用清单" in manager.get(unpublished).text
    free = post(manager, "/bank/products", **product(**{"code": "XYD-901", "cost-none": "1"}))
    assert "除利息外没有其他费用" in manager.get(free).text
    assert 'name="cost-none" value="1" checked' in manager.get(f"{free}/edit").text


def test_a_fee_without_a_number_is_shown_as_not_published(manager, city):
    address = post(manager, "/bank/products", **product(**GUARANTEE | {"cost-0-value": ""}))
    text = manager.get(address).text
    assert "担保费" in text
    assert "不低于" in text


def test_each_bad_fee_has_a_sentence_of_its_own(manager, city):
    bad = product(
        **GUARANTEE | {"cost-0-value": "许多"},
        **EVALUATION | {"cost-1-value": "0.001", "cost-1-basis": "once_fixed"},
        **{"cost-2-code": "other", "cost-2-basis": ""},
    )
    answer = manager.post("/bank/products", data=bad)
    assert answer.status_code == 422
    for words in ("请填写百分数", "精确到了分以下", "请选择计费方式", 'value="许多"'):
        assert words in answer.text


def test_no_fees_and_a_fee_contradict_each_other(manager, city):
    answer = manager.post("/bank/products", data=product(**GUARANTEE, **{"cost-none": "1"}))
    assert answer.status_code == 422
    assert "请去掉" in answer.text


def test_another_fee_needs_its_name(manager, city):
    nameless = GUARANTEE | {"cost-0-code": "other"}
    answer = manager.post("/bank/products", data=product(**nameless))
    assert answer.status_code == 422
    assert "请写明是什么费用" in answer.text
