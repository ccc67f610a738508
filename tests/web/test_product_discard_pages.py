"""Throw a draft away in the browser: one page that asks, and works without a script."""

import re

from tests.web.bank_city import post
from tests.web.test_bank_product_pages import accept_proposed, product

WHY = {"reason": "重复录入"}


def asked(client, address: str) -> dict[str, str]:
    """Return what the confirming page would send, with a reason."""
    page = client.get(f"{address}/discard").text
    mark = re.search(r'name="mark" value="([^"]+)"', page)
    assert mark, page
    return WHY | {"mark": mark.group(1)}


def test_a_draft_is_thrown_away_and_leaves_the_list(manager, city):
    address = post(manager, "/bank/products", **product())
    assert f'href="{address}/discard"' in manager.get(address).text
    form = asked(manager, address)
    assert "可以再用来新建产品" in manager.get(f"{address}/discard").text
    assert post(manager, f"{address}/discard", **form) == "/bank/products"
    assert "草稿已作废" in manager.get("/bank/products").text
    assert address not in manager.get("/bank/products").text
    assert address in manager.get("/bank/products?state=discarded").text
    page = manager.get(address).text
    assert "重复录入" in page
    assert "修改草稿" not in page


def test_the_second_press_leads_to_the_version_as_it_stands(manager, city):
    address = post(manager, "/bank/products", **product())
    form = asked(manager, address)
    post(manager, f"{address}/discard", **form)
    assert post(manager, f"{address}/discard", **form) == address
    assert manager.get(f"{address}/discard").headers["Location"].endswith(address)


def test_without_a_reason_nothing_is_thrown_away(manager, city):
    address = post(manager, "/bank/products", **product())
    answer = manager.post(f"{address}/discard", data=asked(manager, address) | {"reason": " "})
    assert answer.status_code == 422
    assert "请写明作废的原因" in answer.text
    assert "修改草稿" in manager.get(address).text


def test_a_draft_saved_meanwhile_is_asked_about_again(manager, city):
    address = post(manager, "/bank/products", **product())
    form = asked(manager, address)
    accept_proposed(manager, address)
    late = manager.post(f"{address}/discard", data=form)
    assert late.status_code == 409
    assert "又保存过" in late.text
    assert form["mark"] not in late.text
    assert "重复录入" in late.text
    assert manager.post(f"{address}/discard", data=WHY).status_code == 409
    assert post(manager, f"{address}/discard", **asked(manager, address)) == "/bank/products"


def test_what_waits_for_review_or_is_on_sale_is_not_offered_for_it(manager, city):
    address = post(manager, "/bank/products", **product())
    accept_proposed(manager, address)
    post(manager, f"{address}/submit")
    for kept in (address, f"/bank/products/{city.version.id}"):
        assert "discard" not in manager.get(kept).text
        assert manager.get(f"{kept}/discard").status_code == 303
        assert post(manager, f"{kept}/discard", **WHY) == kept
        words = "请先撤回提交" if kept == address else "当前状态不能进行这项操作"
        assert words in manager.get(kept).text


def test_an_officer_and_another_bank_throw_nothing_away(manager, officer, city, client_as):
    address = post(manager, "/bank/products", **product())
    assert officer.get(f"{address}/discard").status_code == 403
    assert officer.post(f"{address}/discard", data=WHY).status_code == 403
    assert client_as(None).get(f"{address}/discard").status_code in {302, 303, 401}
    assert "修改草稿" in manager.get(address).text
