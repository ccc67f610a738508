"""The day a criterion really holds from, on every page that shows it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.factories import parties
from tests.products.factories import listed_version, manager_of, under_review
from tests.products.worlds import criterion, parsed
from tests.web.bank_city import post
from tests.web.test_bank_product_pages import product
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.matching import service as matching
from xinyidai.products.models import ProductVersion
from xinyidai.web import criterion_days
from xinyidai.web.chrome import format_day

TODAY = date(2026, 6, 15)
SOON, LATER = date(2026, 7, 1), date(2026, 8, 1)
AT_ONCE = criterion_days.AT_ONCE
STAFF = criterion("employees", "at_least", 2, "staff") | {"show_threshold": True}


@pytest.mark.parametrize(
    ("own", "version_day", "said"),
    [
        (None, None, AT_ONCE),
        (None, SOON, "2026年7月1日 起"),
        (SOON, None, "2026年7月1日 起"),
        (SOON, LATER, "2026年8月1日 起"),
        (LATER, SOON, "2026年8月1日 起"),
        (date(2026, 1, 1), None, AT_ONCE),
        (date(2026, 1, 1), SOON, "2026年7月1日 起"),
        (None, TODAY, AT_ONCE),
    ],
)
def test_the_later_of_both_days_is_said(own, version_day, said, at):
    one = replace(parsed("employees", "at_least", 5), effective_from=own)
    with at(f"{TODAY}T10:00"):
        assert criterion_days.since_words(one, ProductVersion(effective_from=version_day)) == said


def test_a_day_that_was_ahead_when_it_was_listed_is_still_said_afterwards(at):
    one = replace(parsed("employees", "at_least", 5), effective_from=SOON)
    with at(f"{TODAY}T10:00"):
        version = ProductVersion(effective_from=None, listed_at=clock.now())
    with at("2026-12-01T10:00"):
        assert criterion_days.since_words(one, version) == "2026年7月1日 起"
        assert criterion_days.coming_words(one) == ""
    with at("2026-06-30T10:00"):
        assert criterion_days.coming_words(one) == "2026年7月1日 起"


def test_form_rules_and_version_pages_say_the_day_of_a_version_dated_ahead(manager, city):
    day = clock.today() + timedelta(days=40)
    said = f"{format_day(day)} 起"
    new = manager.get("/bank/products/new").text
    assert f"不填随产品（{AT_ONCE}）" in new
    address = post(manager, "/bank/products", **product(effective_from=day.isoformat()))
    assert f"不填随产品（{said}）" in manager.get(f"{address}/edit").text
    assert f"不写随这一版（{said}）" in manager.get(f"{address}/rules").text
    page = manager.get(address).text
    assert page.count(said) >= 2
    assert AT_ONCE not in page


def test_the_reviewer_reads_the_same_day(city, client_as):
    day = clock.today() + timedelta(days=40)
    maker = manager_of(city.bank)
    version = under_review(maker, code="AHEAD", criteria=(STAFF,), effective_from=day)
    clerk = client_as(parties.account(Role.CREDIT_OFFICE, parties.credit_office()))
    db.session.commit()
    page = clerk.get(f"/office/products/{version.id}").text
    assert f"{format_day(day)} 起" in page
    assert AT_ONCE not in page


def test_a_firm_hears_what_is_to_come_and_is_not_judged_by_it(city, client_as):
    day = clock.today() + timedelta(days=40)
    coming = criterion("employees", "at_least", 900, "many") | {
        "show_threshold": True,
        "effective_from": day.isoformat(),
    }
    version = listed_version(
        manager_of(city.bank), code="COMING", criteria=(STAFF, coming), region_codes=()
    )
    db.session.commit()
    owner = client_as(city.boss)
    owner.post("/enterprise/matches", data={"amount": "50", "term_months": "12"})
    page = owner.get(f"/enterprise/products/{version.product_id}").text
    assert "以后增加的条件" in page
    assert f"{format_day(day)} 起：员工人数" in page
    assert page.count("900") == 1
    public = client_as(None).get(f"/products/{version.product_id}").text
    assert f"（{format_day(day)} 起）" in public
    db.session.rollback()
    run = matching.read_current_run(city.boss.as_actor(), city.firm.id)
    row = next(one for one in run.matches if one.product_version_id == version.id)
    assert row.criteria_count == 1
