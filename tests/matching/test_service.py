"""Use cases of matching: whose need, which results, and how long they hold."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from tests.matching.factories import NEED, SUBJECT, WISH, firm, user_of
from tests.products.factories import bank, listed_version, manager_of
from xinyidai.audit import queries as audit
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from xinyidai.matching import queries, service
from xinyidai.matching.service import MatchRequest
from xinyidai.matching.values import FinancingNeedState as S
from xinyidai.matching.values import NeedFacts
from xinyidai.products import service as products
from xinyidai.products.values import EnterpriseKind, Outcome, Wish
from xinyidai.profiles.values import IndicatorValue

OLD_FIRM = replace(SUBJECT, established_on=date(2015, 1, 1))


@pytest.fixture
def enterprise(db):
    """An invented firm."""
    return firm()


def match(enterprise, subject=OLD_FIRM, **changes):
    asked = replace(MatchRequest(subject, WISH, enterprise.facts_version), **changes)
    return service.match_products(user_of(enterprise.id), enterprise.id, asked)


def test_a_need_is_drafted_published_and_withdrawn_with_a_trail(enterprise):
    user = user_of(enterprise.id)
    need = service.draft_need(user, enterprise.id, NEED)
    service.publish_need(user, need.id)
    assert (need.state, need.wish) == (S.PUBLISHED, WISH)
    assert need.expires_on is not None
    service.withdraw_need(user, need.id)
    actions = [
        entry.action.split(":")[1] for entry in audit.list_of_subject("financing_need", need.id)
    ]
    assert actions == ["draft", "publish", "withdraw"]


def test_a_draft_need_may_be_changed_and_is_listed_for_its_firm(enterprise):
    user = user_of(enterprise.id)
    need = service.draft_need(user, enterprise.id, NEED)
    service.update_need(user, need.id, NeedFacts(Wish(1, 2), "付工资"))
    assert (need.wish, need.purpose_text) == (Wish(1, 2), "付工资")
    assert queries.list_needs_of(enterprise.id) == [need]


def test_absent_needs_and_runs_do_not_exist(enterprise):
    for look in (queries.get_need, queries.get_run, queries.get_enterprise):
        with pytest.raises(NotFound):
            look(uuid4())


def test_a_run_is_found_by_its_need(enterprise):
    user = user_of(enterprise.id)
    need = service.draft_need(user, enterprise.id, NEED)
    run = match(enterprise, need_id=need.id).run
    later = match(enterprise).run
    assert service.read_current_run(user, enterprise.id, need_id=need.id) is run
    assert service.read_current_run(user, enterprise.id) is later
    assert queries.get_run(run.id) is run


def test_a_published_need_is_not_changed(enterprise):
    user = user_of(enterprise.id)
    need = service.publish_need(user, service.draft_need(user, enterprise.id, NEED).id)
    with pytest.raises(InvalidTransition):
        service.update_need(user, need.id, NEED)


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ENTERPRISE_USER, Role.SYSTEM}])
def test_nobody_but_the_firm_touches_its_need(enterprise, role):
    need = service.draft_need(user_of(enterprise.id), enterprise.id, NEED)
    with pytest.raises(NotFound):
        service.publish_need(Actor(uuid4(), role, enterprise.id, "别人"), need.id)
    with pytest.raises(NotFound):
        service.withdraw_need(user_of(uuid4()), need.id)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (NeedFacts(Wish(0, 12), "用途"), "amount"),
        (NeedFacts(Wish(None, 12), "用途"), "amount"),
        (NeedFacts(Wish(1, 0), "用途"), "term_months"),
        (NeedFacts(Wish(1, 12), " "), "purpose_text"),
        (NeedFacts(Wish(1, 12), "用途", "长" * 1001), "preferences"),
    ],
)
def test_a_need_that_cannot_be_right_is_refused(enterprise, facts, field):
    with pytest.raises(InvalidInput) as refused:
        service.draft_need(user_of(enterprise.id), enterprise.id, facts)
    assert field in refused.value.fields


def test_a_need_ends_after_its_last_day(enterprise, at):
    user = user_of(enterprise.id)
    with at("2026-05-01T09:00"):
        need = service.publish_need(user, service.draft_need(user, enterprise.id, NEED).id)
    with at("2026-07-30T23:00"):
        assert service.expire_needs(SYSTEM) == 0
    with at("2026-07-31T00:20"):
        assert service.expire_needs(SYSTEM) == 1
    assert need.state is S.EXPIRED


def test_a_match_is_stored_with_the_versions_it_rests_on(enterprise):
    version = listed_version(manager_of(bank()))
    result = match(enterprise)
    [row] = result.run.matches
    assert (row.product_version_id, row.outcome, row.rank) == (version.id, Outcome.ELIGIBLE, 1)
    assert [factor["code"] for factor in row.factors] == ["likelihood", "cost", "speed", "fit"]
    assert (result.run.eligible_count, result.run.product_count) == (1, 1)
    assert result.text == "您目前符合 1 个产品的条件。"


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


def test_the_need_of_another_firm_is_not_matched(enterprise):
    other = firm(name="另一家虚构企业")
    need = service.draft_need(user_of(other.id), other.id, NEED)
    with pytest.raises(NotFound):
        match(enterprise, need_id=need.id)


def test_the_subject_is_put_together_from_register_profile_and_lists(enterprise):
    values = {"high_tech_valid": 1, "tech_sme_valid": 0, "specialised_new_valid": 2}
    indicators = {code: IndicatorValue(code, value, None, 0) for code, value in values.items()}
    subject = service.subject_from(enterprise, indicators, grade="A", list_codes=["general"])
    assert subject.tags == {"high_tech", "innovative_sme", "specialised_new", "whitelist:general"}
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
