"""平台掌握的我的信息 over HTTP: everything, of the own firm only, on one page and as a file."""

import json
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

import pytest

from tests.factories import parties
from tests.web.firms_for_pages import application_of, granted, look_at, make_city, submitted
from xinyidai.credit_records import queries as looks
from xinyidai.credit_records.service import NewRecord, write
from xinyidai.credit_records.values import BatchCounts, QueryKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import Base, db
from xinyidai.web.enterprise import record_view
from xinyidai.web.enterprise.holding_groups import GROUPS

PAGE = "/enterprise/holdings"
# Tables that name a firm and are shown by way of credit_records or belong to somebody else.
ELSEWHERE = {
    "credit.credit_record": "read_own",
    "credit.disclosure_snapshot": "copies of the records, listed as looks",
    "credit.door_reading": "counts openings, listed as looks",
    "credit.report_content": "what own reports say, opened by /enterprise/reports",
    "credit.portrait": "made of the records, shown by /enterprise/profile and its file",
    "query_event": "own_looks",
    "query_alarm": "watches officers, not firms",
    "shadow_score": "a trial of models, used for nothing and shown to no firm or bank",
}


def collect(firm_id, keys, kind="tax_grade") -> None:
    """Take records of one kind in as one batch."""
    batch = write.open_batch(
        SYSTEM,
        source="演示税务",
        kind=kind,
        file_name="t.csv",
        sha256=sha256(repr(keys).encode()).hexdigest(),
    )
    rows = [
        NewRecord(
            enterprise_id=firm_id,
            kind=kind,
            source="演示税务",
            natural_key=key,
            occurred_on=clock.today() - timedelta(days=30),
            content={"key": key},
            amount_fen=12_345,
            quantity=Decimal("1.5"),
        )
        for key in keys
    ]
    write.add_records(batch.id, rows)
    write.close_batch(SYSTEM, batch.id, BatchCounts(len(rows), len(rows), 0, 0))
    db.session.commit()


@pytest.fixture
def city(live):
    return make_city()


@pytest.fixture
def owner(city, client_as):
    return client_as(city.owner)


def test_every_table_that_names_a_firm_is_held_up_to_it(app):
    named = {
        str(table)
        for table in Base.metadata.tables.values()
        if "enterprise_id" in table.columns or table.name == "enterprise"
    }
    shown = {str(part.model.__table__) for group in GROUPS for part in group.parts}

    assert named - shown - set(ELSEWHERE) == set()


def test_the_page_has_every_group_with_number_source_and_a_way_to_object(owner, city):
    granted(city)

    page = owner.get(PAGE).text

    for group in GROUPS:
        assert group.title in page
        assert group.source in page
        assert f"item={group.code}" in page
    assert "免费" in page


def test_records_are_counted_by_kind_when_asked_and_the_look_is_logged(owner, city):
    collect(city.firm.id, ["a", "b"])

    assert "纳税信用" not in owner.get(PAGE).text
    page = owner.post(PAGE).text

    assert "共 2 条，分 1 类" in page
    assert "kind=tax_grade" in page
    db.session.rollback()
    assert len(looks.looks_at_enterprise(city.firm.id, kinds=(QueryKind.OWN,))) == 1


def test_the_file_holds_everything_of_the_own_firm_and_nothing_of_others(owner, city):
    address = submitted(owner, city)
    collect(city.firm.id, ["mine"])
    other = parties.enterprise(name="鹰川市别家有限公司")
    stranger = parties.account(Role.ENTERPRISE_USER, other, phone="13711112222")
    db.session.commit()
    collect(other.id, ["theirs"])
    look_at(city, granted(city))

    answer = owner.post(f"{PAGE}/file")
    found = json.loads(answer.data)

    assert "attachment" in answer.headers["Content-Disposition"]
    assert found["enterprise"]["uscc"] == city.firm.uscc
    groups = found["groups"]
    [application] = groups["applications"]["applications"]
    assert application["application_no"] == application_of(address).application_no
    assert len(groups["consents"]["consents"]) == 2
    assert [record["natural_key"] for record in groups["records"]["records"]] == ["mine"]
    assert {look["kind"] for look in groups["looks"]["looks"]} >= {"disclosure", "own"}
    assert groups["deeds"]["deeds"]
    for foreign in (str(other.id), other.name, stranger.login, stranger.phone, "theirs"):
        assert foreign not in answer.text
    assert "password_hash" not in answer.text
    assert "token_hash" not in answer.text


def test_a_firm_about_which_nothing_is_known_gets_an_empty_file(owner, city):
    found = owner.post(f"{PAGE}/file").json

    assert found["groups"]["records"]["records"] == []
    assert found["groups"]["messages"]["messages"] == []
    assert "还没有记录" in owner.post(PAGE).text


def test_the_numbers_on_the_page_are_those_of_the_file(owner, city):
    granted(city)
    look_at(city, granted(city))

    groups = owner.post(f"{PAGE}/file").json["groups"]
    page = owner.get(PAGE).text

    for group in GROUPS:
        number = len(groups[group.code][group.parts[0].code])
        assert f"{number} 条" in page, group.code


def test_many_records_are_cut_on_the_page_and_whole_in_the_file(owner, city):
    keys = [f"k{number}" for number in range(record_view.MOST_SHOWN + 10)]
    collect(city.firm.id, keys)

    page = owner.post("/enterprise/records").text
    records = owner.post(f"{PAGE}/file").json["groups"]["records"]["records"]

    assert f"看最近 {record_view.MOST_SHOWN} 条（共 {len(keys)} 条" in page
    assert {record["natural_key"] for record in records} == set(keys)


def test_a_bank_may_not_open_them(city, client_as):
    officer = client_as(city.officer)

    assert officer.get(PAGE).status_code == 403
    assert officer.post(PAGE).status_code == 403
    assert officer.post(f"{PAGE}/file").status_code == 403


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("item=messages", "给本企业的消息"),
        ("item=records&kind=tax_grade", "纳税"),
        ("item=x", "怎样更正"),
    ],
)
def test_an_objection_names_the_item(owner, address, words):
    assert words in owner.get(f"/enterprise/dispute?{address}").text
