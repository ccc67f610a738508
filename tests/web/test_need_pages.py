"""Financing needs over HTTP: the firm on its phone, the bank at its pool, the office."""

from uuid import UUID, uuid4

import pytest

from tests.factories import parties
from tests.products.factories import listed_version, manager_of
from tests.web.firms_for_pages import make_city, second_person, submitted
from xinyidai.applications.models import LoanApplication
from xinyidai.financing_needs import queries
from xinyidai.financing_needs.models import FinancingNeed
from xinyidai.financing_needs.queries import places as place_queries
from xinyidai.financing_needs.values import FinancingNeedState as S
from xinyidai.financing_needs.values import OfferState
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db

LIST = "/enterprise/needs"


@pytest.fixture
def city(live):
    return make_city()


@pytest.fixture
def owner(city, client_as):
    return client_as(city.owner)


@pytest.fixture
def officer(city, client_as):
    return client_as(city.officer)


@pytest.fixture
def clerk(live, client_as):
    account = parties.account(Role.CREDIT_OFFICE, parties.credit_office())
    db.session.commit()
    return client_as(account)


def form(**changes):
    return {
        "request_key": str(uuid4()),
        "amount": "50",
        "term_months": "12",
        "purpose": "materials",
        "purpose_text": "采购八月订单的钢材",
        "guarantee": "credit",
        "rate_max": "4.5",
        "wanted_by": "",
        "preferences": "",
        "most_banks": "1",
        "contact_name": "张演示",
        "contact_phone": "13800001234",
        "do": "publish",
        **changes,
    }


def published(owner, **changes):
    """Publish a need; return its id."""
    answer = owner.post(f"{LIST}/new", data=form(**changes))
    assert answer.status_code == 303, answer.text
    return UUID(answer.location.rsplit("/", 1)[1])


def need_of(need_id):
    db.session.rollback()
    return db.session.get(FinancingNeed, need_id)


def place_of(need_id):
    db.session.rollback()
    return place_queries.offers_of(need_id)[0]


def claimed(owner, officer, city, **changes):
    need_id = published(owner, **changes)
    assert officer.post(f"/bank/needs/{need_id}/claim").status_code == 303
    return need_id


def authorized(owner, officer, city, **changes):
    need_id = claimed(owner, officer, city, **changes)
    data = {f"answer-{city.bank.id}": "accept"}
    assert owner.post(f"{LIST}/{need_id}/authorize", data=data).status_code == 303
    return need_id


def test_a_need_goes_from_the_phone_to_the_contact(owner, officer, city):
    need_id = published(owner)
    pool = officer.get("/bank/needs").text
    assert "50 万元" in pool
    assert city.firm.name not in pool
    officer.post(f"/bank/needs/{need_id}/claim")
    masked = officer.get(f"/bank/needs/{need_id}").text
    assert not {city.firm.name, city.firm.uscc, "13800001234"} & set(masked.split('"'))
    assert city.firm.name not in masked
    assert city.bank.name in owner.get(f"{LIST}/{need_id}/authorize").text
    owner.post(f"{LIST}/{need_id}/authorize", data={f"answer-{city.bank.id}": "accept"})
    assert city.firm.name in officer.get(f"/bank/needs/{need_id}").text
    assert "前联系您" in owner.get(f"{LIST}/{need_id}").text
    assert officer.post(f"/bank/needs/{need_id}/contact").status_code == 303
    assert need_of(need_id).state is S.CONTACTED
    data = {"institution_id": str(city.bank.id), "contacted": "1"}
    assert owner.post(f"{LIST}/{need_id}/contact", data=data).status_code == 303
    assert place_of(need_id).firm_confirms is True


def test_a_second_submit_leads_to_the_same_need(owner):
    data = form()
    first, second = (owner.post(f"{LIST}/new", data=data).location for _ in range(2))
    assert first == second
    assert queries.count_of(need_of(UUID(first.rsplit("/", 1)[1])).enterprise_id) == 1


