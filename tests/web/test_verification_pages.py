"""Public checks without sign-in: an authorization by number and code, and the evidence log."""

import pytest

from tests.web.firms_for_pages import as_owner, ask, granted, make_city
from xinyidai.consents import service as consents
from xinyidai.kernel import clock
from xinyidai.kernel.db import db, own_transaction
from xinyidai.ledger import service as ledger
from xinyidai.web.verification import TRIES_PER_MINUTE


@pytest.fixture
def city(live):
    return make_city()


@pytest.fixture
def visitor(city, client_as):
    return client_as(None)


def address_of(consent, code=None) -> str:
    return f"/verify/consents/{consent.consent_no}?code={code or consent.artefact_hash[:16]}"


def test_a_live_authorization_is_confirmed_without_naming_anybody(visitor, city):
    consent = granted(city)

    answer = visitor.get(address_of(consent))

    assert answer.status_code == 200
    for told in (consent.consent_no, "有效", "贷前审查", "签名真实"):
        assert told in answer.text
    for untold in (city.firm.name, city.firm.uscc, city.bank.name, city.owner.name, "纳税"):
        assert untold not in answer.text


def test_a_revoked_one_is_told_at_once(visitor, city):
    consent = granted(city)
    consents.revoke_consent(city.owner.as_actor(), consent.id)
    db.session.commit()

    text = visitor.get(address_of(consent)).text

    assert "已撤回" in text
    assert "有效，签名真实" not in text


def test_one_whose_terms_were_changed_is_not_confirmed(visitor, city, live):
    consent = granted(city)
    as_owner(live, "update consent set valid_until = valid_until + 1 where id = :id", id=consent.id)

    text = visitor.get(address_of(consent)).text

    assert "签名无效" in text
    assert "有效，签名真实" not in text


def test_a_wrong_code_and_an_unknown_number_look_the_same(visitor, city):
    consent, unsigned = granted(city), ask(city)
    number = consent.consent_no

    answers = [
        visitor.get(f"/verify/consents/{wrong}")
        for wrong in (
            f"{number}?code={'0' * 16}",
            f"{number}?code=",
            f"{number}?code={consent.artefact_hash}",
            f"SQ20260101AAAAAAAAAAAA?code={consent.artefact_hash[:16]}",
            f"{unsigned.consent_no}?code={'0' * 16}",
            f"{number}?code=核验",
            f"%00?code={'0' * 16}",
        )
    ]

    assert {answer.status_code for answer in answers} == {404}
    bodies = {answer.text.split("<main")[1].split("</main>")[0] for answer in answers}
    assert len(bodies) == 1


def test_guessing_is_slowed_down(visitor, city):
    with clock.at(clock.now()):  # all in one minute
        tries = [
            visitor.get(f"/verify/consents/SQ{n}").status_code for n in range(TRIES_PER_MINUTE + 1)
        ]

    assert tries[-1] == 429
    assert 429 not in tries[:-1]


def test_the_form_leads_to_the_answer(visitor, city):
    consent = granted(city)
    code = f" {consent.artefact_hash[:8]} {consent.artefact_hash[8:16].upper()}"

    asked = visitor.get("/verify", query_string={"no": consent.consent_no.lower(), "code": code})

    assert visitor.get(asked.location).status_code == 200
    assert visitor.get("/verify").status_code == 200
    assert 'href="/verify"' in visitor.get("/products").text


def test_the_log_is_explained_before_and_after_the_first_sealing(visitor, city):
    assert "还没有封存过记录" in visitor.get("/verify/ledger").text
    assert visitor.get("/verify/ledger/checkpoint.txt").status_code == 404
    granted(city)
    with own_transaction():
        ledger.seal()

    page = visitor.get("/verify/ledger").text

    assert "签名有效" in page
    assert "不可篡改" not in page
    note = visitor.get("/verify/ledger/checkpoint.txt").text
    assert note.splitlines()[0] in page
    assert "ledger" in visitor.get("/verify/ledger/keys.txt").text
    assert "def check(" in visitor.get("/verify/ledger/check_proof.py").text


def test_a_checkpoint_that_was_changed_is_called_invalid(visitor, city, live):
    granted(city)
    with own_transaction():
        ledger.seal()
    as_owner(live, "update ledger_checkpoint set note = replace(note, 'sealed 2', 'sealed 1')")

    assert "签名无效" in visitor.get("/verify/ledger").text
