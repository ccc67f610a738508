"""The description is valid, complete, and true in its examples."""

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from xinyidai.kernel.access import roles_of
from xinyidai.kernel.actor import Role

HIDDEN = {"/api/v1/openapi.json"}


@pytest.fixture
def document(app):
    return app.test_client().get("/api/v1/openapi.json").json


def operations(document):
    for path, item in document["paths"].items():
        for method in item.keys() & {"get", "post"}:
            yield path, method, item[method]


def test_the_description_is_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_operation_is_described_in_chinese(document):
    bare = [path for path, _, it in operations(document) if it.get("summary", "").isascii()]
    assert bare == []
    assert all(it["description"] for _, _, it in operations(document))


def test_every_route_is_described(app, document):
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1")}
    described = {path.replace("{", "<uuid:").replace("}", ">") for path in document["paths"]}
    assert routes - HIDDEN == described


def test_what_needs_a_token_says_so(app, document):
    rules = {rule.rule: rule for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    for path, method, it in operations(document):
        rule = rules.get(path.replace("{", "<uuid:").replace("}", ">"))
        if method == "get":
            is_public = Role.PUBLIC in roles_of(app.view_functions[rule.endpoint])
            assert bool(it["security"]) is not is_public, path
        elif path == "/api/v1/ledger/cosignatures":
            assert it["security"] == [], "a witness proves itself by its signature alone"
        else:
            assert it["security"][0]["client_credentials"], path


def test_a_body_is_required_and_takes_no_unknown_field(document):
    schemas = document["components"]["schemas"]
    bodies = [it["requestBody"] for _, _, it in operations(document) if "requestBody" in it]
    assert len(bodies) == 11
    assert all(body["required"] for body in bodies)
    names = [b["content"]["application/json"]["schema"]["$ref"].rsplit("/")[-1] for b in bodies]
    assert all(schemas[name]["additionalProperties"] is False for name in names)


def test_every_refusal_is_a_problem_document(document):
    for path, _, it in operations(document):
        for status, answer in it["responses"].items():
            is_good = status.startswith("2")
            kinds = set(answer["content"])
            assert kinds == {"application/json" if is_good else "application/problem+json"}, path


def test_examples_fit_what_they_illustrate(document):
    components = {"components": document["components"]}
    contents = [
        content["application/json"]
        for _, _, it in operations(document)
        for content in (
            it.get("requestBody", {}).get("content", {}),
            *(answer["content"] for answer in it["responses"].values()),
        )
        if "example" in content.get("application/json", {})
    ]
    assert len(contents) > 15
    for content in contents:
        Draft202012Validator(content["schema"] | components).validate(content["example"])


@pytest.mark.parametrize("name", ["ApprovalIn", "DisbursementIn"])
def test_money_is_an_integer_and_a_rate_a_string(document, name):
    properties = document["components"]["schemas"][name]["properties"]
    assert properties["amount_fen"]["type"] == "integer"
    assert properties["rate"]["type"] == "string"
