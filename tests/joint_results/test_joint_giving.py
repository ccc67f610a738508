"""Giving results: under a live result-only authorization, once, with nothing but the band."""

import threading
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from tests.factories import parties
from tests.joint_results.documents_for_joint import card, trees
from xinyidai.catalogue.kinds import disclosable_kinds
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.consents.models import Consent
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import ConsentMode, RefusalReason
from xinyidai.credit_records import queries as looks
from xinyidai.credit_records import service as credit_records
from xinyidai.enterprises.models import Enterprise
from xinyidai.joint_results import queries, rules, service
from xinyidai.joint_results.documents import spec_of
from xinyidai.joint_results.models import JointModelVersion, JointResult
from xinyidai.joint_results.service.giving import uncovered
from xinyidai.kernel import clock
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict, DomainError, Forbidden, NotFound, RuleBroken
from xinyidai.kernel.http import Page
from xinyidai.notifications.models import Notification
from xinyidai.profiles import service as profiles

CANARY = 7_654_321_987


def refusal(desk, version, consent, actor=None):
    with pytest.raises(ConsentRefused) as caught:
        service.give(actor or desk.officer, version.id, consent.id)
    return list(caught.value.reasons)


def test_a_result_is_the_band_the_model_and_the_day(desk):
    version, consent = desk.active(), desk.consent()
    desk.tax_paid(database.session.get(Enterprise, consent.enterprise_id), CANARY)
    snapshot = service.give(desk.officer, version.id, consent.id)
    assert set(snapshot.content) == {"model", "result", "on"}
    assert set(snapshot.content["model"]) == {"code", "name", "version", "purpose"}
    assert snapshot.content["result"] in {"甲", "乙", "丙"}
    assert consent.use_count == 1


def test_the_log_names_the_subject_the_items_and_the_models_hash(desk):
    version, consent = desk.active(), desk.consent()
    service.give(desk.officer, version.id, consent.id)
    [event] = looks.looks_under_consent(consent.id)
    assert (event.subject, event.items) == ("joint_result", ["registration", "tax"])
    assert event.rule_version == f"{rules.RULE_VERSION}:{version.content_hash[:16]}"


def test_the_firm_is_told_which_of_its_data_were_used_and_what_came_out(desk):
    version, consent = desk.active(), desk.consent(item_codes=["tax"])
    service.give(desk.officer, version.id, consent.id)
    boss = desk.bosses[consent.enterprise_id]
    [result], total = service.results_of(boss, consent.enterprise_id, Page(1, 10))
    assert total == 1
    assert result.inputs == ["tax_grade_latest", "tax_paid_12m"]
    assert result.withheld == ["years_established"]
    assert service.result_of_look(boss, result.event_id).band == result.band
    [told] = service.told_of(boss, consent.enterprise_id)
    assert (told.results, round(told.bits, 3)) == (1, 1.585)


def test_another_firm_never_sees_it(desk):
    version, consent = desk.active(), desk.consent()
    service.give(desk.officer, version.id, consent.id)
    stranger = parties.boss_of(parties.enterprise())
    [event] = looks.looks_under_consent(consent.id)
    with pytest.raises(NotFound):
        service.result_of_look(stranger, event.id)
    with pytest.raises(NotFound):
        service.told_of(stranger, consent.enterprise_id)


@pytest.mark.parametrize("mode", [ConsentMode.VIEW, ConsentMode.STORE])
def test_another_mode_is_refused_although_it_allows_more(town, mode):
    version, consent = town.active(), town.consent(mode=mode)
    assert refusal(town, version, consent) == [RefusalReason.RESULT_MODE_ONLY]
    [event] = looks.looks_under_consent(consent.id)
    assert event.reasons == ["result_mode_only"]


def test_a_revoked_authorization_gives_nothing_more_and_takes_the_result_back(town):
    version, consent = town.active(), town.consent()
    snapshot_id = service.give(town.officer, version.id, consent.id).id
    town.save()
    assert service.read_result(town.officer, snapshot_id).content["result"]
    town.revoke(consent)
    with pytest.raises(ConsentRefused):
        service.read_result(town.officer, snapshot_id)
    database.session.rollback()
    other = town.active(card(code="other_card", base=90))
    assert refusal(town, other, consent) == [RefusalReason.REVOKED]


