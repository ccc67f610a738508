"""An application's life as a bank's system reports it."""

from uuid import UUID

import pytest

from tests.api.conftest import BODIES
from tests.factories import parties
from xinyidai.applications.models import LoanApplication
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.working_days import add_working_days

TO_APPROVAL = "acceptance investigation approval-request"


def test_an_application_goes_from_submission_to_settlement(quick):
    path = quick.application(f"{TO_APPROVAL} approval signature disbursement settlement")
    shown = quick.us.get(path).json
    assert shown["state"] == "settled"
    assert [step["to_state"] for step in shown["steps"]] == [
        "submitted",
        "accepted",
        "due_diligence",
        "in_approval",
        "approved",
        "signed",
        "disbursed",
        "settled",
    ]


def test_money_is_fen_and_a_rate_a_decimal_string(quick):
    path = quick.application(f"{TO_APPROVAL} approval signature disbursement")
    shown = quick.us.get(path).json
    assert (shown["decision"]["amount_fen"], shown["decision"]["rate"]) == (40_000_000, "0.0435")
    assert (shown["payouts"][0]["rate"], shown["loan_kind"]) == ("0.0435", "first")


def test_a_refusal_carries_its_reasons_with_what_to_do_next(quick):
    path = quick.application("acceptance")
    answer = quick.take(path, "denial")
    [reason] = answer.json["decision"]["reasons"]
    assert (answer.json["state"], reason["code"]) == ("declined", "insufficient_turnover")
    assert reason["next_step"]


def test_a_counter_offer_waits_for_the_firm_and_names_its_last_day(quick):
    path = quick.application(TO_APPROVAL)
    until = add_working_days(clock.today(), 10).isoformat()
    body = {"amount_fen": 30_000_000, "rate": "0.0435", "term_months": 6}
    late = quick.us.post(f"{path}/counter-offer", {**body, "until": "2020-01-01", "note": "少批"})
    answer = quick.us.post(f"{path}/counter-offer", {**body, "until": until, "note": "少批"})
    shown = answer.json
    assert (late.status_code, answer.status_code) == (422, 200)
    assert (shown["state"], shown["offer_until"]) == ("counter_offered", until)
    assert (shown["decision"]["outcome"], shown["is_priority"]) == ("counter_offered", False)


def test_a_return_says_what_is_missing(quick):
    answer = quick.take(quick.application("acceptance"), "return")
    assert (answer.json["state"], answer.json["returned_note"]) == (
        "returned",
        BODIES["return"]["note"],
    )


def test_a_decision_names_the_look_it_rested_on(quick):
    path = quick.application(TO_APPROVAL)
    consent_id = quick.us.get(path).json["consent_id"]
    query = {"consent_id": consent_id, "uscc": quick.firm.uscc, "purpose": "pre_loan"}
    look = quick.us.post("/queries", query).json["id"]
    answer = quick.us.post(f"{path}/approval", BODIES["approval"] | {"disclosure_id": look})
    assert answer.json["decision"]["disclosure_id"] == look


def test_the_contact_is_masked_except_when_the_bank_reads_the_application(quick):
    path = quick.application()
    accepted = quick.us.post(f"{path}/acceptance").json
    assert (accepted["contact_name"], accepted["contact_phone"]) == ("张**", "138****1234")
    assert quick.us.get(path).json["contact_phone"] == "13800001234"
    assert "contact_phone" not in quick.us.get("/applications").json["items"][0]


def test_the_work_list_is_narrowed_by_states(quick):
    quick.application("acceptance")
    assert quick.us.get("/applications").json["total"] == 1
    assert quick.us.get("/applications?state=submitted").json["total"] == 0
    assert quick.us.get("/applications?state=submitted&state=accepted").json["total"] == 1


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ("signature", 409),
        ("settlement", 409),
        ("approval", 409),
        ("disbursement", 422),  # nothing was granted yet, so any amount is too much
    ],
)
def test_a_step_out_of_turn_is_refused_and_changes_nothing(quick, step, status):
    path = quick.application()
    assert quick.take(path, step).status_code == status
    assert quick.us.get(path).json["state"] == "submitted"


