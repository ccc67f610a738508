"""Use cases of matching: whose need, which results, and how long they hold."""

from collections import Counter
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from tests.matching.factories import SUBJECT, WISH, firm, user_of
from tests.products.factories import bank, listed_version, manager_of
from tests.products.worlds import TODAY, dice_of, listed, parsed
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel.errors import Conflict, NotFound
from xinyidai.matching import queries, service
from xinyidai.matching.index import ProductIndex
from xinyidai.matching.ranking import Asker, rank_products
from xinyidai.matching.rules import ORDER
from xinyidai.matching.service import MatchRequest
from xinyidai.products import service as products
from xinyidai.products.values import EnterpriseKind, MatchSubject, Outcome, readings_of
from xinyidai.profiles.values import IndicatorValue

OLD_FIRM = replace(SUBJECT, established_on=date(2015, 1, 1))


@pytest.fixture
def enterprise(db):
    """An invented firm."""
    return firm()


def match(enterprise, subject=OLD_FIRM, **changes):
    asked = replace(MatchRequest(subject, WISH, enterprise.facts_version), **changes)
    return service.match_products(user_of(enterprise.id), enterprise.id, asked)


def test_absent_runs_do_not_exist(enterprise):
    for look in (queries.get_run, queries.get_enterprise):
        with pytest.raises(NotFound):
            look(uuid4())


def test_a_match_is_stored_with_the_versions_it_rests_on(enterprise):
    version = listed_version(manager_of(bank()))
    result = match(enterprise)
    [row] = result.run.matches
    assert (row.product_version_id, row.outcome, row.rank) == (version.id, Outcome.ELIGIBLE, 1)
    assert [factor["code"] for factor in row.factors] == ["likelihood", "cost", "speed", "fit"]
    assert (result.run.eligible_count, result.run.product_count) == (1, 1)


def test_what_is_missing_is_stored_with_its_cause(enterprise):
    listed_version(manager_of(bank()))
    hidden = replace(OLD_FIRM, established_on=Missing(MissingCause.NOT_AUTHORIZED))
    [row] = match(enterprise, hidden).run.matches
    assert row.outcome is Outcome.INSUFFICIENT
    assert row.missing[0]["cause"] == "not_authorized"
    assert row.missing[0]["remedy"]


def test_a_run_holds_until_facts_or_products_change(enterprise):
    manager = manager_of(bank())
    listed_version(manager)
    user, run = user_of(enterprise.id), match(enterprise).run
    assert service.read_current_run(user, enterprise.id) is run
    listed_version(manager, code="SECOND")
    assert service.read_current_run(user, enterprise.id) is None
    again = match(enterprise).run
    assert service.read_current_run(user, enterprise.id) is again
    enterprise.facts_version += 1
    assert service.read_current_run(user, enterprise.id) is None


def test_a_run_does_not_hold_the_next_day(enterprise, at):
    with at("2026-05-01T23:59"):
        run = match(enterprise).run
        assert service.read_current_run(user_of(enterprise.id), enterprise.id) is run
    with at("2026-05-02T00:01"):
        assert service.read_current_run(user_of(enterprise.id), enterprise.id) is None


def test_the_platform_puts_the_firm_together_itself(db):
    enterprise = firm(established_on=date(2015, 1, 1))
    listed_version(manager_of(bank()))
    result = service.match_own_firm(user_of(enterprise.id), enterprise.id, WISH)
    assert result.run.facts_version == enterprise.facts_version
    assert [match.outcome for match in result.matches] == [Outcome.ELIGIBLE]


def test_facts_read_before_a_change_are_not_stored(enterprise):
    with pytest.raises(Conflict):
        match(enterprise, facts_version=enterprise.facts_version - 1)


def test_a_delisted_product_is_not_matched(enterprise):
    manager = manager_of(bank())
    version = listed_version(manager)
    assert match(enterprise).run.product_count == 1
    products.delist_product(manager, version.id, "额度用完")
    assert match(enterprise).run.product_count == 0


def test_only_the_firm_itself_is_matched(enterprise):
    asked = MatchRequest(OLD_FIRM, WISH, enterprise.facts_version)
    for stranger in (user_of(uuid4()), manager_of(bank())):
        with pytest.raises(NotFound):
            service.match_products(stranger, enterprise.id, asked)
        with pytest.raises(NotFound):
            service.read_current_run(stranger, enterprise.id)


def test_the_subject_is_put_together_from_register_profile_and_lists(enterprise):
    values = {"high_tech_valid": 1, "tech_sme_valid": 0, "specialised_new_valid": 2}
    indicators = {code: IndicatorValue(code, value, None, 0) for code, value in values.items()}
    subject = service.subject_from(enterprise, indicators, grade="A", list_codes=["general"])
    held = {"high_tech", "innovative_sme", "specialised_new", "whitelist:general"}
    assert subject.tags == held | {"?gazelle", "?unicorn"}
    assert (subject.kind, subject.scale) == (EnterpriseKind.COMPANY, "small")
    assert subject.in_operation is True
    assert isinstance(subject.revenue_fen, Missing)


def test_a_qualification_nobody_may_look_up_makes_the_tags_missing(db):
    enterprise = firm(status=RegistrationStatus.UNKNOWN, enterprise_type="个体工商户")
    hidden = Missing(MissingCause.NOT_AUTHORIZED)
    indicators = {"high_tech_valid": IndicatorValue("high_tech_valid", hidden, None, 0)}
    subject = service.subject_from(enterprise, indicators)
    assert subject.tags == hidden
    assert subject.kind is EnterpriseKind.INDIVIDUAL
    assert isinstance(subject.in_operation, Missing)


def test_whoever_fits_many_products_still_hears_what_it_lacks_for_others():
    dice = dice_of(23)
    asks = {place: parsed("employees", "at_least", place) for place in (1, 100)}
    products = [listed(number, [asks[1 if number < 80 else 100]]) for number in range(120)]
    products += [
        listed(number, [parsed("revenue_fen", "at_least", 1)]) for number in range(120, 125)
    ]
    dice.shuffle(products)
    index, subject = ProductIndex(products, "x"), MatchSubject(employees=20)
    verdicts, matches = service.match_enterprise(index, subject, WISH, on=TODAY)
    shown = Counter(match.outcome for match in matches)
    assert [shown[outcome] for outcome in ORDER] == [35, 5, 10]
    whole = rank_products(index, verdicts, Asker(readings_of(subject, WISH, on=TODAY), WISH),
                          on=TODAY, limit=125)  # fmt: skip
    assert all(whole[match.rank - 1] == match for match in matches)
