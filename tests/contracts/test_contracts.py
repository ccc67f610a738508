"""Answers that other systems were built against keep their shape.

A schema here changes only together with the version in the address; see docs/api.md.
"""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.api.conftest import World, _world
from xinyidai.applications.values import ApplicationAction

HERE = Path(__file__).parent


@pytest.fixture
def world(db, app) -> World:
    return _world(app.test_client())


def fits(name: str, answer) -> None:
    schema = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    assert [error.message for error in validator.iter_errors(answer)] == []


def test_the_product_contract(world):
    fits("product", world.client.get(f"/api/v1/products/{world.product().id}").json)


def test_the_consent_contract(world):
    fits("consent", world.us.get(f"/consents/{world.consent().id}").json)


@pytest.mark.parametrize(
    "steps",
    [
        "",
        "acceptance denial",
        "acceptance investigation approval-request approval signature disbursement",
    ],
)
def test_the_application_contract(world, steps):
    fits("application", world.us.get(world.application(steps)).json)


def test_the_words_for_steps_are_those_of_the_code():
    schema = json.loads((HERE / "application.json").read_text(encoding="utf-8"))
    words = schema["properties"]["steps"]["items"]["properties"]["action"]["enum"]
    assert set(words) == set(ApplicationAction)


@pytest.mark.parametrize("mode", ["view", "result"])
def test_the_query_contract(world, mode):
    consent = world.consent(mode=mode)
    body = {"consent_id": str(consent.id), "uscc": world.firm.uscc, "purpose": "pre_loan"}
    fits("query", world.us.post("/queries", body).json)


def test_the_problem_contract(world):
    fits("problem", world.us.post("/queries", {}).json)
    fits("problem", world.us.get("/applications/nothing").json)
