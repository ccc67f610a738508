"""The invented city as the seeds build it: its day, its firms in the database, its people."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

import numpy as np

from xinyidai.enterprises.service import Registration
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.matching.values import ProductMatch
from xinyidai.seeds.firms import SEED, Firms
from xinyidai.seeds.parties import Cast
from xinyidai.seeds.shelf import OnSale

STREAM = 1
FIRMS = 2_400
HISTORY_DAYS = 400
ANCHOR = time(0, 5)  # on any day already past, so that nothing happens in the future


@dataclass(frozen=True)
class Member:
    """A firm that signed up: its place among the firms, its person, and since when."""

    place: int
    enterprise_id: UUID
    actor: Actor
    since: datetime


@dataclass
class World:
    """Everything built so far; `day` is the day of seeding, to which all times are relative.

    `fitting` are the products that do not refuse a firm, by its place.
    """

    day: date
    firms: Firms
    cast: Cast = field(default_factory=Cast)
    rows: list[Registration] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    on_sale: list[OnSale] = field(default_factory=list)
    fitting: dict[int, list[ProductMatch]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """Return the moment at which the seeds stand."""
        return datetime.combine(self.day, ANCHOR, clock.TZ)

    @property
    def start(self) -> datetime:
        """Return the moment at which the platform began its work."""
        return self.ago(HISTORY_DAYS)

    def ago(self, days: float, hour: float = 10.0) -> datetime:
        """Return an hour of a day so many days back; never later than `now`."""
        midnight = datetime.combine(self.day - timedelta(days=int(days)), time(), clock.TZ)
        return min(midnight + timedelta(hours=hour), self.now)

    def dice(self, number: int) -> np.random.Generator:
        """Return the random stream of one part of the story."""
        return np.random.default_rng([SEED, STREAM, 100 + number])