def test_the_same_wish_again_leads_to_the_open_need(owner):
    need_id = published(owner)
    answer = owner.post(f"{LIST}/new", data=form(amount="55"), follow_redirects=True)
    assert "不用重复发布" in answer.text
    assert need_of(need_id).number in answer.text


def test_what_is_wrong_is_said_and_what_was_typed_stays(owner):
    data = form(amount="", purpose="", rate_max="x", wanted_by="x", contact_phone="")
    answer = owner.post(f"{LIST}/new", data=data)
    assert answer.status_code == 422
    for words in ("请填写金额", "请选择用途", "请填写百分数", "请填写日期", "请填写联系电话"):
        assert words in answer.text
    assert "采购八月订单的钢材" in answer.text


def test_an_open_application_for_the_same_money_is_said_before_publishing(owner, city):
    submitted(owner, city)
    answer = owner.post(f"{LIST}/new", data=form())
    assert answer.status_code == 422
    assert "您有一份金额相近的申请正在办理" in answer.text
    assert published(owner, knows_application="1")


def test_a_draft_is_kept_changed_and_published(owner):
    need_id = published(owner, do="draft")
    assert "还没有发布" in owner.get(f"{LIST}/{need_id}").text
    assert owner.post(f"{LIST}/{need_id}/edit", data=form(amount="")).status_code == 422
    changed = owner.post(f"{LIST}/{need_id}/edit", data=form(amount="60", do="draft"))
    assert (changed.status_code, need_of(need_id).amount_fen) == (303, 60_000_000)
    assert owner.post(f"{LIST}/{need_id}/publish").status_code == 303
    assert need_of(need_id).state is S.PUBLISHED


def test_a_published_need_is_not_edited_but_copied(owner):
    need_id = published(owner)
    for answer in (
        owner.get(f"{LIST}/{need_id}/edit"),
        owner.post(f"{LIST}/{need_id}/edit", data=form()),
    ):
        assert answer.status_code == 409
        assert "先撤回" in answer.text
    owner.post(f"{LIST}/{need_id}/withdraw", data={"revoke": "1"})
    assert "采购八月订单的钢材" in owner.get(f"{LIST}/new?from={need_id}").text


def test_one_click_withdraws_from_the_list_and_a_claim_then_conflicts(owner, officer):
    need_id = published(owner)
    assert f"{need_id}/withdraw" in owner.get(LIST).text
    assert owner.post(f"{LIST}/{need_id}/withdraw", data={"revoke": "1"}).status_code == 303
    assert need_of(need_id).state is S.WITHDRAWN
    late = officer.post(f"/bank/needs/{need_id}/claim")
    assert (late.status_code, "没有接到" in late.text) == (409, True)


def test_a_stranger_finds_nothing(owner, officer, client_as, city):
    need_id = claimed(owner, officer, city)
    stranger = client_as(parties.account(Role.ENTERPRISE_USER, parties.enterprise()))
    other_bank = client_as(parties.account(Role.BANK_OFFICER, parties.institution()))
    db.session.commit()
    for path in ("", "/edit", "/authorize"):
        assert stranger.get(f"{LIST}/{need_id}{path}").status_code == 404
    for path in ("withdraw", "publish", "refuse", "contact", "authorize"):
        data = {"institution_id": str(city.bank.id), f"answer-{city.bank.id}": "accept"}
        assert stranger.post(f"{LIST}/{need_id}/{path}", data=data).status_code == 404
    assert other_bank.get(f"/bank/needs/{need_id}").status_code == 404
    assert other_bank.post(f"/bank/needs/{need_id}/contact").status_code == 404


def test_a_bank_declines_with_reasons_that_the_firm_reads(owner, officer, city):
    need_id = claimed(owner, officer, city)
    address = f"/bank/needs/{need_id}/decline"
    assert "选 1 到 4 个" in officer.get(address).text
    assert officer.post(address, data={}).status_code == 422
    data = {"reasons": ["amount_or_term"], "note_amount_or_term": "最高三十万"}
    assert officer.post(address, data=data).status_code == 303
    shown = owner.get(f"{LIST}/{need_id}").text
    assert "最高三十万" in shown
    assert "怎么办" in shown


