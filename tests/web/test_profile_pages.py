"""The pages of the profile: the firm's own, and the parts of a look that a bank may read again."""

import re
from uuid import UUID

import pytest
from sqlalchemy import event

from tests.factories import parties
from tests.factories.rights import STATEMENT, Town
from xinyidai.consents import service as consents
from xinyidai.consents.values import ConsentMode
from xinyidai.credit_records import queries
from xinyidai.credit_records.service import own_looks, write
from xinyidai.credit_records.values import QueryKind, RecordStatus
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.objections import service as objections
from xinyidai.objections.service.opening import Target, Wording
from xinyidai.objections.values import ObjectionSubject
from xinyidai.profiles import service as profiles
from xinyidai.scoring.service.looks import LookOrder, look

PROFILE = "/enterprise/profile"
TAX = "/indicators?dimension=tax_social"
PAGES = ("", TAX, "/timeline", "/relations", "/missing")
ITEMS = ["tax", "procurement", "registration", "intellectual_property", "finance"]
PARTS = ("", "/trends", "/timeline", "/relations")


@pytest.fixture
def town(live) -> Town:
    made = Town()
    made.arrears()
    certificate = {"certificate_no": "GR1", "field": "先进制造"}
    made.deliver("high_tech_certificate", "GR1", certificate, 30)
    made.deliver("bid_won", "ZB1", {"project_no": "ZB1", "buyer": "鹰川市演示建设单位"}, 20)
    content = {"shareholder": "孙演示", "shareholder_kind": "自然人股东", "share_percent": 100}
    made.deliver("shareholder_contribution", "孙演示", content, 300)
    profiles.refresh_profile(made.firm.id)
    db.session.commit()
    return made


@pytest.fixture
def owner(town, client_as):
    return client_as(town.owner)


def looked(town: Town, **changes) -> str:
    consent = town.consent(**{"item_codes": ITEMS, **changes})
    made = look(town.officer.as_actor(), LookOrder(consent.id, town.firm.id, consent.purpose))
    db.session.commit()
    return f"/queries/{made.id}"


def object_to(town: Town) -> None:
    fact = town.facts()[0]
    target = Target(subject=ObjectionSubject.RECORD, record_id=fact.id)
    wording = Wording(reason="settled", statement=STATEMENT)
    made = objections.open_objection(town.boss, target, wording)
    objections.accept_objection(town.clerk.as_actor(), made.id)
    db.session.commit()


def test_every_page_says_what_the_records_say(owner):
    page = {path: owner.get(PROFILE + path).text for path in PAGES}
    assert "有欠税公告" in page[""]
    assert "1.2345 万元" in page[TAX]
    assert "鹰川市演示建设单位" in page["/timeline"]
    assert "孙**" in page["/relations"]
    assert "补齐后可以算出" in page["/missing"]
    assert "孙演示" not in "".join(page.values())


def test_pages_keep_to_the_rules_of_the_house(owner):
    for path in PAGES:
        text = owner.get(PROFILE + path).text
        ids = re.findall(r'\bid="([^"]+)"', text)
        assert len(ids) == len(set(ids)), path
        assert "style=" not in text
        assert text.count("<h1") == 1
        assert 'aria-current="page"' in text


def test_every_number_of_an_indicator_leads_to_its_records(owner):
    page = owner.get(PROFILE + TAX).text
    kinds = re.search(r'name="kinds" value="(tax_arrears)">1 条记录', page).group(1)
    assert "增值税" in owner.post("/enterprise/records", data={"kinds": kinds}).text


def test_opening_the_pages_writes_no_event(owner, town):
    before = own_looks.counts_by_kind(town.boss, town.firm.id)
    for path in PAGES:
        assert owner.get(PROFILE + path).status_code == 200
    db.session.rollback()
    assert own_looks.counts_by_kind(town.boss, town.firm.id) == before
    assert before[QueryKind.PLATFORM] >= 1


def test_the_timeline_is_narrowed_and_paged_by_its_address(owner):
    address = f"{PROFILE}/timeline"
    assert "高新技术企业证书" not in _events(owner.get(f"{address}?class=procurement").text)
    assert "中标信息" in _events(owner.get(f"{address}?kind=bid_won").text)
    assert "欠税公告" in _events(owner.get(f"{address}?effect=negative").text)
    assert "欠税公告" in _events(owner.get(f"{address}?tag=owes_tax").text)
    assert "没有符合条件的事件" in owner.get(f"{address}?kind=nonsense").text
    assert 'rel="next"' in owner.get(f"{address}?size=2").text
    assert 'rel="prev"' in owner.get(f"{address}?size=2&page=2").text
    assert owner.get(f"{address}?page=x").status_code == 422


def _events(page: str) -> str:
    return page.split('<ol class="timeline">')[1].split("</ol>", maxsplit=1)[0]


