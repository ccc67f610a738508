# ruff: noqa: PLR2004 - the numbers are the habits of an invented city
"""Firms of the invented city that signed up on the platform, among them the one of the story."""

from datetime import timedelta

import numpy as np

from xinyidai.accounts import service as accounts
from xinyidai.accounts.service import SignUp
from xinyidai.accounts.values import Position
from xinyidai.enterprises import service as enterprises
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.seeds.firms import Ints
from xinyidai.seeds.names import phone_number
from xinyidai.seeds.parties import PASSWORD
from xinyidai.seeds.queries import ids_by_code
from xinyidai.seeds.register import registrations
from xinyidai.seeds.times import at
from xinyidai.seeds.world import HISTORY_DAYS, Member, World

SIGNED_UP = 120
STORY_LOGIN = "企业演示"
SOURCE = "鹰川市市场监督管理局（演示）"


def register_firms(world: World) -> None:
    """Import the register: first the firms of the beginning, then those founded since."""
    world.rows = registrations(world.firms)
    first_day = world.start.date()
    old = [row for row in world.rows if row.established_on and row.established_on < first_day]
    young = [row for row in world.rows if not row.established_on or row.established_on >= first_day]
    with at(world.start + timedelta(hours=2)):
        enterprises.import_registrations(SYSTEM, old, source=SOURCE)
    with at(world.ago(20)):
        enterprises.import_registrations(SYSTEM, young, source=SOURCE)
    ids = ids_by_code()
    world.ids = [ids[row.uscc] for row in world.rows]


def sign_up(world: World) -> None:
    """Let firms sign up over the year; the first is the firm of the story, since yesterday."""
    places = [_story_place(world), *_others(world)]
    rng = world.dice(1)
    days = np.sort(rng.uniform(35, HISTORY_DAYS - 30, len(places) - 1))[::-1].tolist()
    for number, (place, ago) in enumerate(zip(places, [1.0, *days], strict=True)):
        row = world.rows[place]
        with at(world.ago(ago, 9 + number % 8)):
            account = accounts.sign_up_enterprise(
                SignUp(
                    uscc=row.uscc,
                    enterprise_name=row.name,
                    legal_representative=row.legal_representative or "",
                    person_name=row.legal_representative or "",
                    phone=phone_number(place),
                    login=STORY_LOGIN if number == 0 else f"qiye{number:03d}",
                    password=PASSWORD,
                    position=Position.LEGAL_REPRESENTATIVE if number % 3 else Position.AGENT,
                ),
                is_demo=True,
            )
            world.members.append(Member(place, world.ids[place], account.as_actor(), clock.now()))


def _story_place(world: World) -> int:
    """Return a sound, small, inventive manufacturer that tells everything about itself."""
    firms = world.firms
    fits = (
        (firms.scale == "small")
        & ~firms.is_shop
        & firms.is_general_taxpayer
        & firms.tells_sales
        & (firms.habit("science") >= 0.25)
        & (firms.years > 4)
        & (firms.quality > 0.5)
        & (firms.shock < 0.3)
        & (firms.concentration < 0.5)
        & _in_business(world)
    )
    return int(np.flatnonzero(fits)[0])


def _others(world: World) -> list[int]:
    firms = world.firms
    fits: Ints = np.flatnonzero((firms.years > 2.5) & (firms.quality > -1.3) & _in_business(world))
    chosen = world.dice(2).permutation(fits)[:SIGNED_UP]
    return [place for place in chosen.tolist() if place != _story_place(world)]


def _in_business(world: World) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([row.status is RegistrationStatus.ACTIVE for row in world.rows])