def test_another_purpose_is_refused(town):
    version = town.active()
    consent = town.consent(purpose="post_loan", max_per_month=2)
    assert refusal(town, version, consent) == [RefusalReason.OTHER_PURPOSE]


def test_trees_are_refused_unless_every_input_is_covered(town):
    version, consent = town.active(trees()), town.consent(item_codes=["tax"])
    assert refusal(town, version, consent) == [RefusalReason.ITEM_NOT_COVERED]
    short = town.consent(data_from=clock.today() - timedelta(days=30))
    assert limited(town, version, short) == [RefusalReason.PERIOD_TOO_SHORT]


def test_nothing_of_the_inputs_covered_is_refused(town):
    version, consent = town.active(), town.consent(item_codes=["judicial"])
    assert refusal(town, version, consent) == [RefusalReason.ITEM_NOT_COVERED]


def test_what_is_known_beforehand_to_be_withheld_is_what_the_profile_withholds(desk):
    spec = spec_of(card())
    for items, days in ((["tax"], 730), (["registration", "tax"], 30), (["registration"], 730)):
        consent = desk.consent(item_codes=items, data_from=clock.today() - timedelta(days=days))
        values = seen_under(consent)
        hidden = [code for code in spec.input_codes if is_withheld(values[code].value)]
        assert uncovered(spec, consent) == hidden


def is_withheld(value):
    return isinstance(value, Missing) and value.cause is MissingCause.NOT_AUTHORIZED


def seen_under(consent):
    """Return the profile that a look under this authorization would see."""
    look = credit_records.Look(
        enterprise_id=consent.enterprise_id,
        kinds=disclosable_kinds(consent.item_codes),
        data_from=consent.data_from,
        as_of=clock.now(),
        event_id=consent.id,
    )
    return profiles.profile_within(look).values


def limited(town, version, consent):
    """Try, and return what kept the model from running; the log must name it too."""
    with pytest.raises(service.LimitReached) as caught:
        service.give(town.officer, version.id, consent.id)
    database.session.rollback()
    event = looks.looks_under_consent(consent.id)[0]
    assert (event.outcome, event.subject) == ("refused", "joint_result")
    assert event.reasons == list(caught.value.reasons)
    return list(caught.value.reasons)


def test_the_same_version_answers_once_a_day_and_the_second_attempt_is_in_the_log(town):
    version, consent = town.active(), town.consent()
    service.give(town.officer, version.id, consent.id)
    town.save()
    assert limited(town, version, consent) == [RefusalReason.RESULT_GIVEN]
    assert consent.use_count == 1


def test_the_years_most_is_kept_over_all_models_and_the_attempt_is_in_the_log(town, monkeypatch):
    monkeypatch.setattr(rules, "MOST_BITS", 2.0)
    first, second = town.active(), town.active(card(code="second_card", base=90))
    consent = town.consent()
    service.give(town.officer, first.id, consent.id)
    town.save()
    assert limited(town, second, consent) == [RefusalReason.RESULT_LIMIT]


def test_a_revoked_authorization_is_named_before_any_limit(town):
    version, consent = town.active(), town.consent()
    service.give(town.officer, version.id, consent.id)
    town.save()
    town.revoke(consent)
    assert refusal(town, version, consent) == [RefusalReason.REVOKED]


def test_a_version_that_is_not_in_use_is_not_run(desk):
    version, consent = desk.draft(), desk.consent()
    with pytest.raises(Conflict):
        service.give(desk.officer, version.id, consent.id)


def test_another_banks_model_and_authorization_do_not_exist(desk):
    version, consent = desk.active(), desk.consent()
    stranger = parties.officer_of(parties.institution())
    with pytest.raises(NotFound):
        service.give(stranger, version.id, consent.id)
    elsewhere = desk.consent(desk.firm(), institution_id=stranger.party_id)
    with pytest.raises(NotFound):
        service.give(desk.officer, version.id, elsewhere.id)