def test_a_graph_has_title_description_and_the_same_in_a_table(owner):
    page = owner.get(f"{PROFILE}/relations").text
    graph = page.split('<svg class="relations"')[1].split("</svg>")[0]
    assert "<title" in graph
    assert "招标人 鹰川市演示建设单位" in page
    table = page.split('id="relations-supply"')[1].split("</table>")[0]
    assert "鹰川市演示建设单位" in table
    assert "timeline?kind=bid_won" in table
    assert "平台还没有归集" in page


def test_a_mark_stands_beside_its_event_only(owner, town):
    assert "异议中" not in owner.get(f"{PROFILE}/timeline").text
    object_to(town)
    page = _events(owner.get(f"{PROFILE}/timeline").text)
    assert page.count("异议中") == 1
    assert "看异议进展" in page
    assert "异议中" in owner.get(PROFILE).text
    assert "异议中" in owner.get(PROFILE + TAX).text
    told = owner.get(f"{PROFILE}.json").json
    assert [e["kind"] for e in told["timeline"] if e["under_objection"]] == ["tax_arrears"]


def test_a_repaired_record_is_gone_from_every_page_in_its_commit(owner, town):
    fact = town.facts("bid_won")[0]
    reason = "来源撤销"
    write.retire_record(
        town.clerk.as_actor(), town.firm.id, fact.id, RecordStatus.WITHDRAWN, reason
    )
    db.session.commit()
    for path in PAGES:
        text = owner.get(PROFILE + path).text
        assert "鹰川市演示建设单位" not in text
        assert "更新画像" in text
    assert owner.get(f"{PROFILE}.json").status_code == 404
    assert owner.post(f"{PROFILE}/refresh").status_code == 303
    assert "鹰川市演示建设单位" not in owner.get(f"{PROFILE}/relations").text
    assert "欠税公告" in owner.get(f"{PROFILE}/timeline").text


def test_a_bank_reads_the_parts_of_its_look_and_nothing_beyond(town, client_as):
    officer = client_as(town.officer)
    address = looked(town, item_codes=["tax"])
    page = {path: officer.get(address + path).text for path in PARTS}
    assert "有欠税公告" in page[""]
    assert "高新技术企业" not in _tags(page[""]).split("不能判断")[0]
    assert "欠税公告" in page["/timeline"]
    assert "鹰川市演示建设单位" not in "".join(page.values())
    assert "未授权，无法判断" in page["/relations"]
    assert "1.2345 万元" in page["/timeline"]


def _tags(page: str) -> str:
    return page.split("<h2>标签</h2>")[1].split("</section>", maxsplit=1)[0]


def test_a_look_names_no_person_and_marks_what_was_under_objection(town, client_as):
    object_to(town)
    officer = client_as(town.officer)
    address = looked(town)
    page = {path: officer.get(address + path).text for path in PARTS}
    assert "孙演示" not in "".join(page.values())
    assert "孙**" in page["/relations"]
    assert _events(page["/timeline"]).count("异议中") == 1


def test_a_result_only_look_has_no_portrait(town, client_as):
    officer = client_as(town.officer)
    address = looked(town, mode=ConsentMode.RESULT)
    assert "查询结果的各个页面" not in officer.get(address).text
    for path in PARTS[1:]:
        answer = officer.get(address + path, follow_redirects=True)
        assert answer.status_code == 200
        assert "欠税公告" not in answer.text


def test_parts_of_a_look_close_with_its_consent_and_with_a_repair(town, client_as):
    officer = client_as(town.officer)
    address = looked(town)
    stranger = parties.account(Role.BANK_OFFICER, parties.institution())
    db.session.commit()
    other = client_as(stranger)
    assert {other.get(address + path).status_code for path in PARTS} == {404}
    fact = town.facts("bid_won")[0]
    write.retire_record(town.clerk.as_actor(), town.firm.id, fact.id, RecordStatus.REPAIRED, "修复")
    db.session.commit()
    assert {officer.get(address + path).status_code for path in PARTS} == {409}
    consents.revoke_consent(town.boss, queries.event_of_snapshot(_id(address)).consent_id)
    db.session.commit()
    assert {officer.get(address + path).status_code for path in PARTS} == {403}


def _id(address: str) -> UUID:
    return UUID(address.rpartition("/")[2])


def test_a_page_asks_the_database_the_same_number_of_times_whatever_it_shows(owner, town):
    few = _statements(owner, f"{PROFILE}/timeline")
    for number in range(30):
        town.deliver("bid_won", f"ZB{number}", {"project_no": f"ZB{number}"}, number + 1)
    profiles.refresh_profile(town.firm.id)
    db.session.commit()
    assert _statements(owner, f"{PROFILE}/timeline?size=50") == few


def _statements(client, address: str) -> int:
    seen: list[str] = []
    note = lambda *said: seen.append(said[2])  # noqa: E731 - the event's own signature is long
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)