def test_two_signers_see_half_a_signature(owner, officer, city, client_as):
    second = client_as(second_person(city))
    need_id = authorized(owner, officer, city)
    assert "授权已签 1/2" in owner.get(f"{LIST}/{need_id}").text
    assert officer.post(f"/bank/needs/{need_id}/contact").status_code == 409
    consent_id = place_of(need_id).consent_id
    assert second.post(f"/enterprise/consents/{consent_id}/agree").status_code in {302, 303}
    assert officer.post(f"/bank/needs/{need_id}/contact").status_code == 303


def test_the_firm_refuses_a_bank(owner, officer, city):
    need_id = authorized(owner, officer, city)
    data = {"institution_id": str(city.bank.id)}
    assert owner.post(f"{LIST}/{need_id}/refuse", data=data).status_code == 303
    assert place_of(need_id).state is OfferState.REFUSED
    assert city.firm.name not in officer.get(f"/bank/needs/{need_id}").text


def test_an_application_from_the_need_converts_it(owner, officer, city):
    need_id = authorized(owner, officer, city)
    product = city.version.product_id
    address = f"/enterprise/applications/new?product={product}&need={need_id}"
    assert address.replace("&", "&amp;") in owner.get(f"{LIST}/{need_id}").text
    assert "采购八月订单的钢材" in owner.get(address).text
    data = {
        "product": product, "need": need_id, "request_key": str(uuid4()), "amount": "50",
        "term_months": "12", "loan_purpose": "采购钢材",
    }  # fmt: skip
    place = owner.post("/enterprise/applications/new", data=data).location
    owner.post(f"{place}/consent")
    assert owner.post(f"{place}/submit").status_code == 303
    db.session.rollback()
    application = db.session.query(LoanApplication).one()
    assert need_of(need_id).state is S.CONVERTED
    assert place_of(need_id).application_id == application.id


def test_an_application_cannot_name_the_need_of_another_firm(owner, officer, city, client_as):
    need_id = published(owner)
    stranger = client_as(
        parties.account(Role.ENTERPRISE_USER, parties.enterprise(), phone="13800000001")
    )
    db.session.commit()
    address = f"/enterprise/applications/new?product={city.version.product_id}&need={need_id}"
    assert stranger.get(address).status_code == 404


def test_the_office_sees_counts_by_state_and_dispatches(owner, officer, clerk, city):
    need_id = published(owner, most_banks="3")
    shown = clerk.get("/office/needs?state=published").text
    assert need_of(need_id).number in shown
    address = f"/office/needs/{need_id}"
    assert "派单（还有 3 个名额）" in clerk.get(address).text
    assert clerk.post(f"{address}/dispatch", data={"way": "best"}).status_code == 303
    assert place_of(need_id).state is OfferState.DISPATCHED
    again = {"institution_id": str(city.bank.id), "reason": "再派"}
    assert clerk.post(f"{address}/dispatch", data=again).status_code == 409
    assert officer.post(f"/bank/needs/{need_id}/claim").status_code == 303


def test_a_clerk_picks_a_bank_with_a_reason(owner, officer, clerk, city):
    address = f"/office/needs/{published(owner)}"
    data = {"institution_id": str(city.bank.id), "reason": ""}
    assert clerk.post(f"{address}/dispatch", data=data).status_code == 422
    assert clerk.post(f"{address}/dispatch", data={"reason": "近"}).status_code == 422
    done = clerk.post(f"{address}/dispatch", data=data | {"reason": "本地行熟悉行业"})
    assert done.status_code == 303
    assert "本地行熟悉行业" in clerk.get(address).text


def test_late_banks_are_listed_with_their_needs(owner, officer, clerk, city):
    need_id = authorized(owner, officer, city)
    data = {"institution_id": str(city.bank.id), "contacted": "0"}
    owner.post(f"{LIST}/{need_id}/contact", data=data)
    link = f"/office/needs/late?bank={city.bank.id}&amp;kind=denied"
    assert link in clerk.get("/office/needs").text
    assert need_of(need_id).number in clerk.get(link.replace("&amp;", "&")).text
    assert clerk.get("/office/needs/late?kind=x").status_code == 422
    shown = clerk.get(f"/office/needs/late?bank={city.bank.id}").text
    assert "企业说明没有联系" in shown
    assert clerk.get("/office/needs/late?bank=x").status_code == 404
    assert clerk.get("/office/needs?state=draft").status_code == 422


