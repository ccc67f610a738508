"""Messages, the firm's people and two-person signing, over HTTP and with real commits."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.factories import parties
from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus, Position
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft, ConsentState
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.notifications import service as notifications
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Topic
from xinyidai.web.navigation import BY_ROLE, MESSAGES

PASSWORD = "一句好记的话 2026"
OFFICES = (Role.CREDIT_OFFICE, Role.DEPARTMENT, Role.AUDITOR)


@dataclass
class City:
    """A firm with its representative, a bank with an officer."""

    firm: Enterprise
    boss: Account
    bank: Institution
    officer: Account


@pytest.fixture
def city(live):
    firm, bank = parties.enterprise(), parties.institution()
    found = City(
        firm,
        parties.account(Role.ENTERPRISE_USER, firm),
        bank,
        parties.account(Role.BANK_OFFICER, bank),
    )
    db.session.commit()
    return found


@pytest.fixture
def boss(city, client_as):
    return client_as(city.boss)


def agent_form(**changes: str) -> dict[str, str]:
    return {
        "name": "王经办",
        "phone": "13800000001",
        "login": "wang-jingban",
        "password": PASSWORD,
        "mandate_until": (clock.today() + timedelta(days=100)).isoformat(),
        **changes,
    }


def added(boss, **changes: str) -> Account:
    response = boss.post("/enterprise/people", data=agent_form(**changes))
    assert response.status_code == 303
    db.session.rollback()
    return db.session.scalars(
        select(Account).where(Account.position == Position.AGENT).order_by(Account.id.desc())
    ).first()


def asked(city: City) -> str:
    today = clock.today()
    draft = ConsentDraft(
        enterprise_id=city.firm.id,
        institution_id=city.bank.id,
        purpose="pre_loan",
        item_codes=["tax"],
        valid_until=today + timedelta(days=60),
        data_from=today - timedelta(days=365),
        data_life_days=30,
        max_uses=3,
    )
    consent = consents.request_consent(city.officer.as_actor(), draft)
    db.session.commit()
    return f"/enterprise/consents/{consent.id}"


def state() -> ConsentState:
    db.session.rollback()
    return consents.state_of(db.session.scalars(select(Consent)).one())


def test_an_agent_is_added_shown_and_signs_in(city, boss, live):
    added(boss)

    page = boss.get("/enterprise/people").text
    for part in ("王经办", "经办人", "wang-jingban", "最近没有登录", "在用", city.boss.name):
        assert part in page
    signed_in = live.test_client().post(
        "/sign-in", data={"login": "wang-jingban", "password": PASSWORD}
    )
    assert signed_in.location == "/enterprise"
    assert PASSWORD not in page


def test_a_wrong_form_comes_back_with_what_was_typed_but_the_password(boss):
    wrong = agent_form(phone="1", mandate_until="2199-01-01")
    response = boss.post("/enterprise/people", data=wrong)

    assert response.status_code == 422
    assert "有 2 处需要修改" in response.text
    assert 'value="王经办"' in response.text
    assert PASSWORD not in response.text
    for day in ("", "morgen"):
        assert (
            boss.post("/enterprise/people", data=agent_form(mandate_until=day)).status_code == 422
        )


def test_a_mandate_is_extended_and_an_account_stopped(boss, client_as):
    agent = added(boss)
    address, agents_own = f"/enterprise/people/{agent.id}", client_as(agent)
    until = clock.today() + timedelta(days=200)

    assert boss.post(f"{address}/mandate", data={"mandate_until": "x"}).status_code == 422
    assert (
        boss.post(f"{address}/mandate", data={"mandate_until": until.isoformat()}).status_code
        == 303
    )
    assert f"{until.year}年{until.month}月{until.day}日" in boss.get(address).text
    assert agents_own.get("/enterprise/people").status_code == 200
    assert boss.post(f"{address}/stop").status_code == 303

    assert agents_own.get("/enterprise/people").status_code == 302
    assert "已停用" in boss.get("/enterprise/people").text
    assert boss.post(f"{address}/stop").status_code == 409


def test_the_last_representative_stays(city, boss):
    response = boss.post(f"/enterprise/people/{city.boss.id}/stop")

    assert response.status_code == 422
    assert "最后一个法定代表人账户" in response.text
    assert boss.get("/enterprise/people").status_code == 200


def test_a_foreign_or_absent_account_is_not_found(city, boss):
    stranger = parties.account(Role.ENTERPRISE_USER, parties.enterprise())
    db.session.commit()
    until = {"mandate_until": clock.today().isoformat()}

    for account_id in (stranger.id, city.officer.id, uuid4()):
        address = f"/enterprise/people/{account_id}"
        assert boss.get(address).status_code == 404
        assert boss.post(f"{address}/mandate", data=until).status_code == 404
        assert boss.post(f"{address}/stop").status_code == 404
    assert db.session.get(Account, stranger.id).status is AccountStatus.ACTIVE


def test_an_agent_sees_the_people_but_changes_nothing(city, boss, client_as):
    agent = added(boss)
    own = client_as(agent)

    page = own.get("/enterprise/people").text
    assert "增加经办人" not in page
    assert "改为两人签署" not in page
    assert "法定代表人" in own.get("/enterprise/people/new").text
    assert own.post("/enterprise/people", data=agent_form(login="another")).status_code == 403
    assert own.post(f"/enterprise/people/{agent.id}/stop").status_code == 403
    assert own.post("/enterprise/people/signing", data={"rule": "two"}).status_code == 403


def test_two_signatures_need_a_second_account(boss):
    refused = boss.post("/enterprise/people/signing", data={"rule": "two"})
    assert refused.status_code == 422
    assert "请先增加一位经办人" in refused.text
    assert boss.post("/enterprise/people/signing", data={"rule": "three"}).status_code == 422

    added(boss)
    boss.post("/enterprise/people/signing", data={"rule": "two"})
    assert "两人签署</strong>" in boss.get("/enterprise/people").text
    boss.post("/enterprise/people/signing", data={"rule": "one"})
    assert "一人签署</strong>" in boss.get("/enterprise/people").text


def test_a_rule_nobody_can_fulfil_is_pointed_out(boss):
    agent = added(boss)
    boss.post("/enterprise/people/signing", data={"rule": "two"})
    assert "没有人能签成" not in boss.get("/enterprise/people").text

    boss.post(f"/enterprise/people/{agent.id}/stop")

    assert "没有人能签成" in boss.get("/enterprise/people").text


def test_two_persons_sign_one_after_the_other(city, boss, client_as):
    agent = added(boss)
    own = client_as(agent)
    boss.post("/enterprise/people/signing", data={"rule": "two"})
    address = asked(city)

    own.post(f"{address}/agree")
    assert state() is ConsentState.PENDING
    again = own.post(f"{address}/agree")
    assert again.status_code == 422
    assert "您已签署过，还需要本企业另一位人员登录后确认" in again.text
    assert state() is ConsentState.PENDING
    assert "待第二人签署" in boss.get("/messages").text

    assert boss.post(f"{address}/agree").status_code == 303
    assert state() is ConsentState.ACTIVE
    assert f"{city.firm.name}已同意授权" in client_as(city.officer).get("/messages").text


def test_an_agent_whose_mandate_is_over_does_not_sign(city, boss, client_as):
    agent = added(boss)
    address, own = asked(city), client_as(agent)
    agent.mandate_until = clock.today() - timedelta(days=1)
    db.session.commit()

    refused = own.post(f"{address}/agree")

    assert refused.status_code == 422
    assert "授权委托已到期" in refused.text
    assert state() is ConsentState.PENDING
    assert "委托已到期，不能签署" in boss.get("/enterprise/people").text


def told(**party: object) -> Notification:
    notifications.send(topic=Topic.CONSENT_USED, title="测试消息", body="内容", **party)
    db.session.commit()
    return db.session.scalars(select(Notification).order_by(Notification.id.desc())).first()


def party_of(role: Role):
    if role is Role.ENTERPRISE_USER:
        return parties.enterprise(), "enterprise_id"
    if role in OFFICES:
        return parties.department(), "department_id"
    return parties.institution(), "institution_id"


@pytest.mark.parametrize("role", notifications.READERS)
def test_every_role_of_a_party_reads_its_messages_and_sees_how_many_wait(role, live, client_as):
    party, kind = party_of(role)
    account = parties.account(role, party)
    db.session.commit()
    client = client_as(account)
    assert "还没有消息" in client.get(MESSAGES).text
    told(**{kind: party.id})

    page = client.get(MESSAGES).text

    assert "测试消息" in page
    assert '<span class="count">1<' in page
    assert MESSAGES in [url for url, _, _ in BY_ROLE[role]]


def test_opening_a_message_marks_it_read_and_leads_on(city, boss):
    message = told(enterprise_id=city.firm.id, link="/enterprise/consents")
    plain = told(enterprise_id=city.firm.id)

    assert boss.post(f"/messages/{message.id}/read").location == "/enterprise/consents"
    assert boss.post(f"/messages/{plain.id}/read").location == MESSAGES

    db.session.rollback()
    assert db.session.get(Notification, message.id).read_by == city.boss.id
    assert 'class="count"' not in boss.get(MESSAGES).text
    assert "没有未读消息" in boss.get("/messages?only=unread").text


def test_a_foreign_message_is_not_found_and_stays_unread(city, boss, client_as):
    message = told(institution_id=city.bank.id)

    assert boss.post(f"/messages/{message.id}/read").status_code == 404
    assert boss.post(f"/messages/{uuid4()}/read").status_code == 404
    assert "测试消息" not in boss.get(MESSAGES).text
    assert '<span class="count">1<' in client_as(city.officer).get("/bank").text


def test_all_are_marked_read_at_once(city, boss):
    for _ in range(3):
        told(enterprise_id=city.firm.id)
    told(institution_id=city.bank.id)

    boss.post("/messages/read-all")

    db.session.rollback()
    unread = select(Notification.institution_id).where(Notification.read_at.is_(None))
    assert db.session.scalars(unread).all() == [city.bank.id]


def test_long_lists_are_paged_and_the_badge_stops_at_99(city, boss):
    for _ in range(101):
        notifications.send(
            topic=Topic.CONSENT_USED, title="很多", body="内容", enterprise_id=city.firm.id
        )
    db.session.commit()

    page = boss.get("/messages?only=unread").text

    assert page.count("<h2>很多</h2>") == 20
    assert "?only=unread&amp;page=2" in page
    assert '<span class="count">99+<' in page
    assert boss.get("/messages?page=6").text.count("<h2>很多</h2>") == 1


def test_who_belongs_to_no_party_has_no_messages(live, client_as):
    operator = parties.account(Role.OPERATOR)
    db.session.commit()
    client = client_as(operator)

    assert client.get(MESSAGES).status_code == 403
    assert MESSAGES not in client.get("/operator").text


def test_a_stranger_is_led_to_the_sign_in(live, client_as):
    assert client_as(None).get(MESSAGES).status_code == 302
    assert MESSAGES not in client_as(None).get("/").text


def test_messages_are_shown_and_marked_by_topic(city, client_as):
    for topic, title in ((Topic.LEAD, "有企业接受了邀请"), (Topic.PRODUCT, "产品已上架")):
        notifications.send(topic=topic, title=title, body="。", institution_id=city.bank.id)
    db.session.commit()
    officer = client_as(city.officer)
    page = officer.get("/messages").text
    assert "找客户（1）" in page
    assert "金融产品（1）" in page
    assert 'href="/messages?topic=lead"' in page
    assert (
        'href="/messages?only=unread&amp;topic=lead"' in officer.get("/messages?only=unread").text
    )
    shown = officer.get("/messages?topic=lead").text
    assert ("有企业接受了邀请" in shown, "产品已上架" in shown) == (True, False)
    marked = officer.post("/messages/read-all", data={"topic": "lead"})
    assert marked.location.endswith("/messages?topic=lead")
    unread = officer.get("/messages?only=unread").text
    assert ("有企业接受了邀请" in unread, "产品已上架" in unread) == (False, True)
    assert officer.get("/messages?topic=weather").status_code == 422
