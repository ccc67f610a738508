"""Tools with which the records of one kind are drawn: who, when, how often, under which number."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xinyidai.seeds.firms import SEED, Days, Firms, Flags, Floats, Ints
from xinyidai.seeds.tables import Column, RecordTable

Chance = float | Floats | Ints
EMPTY_DAY = np.datetime64("NaT", "D")


class Pen:
    """Draws one kind for all firms; its own random stream keeps kinds independent."""

    def __init__(self, firms: Firms, kind: str, stream: int) -> None:
        """Begin a kind; `stream` tells cities apart."""
        self.firms = firms
        self.kind = kind
        self.rng = np.random.default_rng([SEED, stream, crc32(kind.encode())])
        self.today = np.datetime64(firms.as_of, "D")

    def some(self, chance: Chance) -> Ints:
        """Return the firms to whom it happens, each once; `chance` is a fraction, one or each."""
        return np.flatnonzero(self.rng.random(len(self.firms)) < chance)

    def several(self, rate: ArrayLike, most: int = 12) -> Ints:
        """Return firms repeated as often as it happens to them; `rate` is the mean."""
        counts = np.minimum(self.rng.poisson(np.broadcast_to(rate, len(self.firms))), most)
        return np.repeat(np.arange(len(self.firms)), counts)

    def day(self, firm: Ints, longest_ago: int, shortest_ago: int = 3) -> Days:
        """Return days within so many days before today, never before the firm existed."""
        back = self.rng.integers(shortest_ago, longest_ago + 1, len(firm))
        born = self.firms.established[firm] + np.timedelta64(5, "D")
        latest = self.today - np.timedelta64(shortest_ago, "D")
        drawn: Days = self.today - back.astype("m8[D]")
        late_enough: Days = np.where(drawn < born, born, drawn)
        late_enough[late_enough > latest] = latest
        return late_enough

    def later(self, days: Days, least: int, most: int) -> Days:
        """Return days so many days later."""
        ends: Days = days + self.rng.integers(least, most + 1, len(days)).astype("m8[D]")
        return ends

    def ended(self, days: Days, chance: float, least: int = 20, most: int = 300) -> Days:
        """Return the end of some of them, in the past; the others go on (NaT)."""
        ends = self.later(days, least, most)
        over = (self.rng.random(len(days)) < chance) & (ends <= self.today)
        return np.where(over, ends, EMPTY_DAY)

    def fen(self, firm: Ints, share: float, spread: float = 0.8, least_yuan: int = 100) -> Ints:
        """Return amounts of about this share of yearly sales, in whole 元, as 分."""
        raw = self.firms.sales_fen[firm] * share * self.rng.lognormal(0, spread, len(firm)) / 100
        return np.maximum(np.round(raw), least_yuan).astype(np.int64) * 100

    def fine(self, firm: Ints, middle_yuan: float) -> Ints:
        """Return fines in whole hundreds of 元, as 分."""
        raw = middle_yuan * self.rng.lognormal(0, 0.9, len(firm)) / 100
        return np.maximum(np.round(raw), 1).astype(np.int64) * 10_000

    def one_of(
        self, options: Sequence[str], firm: Ints, shares: Sequence[float] | None = None
    ) -> NDArray[np.str_]:
        """Return one of the texts for each row."""
        return np.array(options)[self.rng.choice(len(options), len(firm), p=shares)]

    def numbered(self, form: str, firm: Ints) -> NDArray[np.str_]:
        """Return texts in which `{}` is a number that runs through the kind."""
        return np.array([form.format(f"{place:06d}") for place in range(1, len(firm) + 1)] or [""])[
            : len(firm)
        ]

    def months(self, who: Flags, count: int, step: int = 1) -> tuple[Ints, Ints]:
        """Return firm and months ago (1 is the last full month) of every `step`-th month."""
        ago = np.arange(1, count + 1, step)
        firm = np.repeat(np.flatnonzero(who), len(ago))
        back = np.tile(ago, int(who.sum()))
        born = self.firms.established[firm].astype("M8[M]")
        kept = self.period(back).astype("M8[M]") > born
        return firm[kept], back[kept]

    def period(self, back: Ints) -> Days:
        """Return the first day of the month so many months ago."""
        first: Days = (self.today.astype("M8[M]") - back.astype("m8[M]")).astype("M8[D]")
        return first

    def noise(self, firm: Ints, spread: float) -> Floats:
        """Return factors around 1."""
        return self.rng.lognormal(0, spread, len(firm))

    def table(self, firm: Ints, **fields: Column) -> RecordTable:
        """Return what was drawn."""
        return RecordTable(self.kind, firm, fields)


def chance_of(log_odds: ArrayLike) -> Floats:
    """Return the probability for log-odds."""
    chances: Floats = 1 / (1 + np.exp(-np.asarray(log_odds, dtype=np.float64)))
    return chances


def texts(value: str, firm: Ints) -> NDArray[np.str_]:
    """Return the same text for each row."""
    return np.full(len(firm), value)


def january(day: date, years_ago: int) -> np.datetime64:
    """Return 1 January so many years ago."""
    return np.datetime64(f"{day.year - years_ago}-01-01", "D")


def together(kind: str, parts: Sequence[RecordTable]) -> RecordTable:
    """Return tables of one kind and the same fields as one, by firm."""
    firm = np.concatenate([part.firm for part in parts])
    order = np.argsort(firm, kind="stable")
    fields: dict[str, Any] = {
        code: np.concatenate([part.fields[code] for part in parts])[order]
        for code in parts[0].fields
    }
    return RecordTable(kind, firm[order], fields)