def test_empty_lists_say_what_to_do(owner, officer, clerk):
    assert "还没有融资需求" in owner.get(LIST).text
    assert "现在没有可接的需求" in officer.get("/bank/needs").text
    assert "没有名额" in officer.get("/bank/needs/held?state=ended").text
    assert officer.get("/bank/needs/held?state=x").status_code == 422
    assert "没有这种状态的需求" in clerk.get("/office/needs").text
    assert "没有超时的名额" in clerk.get("/office/needs/late").text


def test_a_firm_sees_that_the_products_of_its_banks_can_be_applied_for(owner, officer, city):
    listed_version(manager_of(city.bank), code="SECOND", name="备货贷")
    db.session.commit()
    need_id = authorized(owner, officer, city)
    assert "备货贷" in owner.get(f"{LIST}/{need_id}").text


def test_no_answer_is_given_for_the_firm_and_none_is_refused(owner, officer, city):
    need_id = claimed(owner, officer, city)
    page = owner.get(f"{LIST}/{need_id}/authorize").text
    assert page.count('value="accept"') == 1
    assert 'value="accept" checked' not in page
    refused = owner.post(f"{LIST}/{need_id}/authorize", data={})
    assert refused.status_code == 422
    assert "请至少答复一家银行" in refused.text
    assert place_of(need_id).state is OfferState.CLAIMED


def test_a_need_is_matched_for_what_it_says_and_its_banks_products_in_that_order(
    owner, officer, city
):
    listed_version(manager_of(city.bank), code="AAA", name="一号不合贷", region_codes=("42",))
    db.session.commit()
    need_id = authorized(owner, officer, city)
    answer = owner.post(f"{LIST}/{need_id}/match")
    assert answer.location.endswith(f"/enterprise/matches?need={need_id}")
    page = owner.get(answer.location).text
    assert "按您发布的融资需求：想借 50 万元，用 12 个月" in page
    assert f"need={need_id}" in page
    shown = owner.get(f"{LIST}/{need_id}").text
    assert shown.index(city.version.name) < shown.index("一号不合贷")
    assert "（不符合）" in shown
    assert owner.get("/enterprise/matches?need=abc").status_code == 404


def test_what_a_phone_types_is_read_and_what_is_no_number_is_said(owner):
    assert (
        owner.post(
            f"{LIST}/new", data=form(amount="５０．５", term_months="１２", rate_max="４．５％")
        ).status_code
        == 303
    )
    for wrong in ({"amount": "0"}, {"amount": "-5"}, {"amount": "1e400"}, {"term_months": "0"},
                  {"amount": "99999999999999"}, {"term_months": "9" * 30}, {"most_banks": "99"},
                  {"purpose_text": "长" * 5000}, {"rate_max": "1e400"}, {"wanted_by": "2026-02-31"}):  # fmt: skip
        answer = owner.post(f"{LIST}/new", data=form(**wrong))
        assert answer.status_code == 422, wrong
        assert "需要修改" in answer.text


def test_an_authorization_taken_back_on_its_own_page_ends_the_banks_place(owner, officer, city):
    need_id = authorized(owner, officer, city)
    consent_id = place_of(need_id).consent_id
    answer = owner.post(
        f"/enterprise/consents/{consent_id}/revoke", data={"reason": "不需要了"},
        follow_redirects=True,
    )  # fmt: skip
    assert "融资需求里的名额同时结束" in answer.text
    assert place_of(need_id).state is OfferState.REFUSED
    page = owner.get(f"{LIST}/{need_id}").text
    assert "您已谢绝" in page
    assert "现在没有银行在办这项需求" in page
    assert officer.post(f"/bank/needs/{need_id}/contacted").status_code in {404, 409}
