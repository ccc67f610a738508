"""Pages of the public comprehensive evaluation."""

import pytest

from tests.factories.rights import Town
from xinyidai.catalogue.evaluation_rules import evaluation_rules
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import KINDS
from xinyidai.credit_evaluations import queries, service
from xinyidai.kernel.db import db
from xinyidai.profiles import service as profiles
from xinyidai.scoring.service.looks import LookOrder, look


@pytest.fixture
def town(live):
    made = Town()
    made.arrears()
    db.session.commit()
    return made


def test_anybody_reads_the_whole_rule_table(db, app):
    page = app.test_client().get("/evaluation").text
    rules = evaluation_rules()
    for one in rules.dimensions:
        assert one.name in page
        assert all(indicator_dictionary()[item.indicator].name in page for item in one.items)
    assert all(band.meaning in page for band in rules.grades)


def test_a_firm_makes_and_reads_its_own_result(town, client_as):
    owner = client_as(town.owner)
    assert "评价需要更新" in owner.get("/enterprise/evaluation").text
    page = owner.post("/enterprise/evaluation/refresh", follow_redirects=True).text
    assert "还不能评等级" in page
    assert "现有欠税余额" in page
    assert "1.2345 万元" in page
    assert page.count("有误？") > 10


def test_a_double_click_makes_one_result(town, client_as):
    owner = client_as(town.owner)
    for _ in range(2):
        assert owner.post("/enterprise/evaluation/refresh").status_code == 303
    db.session.rollback()
    assert len(queries.history_of(town.firm.id, 9)) == 1


def test_a_new_record_asks_for_a_new_result(town, client_as):
    owner = client_as(town.owner)
    owner.post("/enterprise/evaluation/refresh")
    town.arrears("消费税")
    db.session.commit()
    page = owner.get("/enterprise/evaluation").text
    assert "评价需要更新" in page
    assert "以前的结果" in page


def test_the_office_sees_counts_and_no_firm(town, client_as):
    profiles.build_all()
    service.evaluate_all()
    db.session.commit()
    for account in (town.clerk, town.auditor):
        page = client_as(account).get("/office/evaluations").text
        assert "1 家（100.0%）" in page
        assert town.firm.name not in page
        assert town.firm.uscc not in page


def test_only_the_credit_office_starts_the_run(town, client_as):
    assert client_as(town.clerk).post("/office/evaluations/run").status_code == 303
    assert client_as(town.auditor).post("/office/evaluations/run").status_code == 403
    assert client_as(town.officer).get("/office/evaluations").status_code == 403


def test_a_bank_sees_the_grade_only_under_an_authorization_that_covers_it(town, client_as):
    service.evaluate_firm(town.firm.id)
    covering = town.consent(item_codes=[KINDS["credit_grade"].item])
    without = town.consent(item_codes=["tax"])
    seen = [_look(town, one) for one in (covering, without)]
    db.session.commit()
    shown, hidden = (snapshot.content["evaluation"] for snapshot in seen)
    assert shown["rule_version"] == evaluation_rules().version
    assert hidden is None
    officer = client_as(town.officer)
    pages = [officer.get(f"/queries/{snapshot.id}").text for snapshot in seen]
    assert ["规则版本" in page for page in pages] == [True, False]


def _look(town, consent):
    return look(town.officer.as_actor(), LookOrder(consent.id, town.firm.id, consent.purpose))
