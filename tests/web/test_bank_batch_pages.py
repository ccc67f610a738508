"""Looks at several firms from the bank's pages: choose, confirm, watch, take the file."""

import csv
import io
import re
from uuid import uuid4

import pytest

from tests.factories import parties
from tests.web.bank_city import City, grant, post
from xinyidai.accounts.models import Account
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentMode
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.scoring.service import batch_looks
from xinyidai.web.bank.batch_file import safe

HIDDEN = re.compile(r'name="(key|consent_id)" value="([^"]+)"')


def another(city: City, **changes: object) -> tuple[Account, Consent]:
    """Let one more firm authorize the bank."""
    boss = parties.account(Role.ENTERPRISE_USER, parties.enterprise())
    consent = grant(boss, city.bank, mode=ConsentMode.STORE, **changes)
    db.session.commit()
    return boss, consent


def ordered(officer, *consents_chosen: Consent) -> str:
    """Confirm a choice and return the batch's address."""
    ids = [str(consent.id) for consent in consents_chosen]
    page = officer.post("/bank/batches/check", data={"consent_id": ids}).text
    hidden = HIDDEN.findall(page)
    [key] = [value for name, value in hidden if name == "key"]
    kept = [value for name, value in hidden if name == "consent_id"]
    return post(officer, "/bank/batches", key=key, consent_id=kept)


def run(address: str) -> None:
    """Do what the worker does."""
    batch_looks.run_batch(address.rsplit("/", 1)[1])


def table(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_page_to_choose_lists_live_consents_and_filters_them(officer, city):
    _, other = another(city)
    page = officer.get("/bank/batches/new").text
    assert all(f'value="{consent.id}"' in page for consent in (city.consent, other))
    found = officer.get("/bank/batches/new", query_string={"q": other.consent_no}).text
    assert str(city.consent.id) not in found
    assert "没有符合条件的生效授权" in officer.get("/bank/batches/new?purpose=subsidy").text


def test_the_confirmation_says_how_many_uses_go_and_spends_none(officer, city):
    boss, other = another(city)
    consents.suspend_consent(boss.as_actor(), other.id)
    db.session.commit()
    ids = [str(city.consent.id), str(other.id)]
    page = officer.post("/bank/batches/check", data={"consent_id": ids}).text
    assert "将查询 1 家次，共用掉 1 次查询次数" in page
    assert "不会查询（1）" in page
    assert "这份授权已暂停" in page
    assert f'name="consent_id" value="{other.id}"' not in page
    db.session.rollback()
    assert db.session.get(Consent, city.consent.id).use_count == 0


@pytest.mark.parametrize("count", [0, 201])
def test_none_or_too_many_are_told_on_the_page(officer, city, count):
    ids = [str(uuid4()) for _ in range(count)]
    answer = officer.post("/bank/batches/check", data={"consent_id": ids})
    assert answer.status_code == 422
    assert "有 1 处需要修改" in answer.text


def test_progress_is_seen_by_reloading_and_each_row_has_its_result(officer, city):
    boss, other = another(city)
    address = ordered(officer, city.consent, other)
    waiting = officer.get(address).text
    assert "<strong>0 / 2</strong>" in waiting
    assert "等待查询" in waiting
    consents.revoke_consent(boss.as_actor(), other.id)
    db.session.commit()
    run(address)
    page = officer.get(address).text
    assert "其中 1 家查到结果，1 家未能查询" in page
    assert "企业已撤回这份授权" in page
    result = re.search(r'href="(/queries/[^"]+)"', page).group(1)
    assert officer.get(result).status_code == 200
    assert address in officer.get("/bank/batches").text


def test_the_order_sent_twice_leads_to_one_batch(officer, city):
    fields = {"key": str(uuid4()), "consent_id": [str(city.consent.id)]}
    assert post(officer, "/bank/batches", **fields) == post(officer, "/bank/batches", **fields)
    assert officer.get("/bank/batches").text.count("0 / 1") == 1


def test_the_file_is_composed_when_it_is_taken(officer, city):
    boss, other = another(city)
    _, third = another(city)
    address = ordered(officer, city.consent, other, third)
    run(address)
    first = table(officer.get(f"{address}/results.csv"))
    by_number = {row["授权编号"]: row for row in first}
    assert by_number[other.consent_no]["结果"] == "已提供"
    assert by_number[city.consent.consent_no]["未提供的原因"] == batch_looks.ONLY_ON_PAGE
    consents.revoke_consent(boss.as_actor(), other.id)
    db.session.commit()
    answer = officer.get(f"{address}/results.csv")
    again = {row["授权编号"]: row for row in table(answer)}
    assert again[other.consent_no]["未提供的原因"] == "企业已撤回这份授权。"
    assert again[other.consent_no]["查看时间"] == ""
    assert again[third.consent_no]["结果"] == "已提供"
    assert answer.mimetype == "text/csv"
    assert city.boss.name not in answer.text


def test_a_firm_named_like_a_formula_stays_text(officer, city):
    _, consent = another(city)
    db.session.get(Enterprise, consent.enterprise_id).name = "=HYPERLINK(1)有限公司"
    db.session.commit()
    address = ordered(officer, consent)
    run(address)
    [row] = table(officer.get(f"{address}/results.csv"))
    assert row["企业名称"] == "'=HYPERLINK(1)有限公司"


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("+1-1", "'+1-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("-5.20%", "-5.20%"),
        ("-1,200", "-1,200"),
        ("演示", "演示"),
        ("", ""),
    ],
)
def test_a_cell_never_runs(cell, kept):
    assert safe(cell) == kept


def test_a_batch_is_its_officers_own(officer, manager, city, client_as):
    address = ordered(officer, city.consent)
    for bank in (city.bank, parties.institution()):
        stranger = parties.account(Role.BANK_OFFICER, bank)
        db.session.commit()
        client = client_as(stranger)
        assert client.get(address).status_code == 404
        assert client.get(f"{address}/results.csv").status_code == 404
    assert manager.get(address).status_code == 403
    fields = {"key": str(uuid4()), "consent_id": [str(city.consent.id)]}
    assert client.post("/bank/batches", data=fields).status_code == 404
    assert client.post("/bank/batches/check", data=fields).status_code == 404


def test_a_broken_form_is_refused_in_words(officer, city):
    answer = officer.post("/bank/batches", data={"key": "x", "consent_id": "y"})
    assert answer.status_code == 422
    assert "请返回重新选择" in answer.text
