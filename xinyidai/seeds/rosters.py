# ruff: noqa: PLR2004 - the numbers are the habits of an invented city
"""Whitelists of the invented city: entries of every list type and in every state."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import cycle, islice
from uuid import UUID

import numpy as np

from xinyidai.catalogue.list_types import LIST_TYPES, ListType
from xinyidai.enterprises import service as enterprises
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.seeds.times import at
from xinyidai.seeds.world import World
from xinyidai.whitelist import service as whitelist
from xinyidai.whitelist.service import Nomination

EACH = 14
# How far entries go, in turn: most are listed.
FATES = ("listed", "listed", "nominated", "listed", "screened", "listed", "under_joint_review",
         "listed", "publicised", "listed", "suspended", "removed", "listed", "resumed")  # fmt: skip
NOMINATORS = {
    "logistics": "jiaotong",
    "science": "keji-ju",
    "specialised_new": "gongxin",
    "small_micro_coordination": "jiedao",
    "key_private_investment": "yuanqu",
    "general": "yuanqu",
}
PATHS: dict[str, tuple[str, ...]] = {
    "nominated": (),
    "screened": ("screen",),
    "under_joint_review": ("screen", "review"),
    "publicised": ("screen", "review", "publicise"),
    "listed": ("screen", "review", "publicise", "list"),
    "suspended": ("screen", "review", "publicise", "list", "suspend"),
    "resumed": ("screen", "review", "publicise", "list", "suspend", "resume"),
    "removed": ("screen", "review", "publicise", "list", "remove"),
}
REASONS = {
    "suspend": "企业正在办理变更，暂停推荐",
    "resume": "变更办理完毕，恢复推荐",
    "remove": "企业主动申请退出名单",
}


def keep_lists(world: World) -> None:
    """Nominate firms for every list and bring them to their states."""
    for number, list_type in enumerate(LIST_TYPES.values()):
        chosen = _fitting(world, list_type.code)[number * 3 : number * 3 + EACH]
        fates = islice(cycle(FATES), len(chosen))
        for turn, (place, fate) in enumerate(zip(chosen, fates, strict=True)):
            # What is still under way began lately, the rest months ago.
            is_open = fate in {"nominated", "screened", "under_joint_review", "publicised"}
            begun = world.ago(8 - turn % 3 if is_open else 250 - 12 * turn - number)
            _keep(world, list_type, place, (fate, begun))
    _name_first_borrowers(world)


def _name_first_borrowers(world: World) -> None:
    """Deliver the list of firms that never borrowed: a tenth of those that signed up."""
    named = [world.rows[member.place].uscc for member in world.members[1::10]]
    with at(world.ago(20)):
        enterprises.deliver_list(SYSTEM, "first_loan", named, "金融管理部门（演示）")


def _fitting(world: World, code: str) -> list[int]:
    firms = world.firms
    active = np.array([row.status is RegistrationStatus.ACTIVE for row in world.rows])
    sound = active & (firms.years > 2) & (firms.quality > 0)
    fits = {
        "logistics": np.array([trade.section == "G" for trade in firms.trades]),
        "science": (firms.habit("science") > 0.25) & ~firms.is_shop,
        "specialised_new": (firms.habit("science") > 0.2) & ~firms.is_shop,
        "small_micro_coordination": np.isin(firms.scale, ["small", "micro"]),
        "key_private_investment": np.isin(firms.scale, ["large", "medium"]),
    }.get(code, np.ones(len(firms), dtype=np.bool_))
    members = [member.place for member in world.members[1:]]
    found = np.flatnonzero(fits & sound).tolist()
    signed_up = [place for place in found if place in set(members)]
    return signed_up[:8] + [place for place in found if place not in set(members)]


def _keep(world: World, list_type: ListType, place: int, fate: tuple[str, datetime]) -> None:
    state, begun = fate
    nominator = world.cast.actor(NOMINATORS[list_type.code])
    evidence = {standard.code: "已由推荐单位核实（演示）" for standard in list_type.standards}
    with at(begun):
        entry = whitelist.nominate_enterprise(
            nominator,
            Nomination(list_type.code, world.ids[place], "经营正常，有融资需求（演示）", evidence),
        )
    moment = begun
    for step in PATHS[state]:
        # A publicity of five working days needs ten days with a holiday in between.
        moment += timedelta(days=14 if step == "list" else 1)
        with at(min(moment, world.now)):
            _take(step, world.cast.actor("xinyongban2"), entry.id)


def _take(step: str, office: Actor, entry_id: UUID) -> None:
    deeds: dict[str, Callable[[Actor, UUID, str], object]] = {
        "screen": whitelist.screen_entry,
        "review": whitelist.review_entry,
        "publicise": whitelist.publicise_entry,
        "list": whitelist.list_entry,
        "suspend": whitelist.suspend_entry,
        "resume": whitelist.resume_entry,
        "remove": whitelist.remove_entry,
    }
    deeds[step](office, entry_id, REASONS.get(step, "材料齐全，同意（演示）"))
