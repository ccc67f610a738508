"""Looks at a firm's credit: under a consent only, logged, and read again for nothing."""

import pytest

from tests.factories import parties
from xinyidai.consents import service as consents
from xinyidai.credit_records import queries as credit_records
from xinyidai.credit_records.rules import digest
from xinyidai.credit_records.values import QueryOutcome
from xinyidai.kernel.db import db as database


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
    assert look(world, world.consent(), uscc=other.uscc).status_code == 404
