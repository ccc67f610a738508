"""A bank's products: drafted, edited, submitted, revised, taken off, over HTTP."""

import html
import re

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


def fields_of(page: str) -> dict[str, str]:
    """Return what a browser would send of the examples' form."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        told = dict(re.findall(r'(name|value)="([^"]*)"', tag))
        if told.get("name", "").startswith("ex-"):
            found[told["name"]] = html.unescape(told.get("value", ""))
    for name, body in re.findall(
        r'<select[^>]*name="(ex-[^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen.group(1) if chosen else ""
    return found


def accept_proposed(client, address: str) -> dict[str, str]:
    """Let the page propose examples and save them as they stand; return the form sent."""
    proposed = client.post(f"{address}/examples", data={"do": "propose"})
    assert proposed.status_code == 200
    form = fields_of(proposed.text)
    assert post(client, f"{address}/examples", **form) == address
    return form


def test_a_manager_drafts_edits_and_submits_a_product(manager, city):
    address = post(manager, "/bank/products", **product())
    page = manager.get(address).text
    assert "成立年限不低于2 年" in page
    assert "不低于B级" in page
    form = manager.get(f"{address}/edit").text
    assert 'value="3.45"' in form
    assert 'value="B级"' in form
    post(manager, f"{address}/edit", **product(name="订单快贷"))
    accept_proposed(manager, address)
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
    assert "第 2 条：“最近纳税信用级别”请选这些条件之一：不低于、不高于" in response.text
    assert "第 2 条：请写明不符合时给企业看的说明。" in response.text
    assert 'id="f-crit-1-text-error"' in response.text
    assert 'value="很久"' in response.text
    huge = manager.post("/bank/products", data=product(**{"crit-0-value": "1e999999999"}))
    assert "第 1 条：“1e999999999”太大了，请检查单位。" in huge.text
    wrong = manager.post("/bank/products", data=product(**{"crit-0-operator": "is_one_of"}))
    assert "第 1 条：“成立年限”请选这些条件之一：不低于、不高于、介于（含两端）。" in wrong.text
    day = manager.post("/bank/products", data=product(**{"crit-0-day": "明天"}))
    assert "第 1 条：生效日请填日期" in day.text
    reason = manager.post("/bank/products", data=product(**{"crit-0-reason": "unreachable"}))
    assert "没有“unreachable”这个拒绝理由" in reason.text
    passing = manager.post("/bank/products", data=product(**{"crit-0-missing": "pass"}))
    assert "缺少数据时只能判为“数据不足”" in passing.text


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


def test_proposed_examples_are_saved_only_when_confirmed(manager, city):
    address = post(manager, "/bank/products", **product())
    proposed = manager.post(f"{address}/examples", data={"do": "propose"}).text
    assert "还没有保存" in proposed
    assert "还没有样例" in manager.get(address).text
    form = accept_proposed(manager, address)
    assert "样例全部与预期相符" in manager.get(address).text
    assert fields_of(manager.get(f"{address}/examples").text) == form
    more = manager.post(f"{address}/examples", data=form | {"do": "add"}).text
    less = manager.post(f"{address}/examples", data=form | {"do": "remove-0"}).text
    count = len([name for name in form if name.endswith("-name")])
    assert f"ex-{count}-name" in more
    assert f"ex-{count - 1}-name" not in less


def test_an_example_that_comes_out_otherwise_is_shown_with_its_criterion(manager, city):
    address = post(manager, "/bank/products", **product())
    form = accept_proposed(manager, address)
    wrong = form | {"ex-0-r-years_established": "1"}
    assert post(manager, f"{address}/examples", **wrong) == f"{address}/examples"
    page = manager.get(f"{address}/examples").text
    assert "成立年限不低于2 年" in page
    refused = manager.post(f"{address}/submit")
    assert refused.status_code == 422
    assert "应为“符合”，实际为“不符合”" in refused.text
    assert f'{address}/examples"' in refused.text


def test_bad_examples_keep_what_was_typed(manager, city):
    address = post(manager, "/bank/products", **product())
    bad = {"ex-0-name": "", "ex-0-expected": "", "ex-0-r-years_established": "很久"}
    answer = manager.post(f"{address}/examples", data=bad)
    assert answer.status_code == 422
    for words in ("第 1 个样例：请填写名称。", "请选择应有的结论", "“很久”不是数字"):
        assert words in answer.text
    assert 'value="很久"' in answer.text


def test_the_text_of_the_rules_is_read_edited_and_pasted(manager, city):
    address = post(manager, "/bank/products", **product())
    page = html.unescape(manager.get(f"{address}/rules").text)
    assert "成立年限 不低于 2｜说明：成立须满 2 年。｜理由：成立年限不足" in page
    post(manager, f"{address}/rules", rules="员工人数 不低于 5｜说明：员工须不少于 5 人。")
    assert "员工人数不低于5 人" in manager.get(address).text
    bad = manager.post(f"{address}/rules", data={"rules": "# 说明\n员工 不低于 5｜说明：x"})
    assert bad.status_code == 422
    assert "第 2 行：没有“员工”这个字段。是不是想写：员工人数" in bad.text
    assert "员工 不低于 5｜说明：x" in bad.text
    pasted = '[{"code": "staff", "field": "employees", "operator": "at_most", "value": 9,'
    post(manager, f"{address}/rules", rules=pasted + ' "denial_text": "员工须不多于 9 人。"}]')
    assert "员工人数不高于9 人" in manager.get(address).text


def test_a_trial_is_run_from_the_page_and_small_numbers_are_not_told(manager, city):
    address = post(manager, "/bank/products", **product())
    assert "还没有试运行" in manager.get(f"{address}/shadow").text
    assert post(manager, f"{address}/shadow") == f"{address}/shadow"
    page = manager.get(f"{address}/shadow").text
    assert "不足 5 家" in page
    assert "不足 5 家" in manager.get("/bank/products").text
    post(manager, f"{address}/rules", rules="员工人数 不低于 5｜说明：员工须不少于 5 人。")
    assert "条件在试运行之后改过" in manager.get(f"{address}/shadow").text


def test_a_listed_version_shows_its_text_but_takes_no_changes(manager, city):
    address = f"/bank/products/{city.version.id}"
    assert "<textarea" not in manager.get(f"{address}/rules").text
    assert manager.post(f"{address}/rules", data={"rules": ""}).status_code == 409
    assert manager.get(f"{address}/examples").status_code == 409
    assert manager.post(f"{address}/examples", data={"do": "save"}).status_code == 409


def test_an_officer_sees_neither_text_nor_examples_nor_trials(officer, city):
    for page in ("rules", "examples", "shadow"):
        assert officer.get(f"/bank/products/{city.version.id}/{page}").status_code == 403


def hidden(page: str, name: str) -> str:
    """Return what a hidden field of the page carries."""
    return html.unescape(re.search(rf'name="{name}" value="([^"]*)"', page).group(1))


def test_places_trades_and_lists_are_typed_and_shown_by_name(manager, city):
    address = post(
        manager,
        "/bank/products",
        **product(
            region_codes="鹰川市、河南省",
            industry_codes="制造业",
            term_min="１２",
            rate_min="３．４５％",
            **{
                "crit-0-field": "tags",
                "crit-0-operator": "has_any",
                "crit-0-value": "专精特新白名单",
            },
        ),
    )
    form = manager.get(f"{address}/edit").text
    for shown in ("鹰川市、河南省", "制造业", "12", "3.45", "专精特新白名单"):
        assert f'value="{shown}"' in form
    wrong = manager.post("/bank/products", data=product(region_codes="鹰川县", industry_codes="X"))
    assert "是不是想写：鹰川" in wrong.text
    assert 'id="f-industry_codes-error"' in wrong.text


def test_a_colleagues_draft_is_not_overwritten_unknowingly(manager, city):
    address = post(manager, "/bank/products", **product())
    mark = hidden(manager.get(f"{address}/edit").text, "mark")
    post(manager, f"{address}/edit", **product(name="甲改的", mark=mark))
    again = manager.post(f"{address}/edit", data=product(name="甲改的", mark=mark))
    assert again.status_code == 303  # the same content twice is no conflict
    second = manager.post(f"{address}/edit", data=product(name="乙改的", mark=mark))
    assert second.status_code == 409
    assert "这份草稿又保存过" in second.text
    assert 'value="乙改的"' in second.text
    post(manager, f"{address}/edit", **product(name="乙改的", mark=hidden(second.text, "mark")))
    assert "乙改的" in manager.get(address).text


def test_rules_and_examples_notice_a_colleague_too(manager, city):
    address = post(manager, "/bank/products", **product())
    marks = {
        page: hidden(manager.get(f"{address}/{page}").text, "mark")
        for page in ("rules", "examples")
    }
    accept_proposed(manager, address)
    line = "员工人数 不低于 9｜说明：少了。"
    post(manager, f"{address}/rules", rules=line, mark=marks["rules"])
    late = manager.post(f"{address}/rules", data={"rules": line + "x", "mark": marks["rules"]})
    assert late.status_code == 409
    late = manager.post(
        f"{address}/examples",
        data={"mark": marks["examples"], "ex-0-name": "甲", "ex-0-expected": "eligible"},
    )
    assert late.status_code == 409
    assert 'value="甲"' in late.text


def test_a_code_in_use_says_whose_product_it_is(manager, city):
    post(manager, "/bank/products", **product())
    twice = manager.post("/bank/products", data=product())
    assert twice.status_code == 409
    assert "本行已有编号为“XYD-900”的产品“订单贷”" in twice.text


def test_a_button_pressed_twice_leads_to_the_version_as_it_stands(manager, city):
    listed = f"/bank/products/{city.version.id}"
    draft = post(manager, f"{listed}/revise").removesuffix("/edit")
    assert post(manager, f"{listed}/revise") == draft
    address = post(manager, "/bank/products", **product())
    accept_proposed(manager, address)
    post(manager, f"{address}/submit")
    assert post(manager, f"{address}/submit") == address
    assert "当前状态不能进行这项操作" in manager.get(address).text
    post(manager, f"{address}/withdraw")
    assert post(manager, f"{address}/withdraw") == address
    assert "修改草稿" in manager.get(address).text


def test_a_draft_says_what_it_lacks_before_it_is_submitted(manager, city):
    address = post(manager, "/bank/products", **product(description=""))
    page = manager.get(address).text
    assert "请用一两句话向企业说明这个产品" in page
    assert f'href="{address}/edit#f-description"' in page
    assert "三种结论的样例各须至少 3 个" in page


def test_the_list_tells_which_version_firms_see_meanwhile(manager, city):
    post(manager, f"/bank/products/{city.version.id}/revise")
    assert "企业看到的是第 1 版" in manager.get("/bank/products").text


def test_every_field_is_explained_on_a_page_of_its_own(manager, officer, city):
    page = manager.get("/bank/products/fields").text
    assert "营业执照上的注册地" in page
    assert "指标:近12个月纳税额" in page
    assert officer.get("/bank/products/fields").status_code == 403