@pytest.mark.parametrize("who", ["manager", "clerk"])
def test_only_loan_officers_run_models(desk, who):
    version, consent = desk.active(), desk.consent()
    with pytest.raises(Forbidden):
        service.give(getattr(desk, who), version.id, consent.id)


def test_an_edited_document_is_not_run(desk):
    version, consent = desk.active(), desk.consent()
    version.document = card(base=1_000_000)
    database.session.flush()
    with pytest.raises(RuleBroken) as caught:
        service.give(desk.officer, version.id, consent.id)
    assert caught.value.code == "joint_model_signature"


def race(town, *orders):
    """Run these at the same moment, each on a connection of its own; return what became of them.

    The first look of a process compiles the indicators, which must not count as waiting for a lock.
    """
    service.give(town.officer, orders[0][0], town.consent().id)
    town.save()
    app, ended, gate = current_app._get_current_object(), [], threading.Barrier(len(orders))

    def one(version_id, consent_id):
        with app.app_context():
            gate.wait()
            try:
                with own_transaction():
                    service.give(town.officer, version_id, consent_id)
                ended.append("given")
            except DomainError as error:
                ended.append(error.code)
            database.session.remove()

    threads = [threading.Thread(target=one, args=order) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ended)


def test_two_models_at_once_spend_one_use_each(town):
    first, second = town.active(), town.active(card(code="second_card", base=90))
    consent_id = town.consent(max_uses=3).id
    orders = [(first.id, consent_id), (second.id, consent_id)]
    assert race(town, *orders) == ["given", "given"]
    database.session.expire_all()
    assert database.session.get(Consent, consent_id).use_count == 2


def test_one_model_twice_at_once_spends_one_use(town):
    version, consent_id = town.active().id, town.consent().id
    assert race(town, *[(version, consent_id)] * 2) == ["given", "joint_limit"]
    database.session.expire_all()
    assert database.session.get(Consent, consent_id).use_count == 1


def test_the_last_use_goes_to_one_of_two_models(town):
    first, second = town.active(), town.active(card(code="second_card", base=90))
    consent_id = town.consent(max_uses=1).id
    assert race(town, (first.id, consent_id), (second.id, consent_id)) == [
        "consent_refused",
        "given",
    ]


def test_no_message_and_no_row_holds_a_value_or_a_band_for_the_bank(desk):
    version = desk.active()
    firm = desk.firm()
    consent = desk.consent(firm)
    desk.tax_paid(firm, CANARY)
    service.give(desk.officer, version.id, consent.id)
    sent = database.session.scalars(select(Notification)).all()
    texts = "".join(f"{one.title}{one.body}" for one in sent)
    assert str(CANARY) not in texts
    rows = database.session.scalars(select(JointResult)).all()
    kept = "".join(str({k: v for k, v in vars(row).items() if k[0] != "_"}) for row in rows)
    assert str(CANARY) not in kept
    banks = [one for one in sent if one.institution_id == desk.bank.id]
    assert not any("甲" in one.body or "丙" in one.body for one in banks)


def test_withholding_an_item_never_improves_the_band_of_a_real_firm(desk):
    order = ["甲", "乙", "丙"]
    firm = desk.firm(established_on=clock.today() - timedelta(days=4000))
    desk.tax_paid(firm, 3_000_000_000)
    bands = {}
    for items in (["registration", "tax"], ["registration"], ["tax"]):
        version = desk.active(card(code=f"card_{len(bands)}", base=100 + len(bands)))
        rules_bands = service.give(
            desk.officer, version.id, desk.consent(firm, item_codes=items).id
        )
        bands[len(items), items[0]] = order.index(rules_bands.content["result"])
        database.session.execute(
            JointModelVersion.__table__.update().values(
                submitted_at=clock.now() - timedelta(days=60)
            )
        )
    whole = bands[2, "registration"]
    assert all(found >= whole for found in bands.values())
    assert queries.bits_since(firm.id, desk.bank.id, clock.today()) > 4
