"""Joint results for banks' systems: a document in, a band out, and nothing beside it."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from tests.factories import parties
from tests.joint_results.deliveries_for_joint import tax_paid
from tests.joint_results.documents_for_joint import card, trees
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.credit_records import queries as looks
from xinyidai.enterprises.models import Enterprise
from xinyidai.joint_results import service
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db as database

CANARY = 7_654_321_987
CANARY_FORMS = ("7654321987", "7,654,321,987", "76543219.87", "7654.32")


def manager(world):
    return Actor(None, Role.BANK_CLIENT, world.us.bank.id, "信贷系统")


def active(world, document=None):
    """Upload and hand in through the API; the office approves, the bank's system activates."""
    made = world.us.post("/joint-models", {"document": document or card()})
    assert made.status_code == 201, made.json
    version_id = UUID(made.json["id"])
    assert world.us.post(f"/joint-models/{version_id}/submission").status_code == 200
    clerk = parties.clerk_of(parties.credit_office())
    service.approve(clerk, version_id, "同意。")
    service.activate(manager(world), version_id)
    database.session.commit()
    return str(version_id)


def ask(world, version_id, consent, who=None):
    body = {"version_id": version_id, "consent_id": str(consent.id)}
    return (who or world.us).post("/joint-results", body)


def shape(answer):
    """Return everything of an answer that may not depend on a firm's values."""
    skipped = {"Date", "X-Request-Id", "Server-Timing"}
    headers = sorted((name, text) for name, text in answer.headers if name not in skipped)
    body = {name: type(content).__name__ for name, content in answer.json.items()}
    return answer.status_code, headers, body


def test_a_model_is_uploaded_and_handed_in(world):
    made = world.us.post("/joint-models", {"document": card()})
    assert (made.json["state"], made.json["bands"]) == ("draft", ["甲", "乙", "丙"])
    path = f"/joint-models/{made.json['id']}"
    assert world.us.post(f"{path}/submission").json["state"] == "under_review"
    assert world.us.get(path).json["state"] == "under_review"
    assert world.us.get("/joint-models").json["total"] == 1


def test_a_document_that_is_wrong_is_422_and_names_the_place(quick):
    document = card()
    del document["inputs"][0]["missing"]
    answer = quick.us.post("/joint-models", {"document": document})
    assert (answer.status_code, answer.json["code"]) == (422, "joint_model_invalid")
    assert "inputs[0].missing" in answer.json["fields"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"document": {"base": NaN}}', {400, 422}),
        (b'{"document": {"base": 1, "base": 2}}', {400, 422}),
        (b'{"document": {"name": "\\ud800"}}', {422}),
        (b'{"document": {"\\ud800": 1}}', {422}),
        (b'{"document": ' + b"[" * 50_000, {400, 422}),
        (b'{"document": {"x": "' + b"y" * 2_000_000 + b'"}}', {413}),
    ],
)
def test_bombs_are_refused_before_they_are_read(quick, body, status):
    headers = quick.us.headers | {"Content-Type": "application/json"}
    answer = quick.client.post("/api/v1/joint-models", data=body, headers=headers)
    assert answer.status_code in status


def test_ten_thousand_nodes_are_422(quick):
    bomb = trees(trees=[[{"points": 1}] * 10_000])
    assert quick.us.post("/joint-models", {"document": bomb}).status_code == 422


def test_the_answer_is_a_band_the_model_and_the_day(world):
    version_id, consent = active(world), world.consent(mode="result")
    answer = ask(world, version_id, consent)
    assert answer.status_code == 201
    assert set(answer.json) == {"id", "consent_id", "model", "result", "on"}
    assert answer.json["model"] == {"code": "demo_card", "version": 1}
    assert answer.json["result"] in {"甲", "乙", "丙"}
    assert date.fromisoformat(answer.json["on"])
    again = world.us.get(f"/joint-results/{answer.json['id']}")
    assert again.json == answer.json
    assert world.us.get(f"/consents/{consent.id}").json["uses_left"] == 1


def test_the_look_at_profiles_does_not_open_it(world):
    version_id, consent = active(world), world.consent(mode="result")
    result_id = ask(world, version_id, consent).json["id"]
    assert world.us.get(f"/queries/{result_id}").status_code == 404


