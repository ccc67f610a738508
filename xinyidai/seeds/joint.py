"""Banks' own models in the invented city: one in use and run, one waiting for the office."""

import dataclasses
import json
from typing import Any

from xinyidai.consents import service as consents
from xinyidai.joint_results import service as joint_results
from xinyidai.joint_results.models import JointModelVersion
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import new_id
from xinyidai.seeds.permissions import draft_for
from xinyidai.seeds.times import at
from xinyidai.seeds.world import Member, World

ASKED = 15  # so many of the last members, whom few other stories need
WITHHOLDS = 3  # so many of them authorize no tax data
MOST_USES = 3
ITEMS = ("registration", "tax", "administration")
MISSING = {"no_record": 8, "stale": 5}
YEARS, TAX = "years_established", "tax_paid_12m"


def tell(world: World) -> None:
    """Let one bank's card be approved and run, and hand in another bank's model."""
    manager, clerk = world.cast.manager_of("yinhang"), world.cast.actor("xinyongban1")
    with at(world.ago(12, 9)):
        version = _handed_in(manager, _card())
    with at(world.ago(11, 15)):
        note = "输入都在额度测算的数据项内，结果分三档，各档企业数足够，同意。"
        joint_results.approve(clerk, version.id, note)
    with at(world.ago(10, 9)):
        joint_results.activate(manager, version.id)
    _authorize(world)
    officer = world.cast.actor("yinhang1")
    with at(world.ago(2, 9)):
        run_id = joint_results.order_run(officer, new_id(), version.id).id
        joint_results.run_all(run_id)
    with at(world.ago(1, 10)):
        _handed_in(world.cast.manager_of("nongshang"), _yes_no())


def _handed_in(manager: Actor, document: dict[str, Any]) -> JointModelVersion:
    raw = json.dumps(document, ensure_ascii=False).encode()
    return joint_results.submit(manager, joint_results.upload(manager, raw).id)


def _authorize(world: World) -> None:
    """Let firms sign for results only; some leave their tax data out."""
    chosen = world.members[-ASKED:]
    for number, member in enumerate(chosen):
        with at(world.ago(4, 9 + number % 8)):
            _sign(world, member, withholds=number > len(chosen) - 1 - WITHHOLDS)


def _sign(world: World, member: Member, *, withholds: bool) -> None:
    draft = draft_for(member, world.cast.banks["yinhang"].id, "limit_estimate")
    items = [item for item in ITEMS if not (withholds and item == "tax")]
    draft = dataclasses.replace(draft, item_codes=items, max_uses=MOST_USES)
    consents.grant_directly(member.actor, [draft])


def _card() -> dict[str, Any]:
    return {
        "format": "xinyidai-joint-model/1",
        "code": "demo_small_card",
        "name": "演示小微评分卡",
        "purpose": "limit_estimate",
        "plain_purpose": "看企业适合演示小微贷的哪一档额度，不是贷款审批",
        "kind": "scorecard",
        "base": 100,
        "inputs": [
            _input(YEARS, [(3, 5), (8, 18)], 28),
            _input(TAX, [(10_000_000, 5), (60_000_000, 20)], 32),
            _input("tax_grade_latest", [(2.5, 0), (3.5, 14)], 26),
            _input("penalties_24m", [(1, 20), (2, 8)], 0),
        ],
        "bands": [{"name": "较高", "from": 170}, {"name": "一般", "from": 140}, {"name": "较低"}],
    }


def _yes_no() -> dict[str, Any]:
    weights = ((YEARS, 0.12, 15), (TAX, 0.00000001, 100_000_000), ("penalties_24m", -0.9, 5))
    return {
        "format": "xinyidai-joint-model/1",
        "code": "demo_yes_no",
        "name": "演示准入判断",
        "purpose": "limit_estimate",
        "plain_purpose": "看企业是否符合演示信用贷的准入线，只回答是或否",
        "kind": "logistic",
        "base": -1,
        "inputs": [
            {
                "code": code,
                "coefficient": weight,
                "low": 0,
                "high": high,
                "missing": {"no_record": 0, "stale": 0},
            }
            for code, weight, high in weights
        ],
        "bands": [{"name": "是", "from": 0.2}, {"name": "否"}],
    }


def _input(code: str, bins: list[tuple[float, float]], rest: float) -> dict[str, Any]:
    edges: list[dict[str, float]] = [{"below": edge, "points": points} for edge, points in bins]
    return {"code": code, "bins": [*edges, {"points": rest}], "missing": MISSING}
