"""Where a record comes from, 可查可核可溯: kind of source, batch, paper, organ and basis."""

from datetime import date

import pytest

from tests.factories.rights import PENALTY, Town
from xinyidai.catalogue.kinds import KINDS, get_kind
from xinyidai.catalogue.values import Effect, SourceNature
from xinyidai.credit_records.values import Fact
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.web.record_words import record_row


def test_a_record_tells_batch_paper_organ_and_basis(live, client_as):
    town = Town()
    fact = town.penalty(key="鹰环罚〔2026〕88号")
    db.session.commit()
    page = client_as(town.owner).post("/enterprise/records").text
    assert fact.batch_id.hex[-12:].upper() in page
    for said in ("公共信息", "归集批次", "文书号", "税务局", get_kind(PENALTY).legal_basis):
        assert said in page
    assert page.count("鹰环罚〔2026〕88号") == 2  # among the facts, and as the paper


def test_whoever_has_more_than_a_page_leafs_through_them(live, client_as, monkeypatch):
    monkeypatch.setattr("xinyidai.web.enterprise.record_view.PAGE_SIZE", 2)
    town = Town()
    for number in (1, 2, 3):
        town.penalty(key=f"鹰环罚〔2026〕{number}号")
    db.session.commit()
    owner = client_as(town.owner)
    pages = [
        owner.post("/enterprise/records", data={"page": page}).text for page in ("1", "2", "x")
    ]
    assert [page.count("这条记录从哪里来") for page in pages] == [2, 1, 2]
    assert "共 3 条，第 1 页，共 2 页" in pages[0]
    assert ("下一页" in pages[0], "上一页" in pages[0], "上一页" in pages[1]) == (True, False, True)


def fact_of(kind, content):
    moment = clock.now()
    return Fact(1, kind, "court", "k", date(2026, 5, 1), None, None, None, None, content, moment)


def told(fact):
    return {row["label"]: row["value"] for row in record_row(fact)["trace"]}


def test_without_an_organ_in_the_record_it_was_the_source():
    said = told(fact_of("court_enforcement", {"case_no": "（2026）豫执1号"}))
    assert (said["文书号"], said["机关"]) == ("（2026）豫执1号", "人民法院")
    assert said["归集批次"] is None


def test_what_the_record_does_not_tell_is_missing_and_not_made_up():
    assert told(fact_of("tax_arrears", {}))["文书号"] is None


@pytest.mark.parametrize(
    ("kind", "nature"),
    [("recruitment", "market"), ("loan_record", "bank"), ("tax_payment", "public")],
)
def test_each_kind_says_where_its_facts_come_from(kind, nature):
    assert get_kind(kind).nature is SourceNature(nature)


def test_every_adverse_kind_with_a_numbered_paper_names_it():
    unnamed = [
        kind.code
        for kind in KINDS.values()
        if kind.effect is Effect.NEGATIVE and kind.map.document is None
    ]
    # Lists and notices that the state keeps without a number for each firm.
    assert unnamed == [
        "abnormal_operation", "tax_arrears", "major_tax_violation", "tax_abnormal",
        "social_insurance_arrears",
    ]  # fmt: skip
