"""The profile of a look for banks' systems: what the snapshot holds, and nothing after its end."""

from dataclasses import dataclass
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.api.conftest import token_of
from tests.factories import parties
from tests.factories.rights import Town
from xinyidai.accounts.service import open_client
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentMode
from xinyidai.credit_records.service import write
from xinyidai.credit_records.values import RecordStatus
from xinyidai.institutions.models import Institution
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db
from xinyidai.profiles import service as profiles
from xinyidai.scoring.service.looks import LookOrder, look


@dataclass
class Desk:
    """A bank's system with its token, and the address of one look."""

    town: Town
    consent: Consent
    client: Any
    headers: dict[str, str]
    address: str

    def get(self, part: str, **more: Any) -> Any:
        return self.client.get(f"{self.address}/{part}", headers=self.headers, **more)


def headers_of(bank: Institution, scope: str = "queries") -> dict[str, str]:
    client, _ = open_client(SYSTEM, bank.id, "信贷系统", scope=scope)
    return {"Authorization": f"Bearer {token_of(client, scope)}"}


def make_desk(app, **changes: Any) -> Desk:
    town = Town()
    town.arrears()
    for number in (1, 2, 3):
        content = {"project_no": f"ZB{number}", "buyer": "鹰川市演示建设单位"}
        town.deliver("bid_won", f"ZB{number}", content, 10 * number)
    consent = town.consent(**{"item_codes": ["tax", "procurement"], **changes})
    made = look(town.officer.as_actor(), LookOrder(consent.id, town.firm.id, consent.purpose))
    headers = headers_of(town.bank)
    db.session.commit()
    return Desk(town, consent, app.test_client(), headers, f"/api/v1/queries/{made.id}")


@pytest.fixture
def desk(live) -> Desk:
    return make_desk(live)


def test_dimensions_tags_and_relations_are_told(desk):
    told = desk.get("profile").json
    dimension = next(d for d in told["dimensions"] if d["code"] == "tax_social")
    arrears = next(i for i in dimension["indicators"] if i["code"] == "tax_arrears_amount")
    assert (arrears["value"], arrears["records"], arrears["percentile"]) == (1_234_500, 1, None)
    assert {tag["code"] for tag in told["tags"]} == {"owes_tax", "supplies_government"}
    assert [tie["party"] for tie in told["relations"]] == ["鹰川市演示建设单位"] * 3
    assert told["events"] == {"bid_won": 3, "tax_arrears": 1}
    unread = {s["freshness"] for d in told["dimensions"] for s in d["sources"]}
    assert "unread" in unread


def test_the_answer_is_as_it_is_described(desk):
    document = desk.client.get("/api/v1/openapi.json").json
    path = "/api/v1/queries/{snapshot_id}/profile"
    answer = document["paths"][path]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"] | {
        "components": document["components"]
    }
    faults = Draft202012Validator(schema).iter_errors(desk.get("profile").json)
    assert [fault.message for fault in faults] == []


def test_the_timeline_is_paged_and_narrowed(desk):
    first = desk.get("timeline?size=2").json
    second = desk.get("timeline?size=2&page=2").json
    assert (first["total"], len(first["items"]), len(second["items"])) == (4, 2, 2)
    arrears = desk.get("timeline?kind=tax_arrears").json["items"]
    assert [(event["kind"], event["amount"]) for event in arrears] == [("tax_arrears", 1_234_500)]
    assert "key" not in arrears[0]
    assert desk.get("timeline?size=0").status_code == 422
    assert desk.get("timeline?colour=red").status_code == 422


def test_nothing_is_read_that_was_not_authorized(live):
    desk = make_desk(live, item_codes=["tax"])
    told = desk.get("profile").json
    assert told["relations"] == []
    assert told["events"] == {"tax_arrears": 1}
    assert "supplies_government" in {tag["code"] for tag in told["tags_unknown"]}


def test_a_result_only_look_has_no_profile(live):
    desk = make_desk(live, mode=ConsentMode.RESULT)
    assert {desk.get(part).status_code for part in ("profile", "timeline")} == {404}


def test_a_repair_and_a_revocation_close_the_profile_in_their_commit(desk):
    town = desk.town
    assert desk.get("profile").status_code == 200
    record = town.facts("bid_won")[0].id
    write.retire_record(town.clerk.as_actor(), town.firm.id, record, RecordStatus.REPAIRED, "修复")
    db.session.commit()
    assert {desk.get(part).status_code for part in ("profile", "timeline")} == {409}
    consents.revoke_consent(town.boss, desk.consent.id)
    db.session.commit()
    assert {desk.get(part).status_code for part in ("profile", "timeline")} == {403}


def test_another_bank_and_another_scope_get_nothing(desk):
    other, narrow = headers_of(parties.institution()), headers_of(desk.town.bank, "products")
    db.session.commit()
    address = f"{desk.address}/profile"
    assert desk.client.get(address, headers=other).status_code == 404
    assert desk.client.get(address, headers=narrow).status_code == 403
    assert desk.client.get(address).status_code == 401


def test_a_firm_takes_its_own_profile_along(desk, client_as):
    town = desk.town
    owner = client_as(town.owner)
    assert owner.get("/enterprise/profile.json").status_code == 404
    profiles.refresh_profile(town.firm.id)
    db.session.commit()
    told = owner.get("/enterprise/profile.json").json
    assert len(told["timeline"]) == 4
    assert {tag["code"] for tag in told["tags"]} >= {"owes_tax", "supplies_government"}
    assert desk.client.get("/enterprise/profile.json").status_code == 302
