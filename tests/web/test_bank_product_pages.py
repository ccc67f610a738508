"""A bank's products: drafted, edited, submitted, revised, taken off, over HTTP."""

from tests.web.bank_city import post


def product(**changes: object) -> dict[str, object]:
    return {
        "code": "XYD-900",
        "name": "订单贷",
        "kind": "credit_loan",
        "guarantee": "credit",
        "repayment": "revolving",
        "amount_min": "5",
        "amount_max": "300",
        "rate_min": "3.45",
        "rate_max": "4.35",
        "description": "凭订单借钱",
        "required_items": ["tax"],
        "crit-0-field": "years_established",
        "crit-0-operator": "at_least",
        "crit-0-value": "2",
        "crit-0-text": "成立须满 2 年。",
        "crit-0-shown": "1",
        "crit-1-field": "indicator:tax_grade_latest",
        "crit-1-operator": "at_least",
        "crit-1-value": "B级",
        "crit-1-text": "纳税信用须不低于 B 级。",
        "crit-1-shown": "1",
        **changes,
    }


def test_a_manager_drafts_edits_and_submits_a_product(manager, city):
    address = post(manager, "/bank/products", **product())
    page = manager.get(address).text
    assert "成立年限不低于2 年" in page
    assert "不低于B级" in page
    form = manager.get(f"{address}/edit").text
    assert 'value="3.45"' in form
    assert 'value="B级"' in form
    post(manager, f"{address}/edit", **product(name="订单快贷"))
    post(manager, f"{address}/submit")
    assert "等待信用办审核" in manager.get(address).text


def test_the_criteria_editor_adds_and_removes_rows_without_saving(manager, city):
    more = manager.post("/bank/products", data=product(do="add"))
    assert 'name="crit-2-field"' in more.text
    less = manager.post("/bank/products", data=product(do="remove-0"))
    assert 'name="crit-1-field"' not in less.text
    assert "纳税信用须不低于 B 级。" in less.text
    assert "订单贷" not in manager.get("/bank/products").text


def test_each_bad_criterion_has_a_sentence_of_its_own(manager, city):
    bad = product(**{"crit-0-value": "很久", "crit-1-text": "", "crit-1-operator": ""})
    response = manager.post("/bank/products", data=bad)
    assert response.status_code == 422
    assert "第 1 条：“很久”不是数字。" in response.text
    assert "第 2 条：请选择条件。" in response.text
    huge = manager.post("/bank/products", data=product(**{"crit-0-value": "1e999999999"}))
    assert "第 1 条：“1e999999999”太大了。" in huge.text
    wrong = manager.post("/bank/products", data=product(**{"crit-0-operator": "is_one_of"}))
    assert "第 1 条：字段“成立年限”不能使用条件" in wrong.text


def test_a_draft_that_is_not_ready_is_not_submitted(manager, city):
    address = post(manager, "/bank/products", **product(description=""))
    response = manager.post(f"{address}/submit")
    assert response.status_code == 422
    assert "请用一两句话向企业说明这个产品" in response.text


def test_a_listed_product_gets_a_new_version_and_can_be_delisted(manager, city):
    address = f"/bank/products/{city.version.id}"
    draft = post(manager, f"{address}/revise")
    assert manager.get(draft).status_code == 200
    assert manager.post(f"{address}/delist").status_code == 422
    post(manager, f"{address}/delist", reason="产品升级")
    assert "已下架" in manager.get(address).text


def test_an_officer_reads_products_but_changes_none(officer, city):
    assert officer.get(f"/bank/products/{city.version.id}").status_code == 200
    assert officer.get("/bank/products/new").status_code == 403
    assert officer.post(f"/bank/products/{city.version.id}/delist").status_code == 403
