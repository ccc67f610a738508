"""What is public of a firm as JSON, for anybody's program."""

import pytest

from tests.factories import parties
from tests.factories.rights import Town
from xinyidai.kernel.db import db
from xinyidai.kernel.uscc import invented


@pytest.fixture
def town(live):
    made = Town()
    made.penalty()
    db.session.commit()
    return made


def test_a_program_reads_the_sections_without_a_token(town, client_as):
    answer = client_as(None).get(f"/api/v1/public-credit/{town.firm.uscc}")
    assert answer.status_code == 200
    body = answer.json
    [record] = [r for section in body["sections"] for r in section["records"]]
    assert (body["record_count"], record["kind"]) == (1, "environment_penalty")
    assert record["fields"] == [{"label": "处罚决定书文号", "value": "鹰环罚〔2026〕1号"}]
    assert {"enterprise_id", "batch", "key"}.isdisjoint(answer.text.split('"'))


def test_errors_are_problem_documents(live, client_as):
    client = client_as(None)
    bad = client.get("/api/v1/public-credit/123")
    assert (bad.status_code, bad.json["code"]) == (422, "invalid_uscc")
    gone = client.get(f"/api/v1/public-credit/{invented(987653)}")
    assert (gone.status_code, gone.content_type) == (404, "application/problem+json")


def test_a_firm_without_records_has_sections_that_say_what_lacks(live, client_as):
    firm = parties.enterprise()
    db.session.commit()
    body = client_as(None).get(f"/api/v1/public-credit/{firm.uscc}").json
    assert body["record_count"] == 0
    assert {section["is_collected"] for section in body["sections"]} == {False}