def test_refusals_are_403_with_every_reason_and_stay_in_the_log(world):
    version_id, consent = active(world), world.consent(mode="store")
    answer = ask(world, version_id, consent)
    assert (answer.status_code, answer.json["reasons"]) == (403, ["result_mode_only"])
    [event] = looks.looks_under_consent(consent.id)
    assert (event.subject, event.reasons) == ("joint_result", ["result_mode_only"])


def test_a_revoked_authorization_is_403_for_the_next_and_the_former_result(world):
    version_id, consent = active(world), world.consent(mode="result")
    result_id = ask(world, version_id, consent).json["id"]
    other_id = active(world, card(code="second_card", base=90))
    consents.revoke_consent(parties.boss_of(world.firm), consent.id, "不再需要")
    database.session.commit()
    assert ask(world, other_id, consent).json["reasons"] == ["revoked"]
    assert world.us.get(f"/joint-results/{result_id}").json["reasons"] == ["revoked"]


def test_another_banks_model_authorization_and_run_are_404(world):
    version_id, consent = active(world), world.consent(mode="result")
    assert ask(world, version_id, consent, world.others).status_code == 404
    assert world.others.get(f"/joint-models/{version_id}").status_code == 404
    assert world.others.post(f"/joint-models/{version_id}/submission").status_code == 404
    result_id = ask(world, version_id, consent).json["id"]
    assert world.others.get(f"/joint-results/{result_id}").status_code == 404
    run = {"run_id": str(uuid4()), "version_id": version_id}
    assert world.others.post("/joint-runs", run).status_code == 404


def test_a_token_without_the_scope_is_refused(quick):
    other = quick.caller(quick.us.bank, "products")
    assert other.post("/joint-models", {"document": card()}).status_code == 403


def test_the_fifth_version_in_a_month_is_429(world):
    for number in range(5):
        made = world.us.post("/joint-models", {"document": card(base=number)})
        answer = world.us.post(f"/joint-models/{made.json['id']}/submission")
    assert (answer.status_code, answer.json["code"]) == (429, "too_many")


def test_a_run_gives_bands_once_it_has_ended(world):
    version_id, consent = active(world), world.consent(mode="result")
    run_id = str(uuid4())
    ordered = world.us.post("/joint-runs", {"run_id": run_id, "version_id": version_id})
    assert (ordered.status_code, ordered.json["state"]) == (201, "queued")
    waiting = world.us.get(f"/joint-runs/{run_id}").json
    assert [line["result"] for line in waiting["items"]] == [None]
    service.run_all(UUID(run_id))
    ended = world.us.get(f"/joint-runs/{run_id}").json
    [line] = ended["items"]
    assert (line["uscc"], line["outcome"]) == (world.firm.uscc, "given")
    assert (ended["given"], ended["spread"]) == (1, None)
    database.session.expire_all()
    assert database.session.get(Consent, consent.id).use_count == 1


def test_answers_differ_in_nothing_but_the_band_whatever_the_values(world):
    version_id = active(world)
    first = ask(world, version_id, world.consent(mode="result"))
    world.firm = parties.enterprise(established_on=date(1999, 1, 1))
    tax_paid(world.firm, CANARY)
    database.session.commit()
    second = ask(world, version_id, world.consent(mode="result"))
    assert first.json["result"] != second.json["result"]
    assert shape(first) == shape(second)


def test_refusals_are_the_same_whatever_the_values(world):
    version_id, answers = active(world), []
    for amount in (0, CANARY):
        world.firm = parties.enterprise()
        tax_paid(world.firm, amount)
        database.session.commit()
        answer = ask(world, version_id, world.consent(mode="view"))
        told = {name: text for name, text in answer.json.items() if name != "request_id"}
        answers.append((answer.status_code, told))
    assert answers[0] == answers[1]


def test_the_value_is_in_no_answer_snapshot_or_log(world, caplog):
    version_id = active(world)
    tax_paid(database.session.get(Enterprise, world.firm.id), CANARY)
    database.session.commit()
    consent = world.consent(mode="result")
    made = ask(world, version_id, consent)
    run = world.us.post("/joint-runs", {"run_id": str(uuid4()), "version_id": version_id})
    said = [made, run, world.us.get(f"/joint-results/{made.json['id']}")]
    said += [world.us.get(path) for path in ("/joint-models", f"/consents/{consent.id}")]
    everything = "".join(one.text + str(one.headers) for one in said) + caplog.text
    [event] = looks.looks_under_consent(consent.id)
    everything += str({name: text for name, text in vars(event).items() if name[0] != "_"})
    assert not [form for form in CANARY_FORMS if form in everything]
