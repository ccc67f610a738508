"""Looks at a firm's credit: under a consent only, logged, and read again for nothing."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.factories import parties
from xinyidai.consents import service as consents
from xinyidai.credit_records import queries as credit_records
from xinyidai.credit_records.rules import digest
from xinyidai.credit_records.values import QueryOutcome
from xinyidai.kernel import clock
from xinyidai.kernel.db import db as database
from xinyidai.kernel.uscc import invented
from xinyidai.scoring.jobs import forget_look_requests
from xinyidai.scoring.models import LookRequest


def look(world, consent, **changes):
    body = {"consent_id": str(consent.id), "uscc": world.firm.uscc, "purpose": "pre_loan"}
    return world.us.post("/queries", body | changes)


def outcomes(consent):
    return [event.outcome for event in credit_records.looks_under_consent(consent.id)]


def test_a_look_spends_a_use_and_leaves_a_snapshot(quick):
    consent = quick.consent()
    answer = look(quick, consent)
    assert (answer.status_code, answer.json["subject"]) == (201, "profile")
    assert quick.us.get(f"/consents/{consent.id}").json["uses_left"] == 1


def test_a_bank_can_check_that_it_got_what_was_sealed(quick):
    answer = look(quick, quick.consent()).json
    assert digest(answer["content"]) == answer["content_hash"]


def test_reading_a_snapshot_again_spends_nothing(quick):
    consent = quick.consent()
    path = f"/queries/{look(quick, consent).json['id']}"
    assert [quick.us.get(path).status_code for _ in range(3)] == [200, 200, 200]
    assert quick.us.get(f"/consents/{consent.id}").json["uses_left"] == 1


def test_where_only_results_are_allowed_no_indicator_leaves(quick):
    answer = look(quick, quick.consent(mode="result")).json
    assert answer["subject"] == "score"
    assert "indicators" not in answer["content"]


def test_a_revoked_consent_refuses_the_next_look_and_the_old_snapshot(world):
    consent = world.consent()
    path = f"/queries/{look(world, consent).json['id']}"
    consents.revoke_consent(parties.boss_of(world.firm), consent.id, "不再需要")
    database.session.commit()
    refused = look(world, consent)
    assert (refused.status_code, refused.json["reasons"]) == (403, ["revoked"])
    assert world.us.get(path).status_code == 403


def test_a_refused_look_stays_in_the_log_although_its_request_rolled_back(world):
    consent = world.consent()
    answer = look(world, consent, purpose="post_loan")
    assert (answer.status_code, answer.json["code"]) == (403, "consent_refused")
    assert answer.json["reasons"] == ["other_purpose"]
    assert outcomes(consent) == [QueryOutcome.REFUSED]


def test_uses_run_out(world):
    consent = world.consent(max_uses=1)
    assert look(world, consent).status_code == 201
    assert look(world, consent).json["reasons"] == ["used_up"]


@pytest.mark.parametrize("changes", [{"consent_id": "0197a3c0-0000-7000-8000-000000000001"}])
def test_a_look_without_a_consent_is_not_found_and_logged(world, changes):
    consent = world.consent()
    assert look(world, consent, **changes).status_code == 404
    [event] = credit_records.looks_at_enterprise(world.firm.id)
    assert event.reasons == ["no_consent"]


def test_a_look_at_another_firm_under_the_consent_is_refused(world):
    other = parties.enterprise()
    database.session.commit()
    consent = world.consent()
    assert look(world, consent, uscc=other.uscc).status_code == 404
    [event] = credit_records.looks_under_consent(consent.id)
    assert event.reasons == ["other_enterprise"]


@pytest.mark.parametrize("granted", [True, False])
def test_a_look_at_a_firm_that_nobody_knows_is_not_found_and_logged(world, granted):
    consent_id = world.consent().id if granted else UUID(int=7)
    body = {"consent_id": str(consent_id), "uscc": invented(987654), "purpose": "pre_loan"}
    answer = world.us.post("/queries", body)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    [event] = credit_records.looks_under_consent(consent_id)
    reason = "other_enterprise" if granted else "no_consent"
    assert (event.reasons, event.enterprise_id) == ([reason], None)


def test_some_of_the_items_may_be_asked_for(quick):
    consent = quick.consent()
    answer = look(quick, consent, items=["registration"])
    assert answer.status_code == 201
    [event] = credit_records.looks_under_consent(consent.id)
    assert event.items == ["registration"]
    unseen = answer.json["content"]["indicators"]["tax_grade_latest"]
    assert unseen["missing"] == "not_authorized"


def test_more_than_the_consent_covers_is_refused(world):
    consent = world.consent()
    answer = look(world, consent, items=["registration", "judicial"])
    assert (answer.status_code, answer.json["reasons"]) == (403, ["item_not_covered"])


@pytest.mark.parametrize("items", [[], ["x" * 65], "tax", [1]])
def test_items_that_are_no_list_of_codes_are_refused(quick, items):
    answer = look(quick, quick.consent(), items=items)
    assert answer.status_code == 422
    assert outcomes(quick.consent()) == []


def test_an_order_sent_again_under_its_key_is_answered_once(world):
    consent, headers = world.consent(), {**world.us.headers, "Idempotency-Key": "order-1"}
    world.us.headers = headers
    first, second = look(world, consent), look(world, consent)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert outcomes(consent) == [QueryOutcome.ALLOWED]


def test_a_key_is_not_taken_for_another_order(world):
    consent = world.consent()
    world.us.headers = {**world.us.headers, "Idempotency-Key": "order-1"}
    assert look(world, consent).status_code == 201
    other = look(world, consent, items=["tax"])
    assert (other.status_code, other.json["code"]) == (409, "request_key_reused")
    assert outcomes(consent) == [QueryOutcome.ALLOWED]


@pytest.mark.parametrize("key", ["", "x" * 65, "two words"])
def test_a_key_that_is_none_is_refused(quick, key):
    consent = quick.consent()
    quick.us.headers = {**quick.us.headers, "Idempotency-Key": key}
    answer = look(quick, consent)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["Idempotency-Key"])
    assert outcomes(consent) == []


def test_two_banks_may_use_the_same_key(world):
    ours = world.consent()
    theirs = world.consent(institution_id=world.others.bank.id)
    body = {"uscc": world.firm.uscc, "purpose": "pre_loan"}
    for caller, consent in ((world.us, ours), (world.others, theirs)):
        caller.headers = {**caller.headers, "Idempotency-Key": "order-1"}
        answer = caller.post("/queries", body | {"consent_id": str(consent.id)})
        assert (answer.status_code, answer.json["consent_id"]) == (201, str(consent.id))


def test_keys_are_forgotten_after_two_days(quick):
    quick.us.headers = {**quick.us.headers, "Idempotency-Key": "order-1"}
    look(quick, quick.consent())
    forget_look_requests()
    assert database.session.query(LookRequest).count() == 1
    with clock.at(clock.now() + timedelta(days=3)):
        forget_look_requests()
    assert database.session.query(LookRequest).count() == 0