def test_the_work_list_is_narrowed_by_what_moved_lately(quick):
    quick.application("acceptance")
    path = "/applications?updated_since="
    assert quick.us.get(f"{path}2020-01-01T00:00:00Z").json["total"] == 1
    assert quick.us.get(f"{path}2099-01-01T00:00:00Z").json["total"] == 0
    assert quick.us.get(f"{path}2099-01-01T00:00:00").status_code == 422  # no offset


def test_accepting_twice_changes_nothing(quick):
    path = quick.application("acceptance acceptance")
    assert len(quick.us.get(path).json["steps"]) == 2


@pytest.mark.parametrize(
    ("step", "changes", "field"),
    [
        ("approval", {"amount_fen": 60_000_000}, "amount"),
        ("approval", {"rate": "0.4"}, "rate"),
        ("approval", {"term_months": 48}, "term_months"),
        ("denial", {"reasons": [{"code": "no_such_reason"}]}, "reasons"),
        ("denial", {"reasons": [{"code": "withdrawn_by_enterprise"}]}, "reasons"),
        ("denial", {"reasons": [{"code": "other"}, {"code": "too_young"}]}, "note_other"),
        ("denial", {"reasons": [{"code": "too_young"}, {"code": "too_young"}]}, "reasons"),
    ],
)
def test_what_breaks_a_rule_is_named_field_by_field(quick, step, changes, field):
    path = quick.application(TO_APPROVAL)
    answer = quick.us.post(f"{path}/{step}", BODIES[step] | changes)
    assert answer.status_code == 422
    assert field in answer.json["fields"]


def test_the_denial_reasons_are_public(quick):
    listed = quick.client.get("/api/v1/denial-reasons").json
    assert {"code", "next_step", "is_actionable"} <= set(listed["items"][0])


def test_a_bank_reports_how_a_loan_stands_and_reads_the_history(quick):
    path = quick.application(f"{TO_APPROVAL} approval signature disbursement")
    day = clock.today().isoformat()
    late = {"state": "overdue", "as_of": day, "days_overdue": 400}
    assert quick.us.post(f"{path}/repayments", late).status_code == 422
    assert quick.others.post(f"{path}/repayments", late).status_code == 404
    told = quick.us.post(f"{path}/repayments", {"state": "normal", "as_of": day})
    assert [row["state"] for row in told.json["repayments"]] == ["normal"]
    quick.us.post(f"{path}/repayments", {"state": "settled", "as_of": day})
    shown = quick.us.get(path).json
    assert (shown["state"], [row["state"] for row in shown["repayments"]]) == (
        "settled",
        ["settled", "normal"],
    )


@pytest.fixture
def colleague(quick):
    return parties.account(Role.BANK_OFFICER, quick.us.bank)


def handed(quick, path, **body):
    return quick.us.post(f"{path}/hand-over", {"reason": "原经办人调岗", **body})


def test_an_application_is_handed_over_to_a_colleague_and_keeps_its_promise(quick, colleague):
    path = quick.application("acceptance")
    before = quick.us.get(path).json
    takers = quick.us.get("/applications/takers").json
    assert str(colleague.id) in {one["id"] for one in takers["officers"]}
    for _ in range(2):
        shown = handed(quick, path, officer_id=str(colleague.id)).json
    assert (shown["state"], shown["promised_on"]) == ("accepted", before["promised_on"])
    assert [step["action"] for step in shown["steps"]].count("hand_over") == 1
    application = database.session.get_one(LoanApplication, UUID(shown["id"]))
    assert application.officer_account_id == colleague.id


def test_an_application_goes_to_one_place_of_the_same_bank_only(quick, colleague):
    path = quick.application("acceptance")
    stranger = parties.account(Role.BANK_OFFICER, quick.others.bank)
    both = {"officer_id": str(colleague.id), "branch_id": str(colleague.id)}
    for body in ({}, both, {"officer_id": str(stranger.id)}, {"branch_id": str(stranger.id)}):
        answer = handed(quick, path, **body)
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
        assert "to" in answer.json["fields"]
    assert handed(quick, path, officer_id=str(colleague.id), reason=" ").status_code == 422
    theirs = quick.others.post(f"{path}/hand-over", {"officer_id": str(stranger.id), "reason": "x"})
    assert theirs.status_code == 404


def test_what_is_over_is_not_handed_over(quick, colleague):
    path = quick.application("acceptance")
    quick.take(path, "denial")
    assert handed(quick, path, officer_id=str(colleague.id)).status_code == 409
