"""Snapshots: kept once, current for present facts only, limited to what is authorized."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import kinds_of_items
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.service import Look, write
from xinyidai.credit_records.values import RecordStatus
from xinyidai.institutions.models import Institution  # noqa: F401 - its table must be known
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import new_id
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.profiles import service
from xinyidai.profiles.models import IndustryDistribution, ProfileSnapshot
from xinyidai.profiles.values import FirmFacts

NOT_AUTHORIZED = Missing(MissingCause.NOT_AUTHORIZED)


def some_day():
    return clock.today() - timedelta(days=40)


def value(snapshot, code):
    return service.facts_of(snapshot).values[code].value


def count(db, model):
    return db.scalar(select(func.count()).select_from(model))


def test_building_twice_keeps_one_snapshot(city, db):
    firm = city.firm()
    first = service.build_profile(SYSTEM, firm)
    assert service.build_profile(SYSTEM, firm).id == first.id
    assert first.scope == "all"


def test_a_new_record_outdates_the_snapshot_at_once(city):
    firm = city.firm()
    city.has_collected("administrative_penalty")
    assert value(service.current_profile(firm), "penalties_24m") == 0
    city.record(firm, "administrative_penalty", some_day(), amount_fen=5_000)
    after = service.current_profile(firm)
    assert (value(after, "penalties_24m"), value(after, "penalty_amount_24m")) == (1, 5_000)


def test_a_repaired_penalty_is_gone_from_the_next_profile(city, db):
    firm = city.firm()
    city.record(firm, "administrative_penalty", some_day())
    with service_run(firm) as run:
        [fact] = run.facts(firm)
    write.retire_record(SYSTEM, firm, fact.id, RecordStatus.REPAIRED, "修复")
    assert value(service.current_profile(firm), "penalties_24m") == 0


def service_run(firm):
    from xinyidai.credit_records import service as credit_records

    return credit_records.platform_run("indicators", "test", enterprise_ids=[firm])


def test_an_unchanged_firm_gets_the_same_snapshot_again(city):
    firm = city.firm()
    assert service.current_profile(firm).id == service.current_profile(firm).id


def test_the_next_day_has_a_snapshot_of_its_own(city):
    firm = city.firm()
    today = service.current_profile(firm)
    with clock.at(clock.now() + timedelta(days=1)):
        assert service.current_profile(firm).as_of == today.as_of + timedelta(days=1)


def test_items_left_out_are_not_authorized(city):
    firm = city.firm()
    city.record(firm, "administrative_penalty", some_day())
    snapshot = service.build_profile(SYSTEM, firm, items=["tax"])
    assert value(snapshot, "penalties_24m") == NOT_AUTHORIZED
    assert snapshot.scope != "all"


def test_a_profile_in_the_past_knows_nothing_newer(city):
    firm = city.firm()
    city.record(firm, "administrative_penalty", some_day())
    before = service.build_profile(SYSTEM, firm, some_day() - timedelta(days=1))
    assert value(before, "penalties_24m") == 0


def test_every_build_is_one_entry_of_the_query_log(city, db):
    firm = city.firm()
    before = count(db, QueryEvent)
    service.build_profile(SYSTEM, firm)
    assert count(db, QueryEvent) == before + 1


def test_a_look_sees_only_its_kinds_and_stores_nothing(city, db):
    firm = city.firm()
    city.record(firm, "administrative_penalty", some_day())
    city.record(firm, "court_judgement", some_day(), level="defendant")
    before = count(db, ProfileSnapshot)
    look = Look(firm, kinds_of_items(["judicial"]), None, clock.now(), new_id())
    found = service.profile_within(look).values
    assert found["judgements_36m"].value == 1
    assert found["penalties_24m"].value == NOT_AUTHORIZED
    assert count(db, ProfileSnapshot) == before


def test_a_look_at_one_year_does_not_pretend_to_know_two(city):
    firm = city.firm()
    city.has_collected("administrative_penalty", "registration_change")
    since = clock.today() - timedelta(days=365)
    kinds = kinds_of_items(["administration", "registration"])
    look = Look(firm, kinds, since, clock.now(), new_id())
    found = service.profile_within(look).values
    assert found["penalties_24m"].value == NOT_AUTHORIZED
    assert found["changes_12m"].value == 0


@pytest.mark.parametrize("role", [Role.BANK_OFFICER, Role.CREDIT_OFFICE, Role.ENTERPRISE_USER])
def test_nobody_else_builds_or_reads_a_profile(city, role):
    firm = city.firm()
    stranger = Actor(uuid4(), role, uuid4(), "外人")
    with pytest.raises(NotFound):
        service.build_profile(stranger, firm)
    with pytest.raises(NotFound):
        service.read_own_profile(stranger, firm)


def test_a_bank_cannot_start_the_batch(db):
    with pytest.raises(Forbidden):
        service.build_all(actor=Actor(None, Role.BANK_OFFICER, uuid4(), "李经理"))


def test_the_batch_stores_what_the_single_build_would(city, sample, db):
    firms = [city.firm(facts) for facts in sample.firms[:25]]
    wanted = {str(firm) for firm in firms}
    city.collect([r for r in sample.new_records if str(r.enterprise_id) in wanted])
    seen = []
    assert service.build_all(sample.as_of, lambda done, total: seen.append((done, total))) == 25
    stored = count(db, ProfileSnapshot)
    for firm in firms:
        service.build_profile(SYSTEM, firm, sample.as_of)
    assert count(db, ProfileSnapshot) == stored == 25
    assert seen == [(25, 25)]


def test_the_batch_runs_twice_without_harm(city, db):
    city.firm()
    service.build_all()
    stored = count(db, ProfileSnapshot)
    service.build_all()
    assert count(db, ProfileSnapshot) == stored


def test_nineteen_peers_are_too_few_and_twenty_are_enough(city, db):
    for number in range(19):
        city.firm(registered_capital_fen=number * 100)
    service.build_all()
    assert service.refresh_distributions() == 0
    city.firm(registered_capital_fen=1_900)
    service.build_all()
    assert service.refresh_distributions() > 0
    spread = db.scalars(
        select(IndustryDistribution).filter_by(indicator="registered_capital")
    ).one()
    assert (spread.peers, spread.points[0], spread.points[-1]) == (20, 0, 1_900)


def test_every_indicator_with_twenty_values_has_a_distribution_and_no_other(city, db):
    known = indicator_dictionary().indicators
    for number in range(20):
        firm = city.firm(registered_capital_fen=number or None)
        city.record(firm, "branch", some_day())
        city.record(firm, "land_operation_right", some_day(), quantity=Decimal(number))
        if number < 19:
            city.record(firm, "external_guarantee", some_day(), amount_fen=number)
    service.build_all()
    service.refresh_distributions()
    spread = set(db.scalars(select(IndustryDistribution.indicator)))
    assert {"branches_active", "land_operation_area"} <= spread <= set(known)
    assert spread.isdisjoint({"external_guarantee_amount", "registered_capital", "loans_active"})


def test_the_own_page_says_where_the_firm_stands(city):
    firms = [city.firm(employees=number) for number in range(20)]
    service.build_all()
    service.refresh_distributions()
    view = service.read_own_profile(city.boss(firms[15]), firms[15])
    [employees] = [i for i in view.sections[0].indicators if i.code == "employees_reported"]
    assert employees.text == "15 人"
    assert employees.rank is not None
    assert employees.rank.startswith("高于同行业同规模约 7")


def test_an_own_facts_change_shows_in_the_next_build(city):
    firm = city.firm(replace(FirmFacts(uuid4()), employees=7))
    assert value(service.current_profile(firm), "employees_reported") == 7
