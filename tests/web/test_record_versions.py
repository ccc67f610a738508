"""The versions of a record at the desks: beside the record, to whoever may see it, after a look."""

import re

import pytest

from tests.factories import parties
from tests.factories.rights import ARREARS, STATEMENT, Town
from xinyidai.catalogue.objections import ObjectionSubject
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Forbidden, NotFound, RuleBroken
from xinyidai.objections import service as objections
from xinyidai.objections.values import Target, Wording
from xinyidai.repairs import service as repairs
from xinyidai.repairs.values import RepairClaim

CARD = "这条记录的各版本"
ROW = re.compile(r'<th scope="row">([^<]+)</th>')


@pytest.fixture
def town(live) -> Town:
    made = Town()
    made.arrears()
    made.fact = made.arrears(balance=2_000_000)
    made.mistake = made.penalty()
    db.session.commit()
    return made


@pytest.fixture
def objected(town) -> str:
    """An objection that waits at the tax office."""
    target = Target(subject=ObjectionSubject.RECORD, item=ARREARS, record_id=town.fact.id)
    wording = Wording(reason="settled", statement=STATEMENT)
    made = objections.open_objection(town.boss, target, wording)
    objections.accept_objection(town.clerk.as_actor(), made.id, "")
    db.session.commit()
    return str(made.id)


@pytest.fixture
def applied(town) -> str:
    """An application to repair the penalty."""
    claim = RepairClaim(duty_note="罚款已缴清", signed_name="张演示", has_signed=True)
    made = repairs.apply_for_repair(town.boss, town.mistake.id, claim)
    db.session.commit()
    return str(made.id)


@pytest.mark.parametrize(("who", "place"), [("taxman", "department"), ("clerk", "office")])
def test_versions_stand_in_order_with_who_ended_them_and_why(client_as, town, objected, who, place):
    client, address = client_as(getattr(town, who)), f"/{place}/objections/{objected}"
    assert CARD not in client.get(address).text
    card = client.post(f"{address}/record").text.partition(CARD)[2]
    assert ROW.findall(card)[:2] == ["已被新版本替代", "有效"]
    assert "至今" in card
    assert "归集批次" in card
    assert CARD not in client.get(address).text


def test_the_desk_of_repairs_shows_them_too(client_as, town, applied):
    client, address = client_as(town.clerk), f"/office/repairs/{applied}"
    assert CARD not in client.get(address).text
    card = client.post(f"{address}/record").text.partition(CARD)[2]
    assert ROW.findall(card)[:1] == ["有效"]


def test_a_wrong_department_an_auditor_and_the_firm_see_none(client_as, town, objected, applied):
    other = parties.account(Role.DEPARTMENT, parties.department())
    db.session.commit()
    actors = [(other, NotFound), (town.auditor, Forbidden), (town.owner, Forbidden)]
    for who, error in actors:
        with pytest.raises(error):
            objections.show_versions(who.as_actor(), objected)
    with pytest.raises((NotFound, Forbidden)):
        repairs.show_versions(other.as_actor(), applied)
    answer = client_as(other).post(f"/department/objections/{objected}/record")
    assert answer.status_code == 404


def test_with_the_case_the_right_to_see_them_ends(town, objected, applied):
    taxman, clerk = town.taxman.as_actor(), town.clerk.as_actor()
    objections.reject_objection(taxman, objected, "已核对，欠税仍未缴清")
    repairs.refuse_repair(clerk, applied, "认定机关不同意")
    for show, actor, case in (
        (objections.show_versions, taxman, objected),
        (repairs.show_versions, clerk, applied),
    ):
        with pytest.raises(RuleBroken):
            show(actor, case)
