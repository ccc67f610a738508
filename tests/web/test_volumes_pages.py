"""How much was collected, for officers."""

from hashlib import sha256

import pytest

from tests.factories import parties
from xinyidai.catalogue.kinds import KINDS
from xinyidai.credit_records.service import write
from xinyidai.credit_records.service.volumes import read_volumes
from xinyidai.credit_records.values import BatchCounts, BatchState
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db as database


def deliver(kind, source, records, number=0, state=BatchState.FINISHED):
    digest = sha256(f"{kind}{source}{records}{number}".encode()).hexdigest()
    batch = write.open_batch(SYSTEM, source=source, kind=kind, file_name="演示.csv", sha256=digest)
    write.close_batch(SYSTEM, batch.id, BatchCounts(records + 2, records, 2, 0), state)


@pytest.fixture
def delivered(db, at):
    with at("2026-03-31T23:30"):
        deliver("tax_grade", "taxation", 1000)
    with at("2026-04-01T00:30"):
        deliver("tax_grade", "taxation", 200)
        deliver("tax_grade", "taxation", 50, 1)
        deliver("honour", "development_reform", 7)
        deliver("honour", "development_reform", 9000, state=BatchState.FAILED)


def test_rows_taken_are_counted_by_kind_source_and_month_of_the_city(delivered):
    told = [(one.kind, one.month.isoformat(), one.records, one.batches) for one in read_volumes()]
    assert told == [
        ("honour", "2026-04-01", 7, 1),
        ("tax_grade", "2026-03-01", 1000, 1),
        ("tax_grade", "2026-04-01", 250, 2),
    ]


@pytest.fixture
def office(client_as):
    return client_as(parties.account(Role.CREDIT_OFFICE, parties.credit_office()))


def test_an_empty_city_says_that_nothing_was_collected(office):
    page = office.get("/office/data/volumes").get_data(as_text=True)
    assert "还没有归集批次" in page
    assert page.count("从未归集") == len(KINDS)
    assert "数据不足：还没有经营主体" in page


def test_the_total_stands_with_its_share_of_the_targets(office, at):
    parties.enterprise()
    with at("2026-03-31T12:00"):
        deliver("tax_grade", "taxation", 3_000_000)
    database.session.commit()
    with at("2026-05-02T12:00"):
        page = office.get("/office/data/volumes").get_data(as_text=True)
    assert "3,000,000" in page
    assert ("2025 年目标 3 亿条" in page, "1.00%" in page, "0.60%" in page) == (True, True, True)
    assert 'href="/office/data/volumes/tax_grade"' in page
    assert "法人库" in page
    assert page.count('<th scope="row">2026-05') >= 1


def test_a_kind_shows_its_deliveries_and_an_unknown_one_is_not_found(office):
    deliver("tax_grade", "taxation", 1234)
    deliver("honour", "development_reform", 77)
    database.session.commit()
    page = office.get("/office/data/volumes/tax_grade").get_data(as_text=True)
    assert ("1,234" in page, "税务局" in page, ">77<" in page) == (True, True, False)
    assert "这一类信息还没有归集过" in office.get("/office/data/volumes/patent").get_data(
        as_text=True
    )
    assert office.get("/office/data/volumes/horoscope").status_code == 404


@pytest.mark.parametrize("role", [Role.ENTERPRISE_USER, Role.BANK_OFFICER, Role.DEPARTMENT])
def test_others_do_not_see_the_volumes(client_as, role):
    party = {
        Role.ENTERPRISE_USER: parties.enterprise,
        Role.BANK_OFFICER: parties.institution,
        Role.DEPARTMENT: parties.department,
    }[role]()
    client = client_as(parties.account(role, party))
    assert client.get("/office/data/volumes").status_code == 403
    assert client.get("/office/data/volumes/tax_grade").status_code == 403


def test_the_last_delivery_of_each_source_is_found_however_many_came_since(delivered, at):
    for number in range(3):
        with at(f"2026-05-01T08:0{number}"):
            deliver("tax_grade", "taxation", number, 9)
    found = {(one.source, one.kind): one.counts.accepted for one in write.newest_batches()}
    assert found == {("taxation", "tax_grade"): 2, ("development_reform", "honour"): 7}
