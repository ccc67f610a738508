"""The firms of the invented city, drawn from a seed: one array for each fact, no database."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from xinyidai.enterprises.size_table import LADDER, Limits, SizeLine, size_table
from xinyidai.enterprises.values import EnterpriseScale, Measure
from xinyidai.seeds.trades import TRADES, Trade

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Days = NDArray[np.datetime64]

SEED = 419_500
FEN_PER_WAN = 1_000_000
DISTRICTS = tuple(f"41950{number}" for number in range(1, 9))
DISTRICT_SHARES = (0.2, 0.16, 0.14, 0.13, 0.12, 0.1, 0.08, 0.07)
CLASSES = (*reversed(LADDER), EnterpriseScale.MICRO)  # small, medium, large, micro
CLASS_SHARES = (0.37, 0.13, 0.04, 0.46)
COOPERATIVE_SHARE = 0.5  # of farms
COMPANY, SHOP, COOPERATIVE = "91", "92", "93"
GENERAL_TAXPAYER_FEN = 500 * FEN_PER_WAN  # 一般纳税人, 500 万元 of yearly sales
USUAL_STAFF = {"small": (10, 80), "medium": (80, 280), "large": (300, 1500), "micro": (2, 9)}
USUAL_SALES = {
    "small": (300, 3_000),
    "medium": (3_000, 30_000),
    "large": (30_000, 300_000),
    "micro": (30, 300),
}


@dataclass(frozen=True)
class Firms:
    """Firms as they stand on a day; `quality`, `shock` and `concentration` are hidden from all.

    `sales_fen` are the true yearly sales; the register knows them only where `tells_sales`.
    `shock` is trouble of the last year, `growth` the yearly change of sales as a fraction.
    """

    as_of: date
    number: Ints
    trade: Ints
    legal_form: NDArray[np.str_]
    scale: NDArray[np.str_]
    region: NDArray[np.str_]
    established: Days
    capital_fen: Ints
    staff: Ints
    sales_fen: Ints
    assets_fen: Ints
    tells_sales: Flags
    quality: Floats
    shock: Floats
    growth: Floats
    concentration: Floats

    def __len__(self) -> int:
        """Return how many firms there are."""
        return len(self.number)

    @property
    def trades(self) -> list[Trade]:
        """Return the trade of each firm."""
        return [TRADES[place] for place in self.trade.tolist()]

    @property
    def is_shop(self) -> Flags:
        """Mark the 个体工商户."""
        shops: Flags = self.legal_form == SHOP
        return shops

    @property
    def is_general_taxpayer(self) -> Flags:
        """Mark the 一般纳税人, who report every month."""
        return ~self.is_shop & (self.sales_fen >= GENERAL_TAXPAYER_FEN)

    @property
    def years(self) -> Floats:
        """Return the age in years."""
        return (np.datetime64(self.as_of, "D") - self.established).astype(np.float64) / 365.25

    def habit(self, name: str) -> Floats:
        """Return one number of each firm's trade."""
        return np.array([getattr(trade, name) for trade in TRADES], dtype=np.float64)[self.trade]


def make_firms(
    stream: int, count: int, as_of: date, *, youngest_days: int = 120, first: int = 0
) -> Firms:
    """Draw `count` firms; the same arguments give the same firms. `first` numbers the first one."""
    rng = np.random.default_rng([SEED, stream])
    weights = np.array([trade.weight for trade in TRADES])
    trade = rng.choice(len(TRADES), count, p=weights / weights.sum())
    form = _legal_forms(rng, trade)
    scale = rng.choice(np.array([str(each) for each in CLASSES]), count, p=CLASS_SHARES)
    scale[form == SHOP] = str(EnterpriseScale.MICRO)
    staff, sales, assets = _sizes(rng, trade, scale)
    shops = form == SHOP
    staff[shops] = np.minimum(staff[shops], 8)
    sales[shops] = np.minimum(sales[shops], 300 * FEN_PER_WAN)
    rank = np.select([scale == "large", scale == "medium", scale == "small"], [3, 2, 1], 0)
    quality = rng.normal(0.0, 1.0, count) + 0.2 * rank
    shock = rng.normal(0.0, 1.0, count)
    growth = 0.05 + 0.06 * quality - 0.10 * shock + rng.normal(0.0, 0.1, count)
    age_days = youngest_days + rng.gamma(1.6, 1_450, count)
    return Firms(
        as_of=as_of,
        number=np.arange(first, first + count),
        trade=trade,
        legal_form=form,
        scale=scale,
        region=rng.choice(DISTRICTS, count, p=DISTRICT_SHARES),
        established=np.datetime64(as_of, "D") - np.minimum(age_days, 13_000).astype("m8[D]"),
        capital_fen=_round_wan(sales * rng.lognormal(-1.2, 0.8, count)),
        staff=staff,
        sales_fen=sales,
        assets_fen=assets,
        tells_sales=rng.random(count) < np.where(shops, 0.55, 0.93),
        quality=quality,
        shock=shock,
        growth=growth,
        concentration=rng.beta(2.0, 3.2, count),
    )


def _legal_forms(rng: np.random.Generator, trade: Ints) -> NDArray[np.str_]:
    form = np.full(len(trade), COMPANY)
    shop_shares = np.array([each.shops for each in TRADES])[trade]
    form[rng.random(len(trade)) < shop_shares] = SHOP
    is_farm = np.array([each.section == "A" for each in TRADES])[trade]
    form[is_farm & (rng.random(len(trade)) < COOPERATIVE_SHARE)] = COOPERATIVE
    return form


def _sizes(
    rng: np.random.Generator, trade: Ints, scale: NDArray[np.str_]
) -> tuple[Ints, Ints, Ints]:
    """Draw staff, sales and assets that make each firm the class it is meant to be."""
    staff = np.zeros(len(trade), dtype=np.int64)
    sales, assets = staff.copy(), staff.copy()
    for place, each in enumerate(TRADES):
        line = _line_of(each)
        for size in CLASSES:
            chosen = np.flatnonzero((trade == place) & (scale == str(size)))
            drawn = {m: _draw(rng, line, size, m, len(chosen)) for m in Measure}
            staff[chosen] = np.maximum(drawn[Measure.EMPLOYEES], 1)
            sales[chosen] = _round_wan(drawn[Measure.REVENUE] * FEN_PER_WAN)
            assets[chosen] = _round_wan(drawn[Measure.ASSETS] * FEN_PER_WAN)
    return staff, sales, assets


def _line_of(trade: Trade) -> SizeLine:
    lines, digits = size_table().lines, trade.code[1:]
    prefixes = [digits[:length] for length in range(len(digits), 1, -1)]
    return next(lines[prefix] for prefix in [*prefixes, trade.section] if prefix in lines)


def _draw(
    rng: np.random.Generator, line: SizeLine, size: EnterpriseScale, measure: Measure, count: int
) -> Floats:
    """Draw between the limits of the class, even on the scale of logarithms."""
    low, high = _bounds(line, size, measure)
    return np.exp(rng.uniform(np.log(low), np.log(high), count))


def _bounds(line: SizeLine, size: EnterpriseScale, measure: Measure) -> tuple[float, float]:
    if measure not in line.measures:
        return _usual(size, measure)
    steps = [_limit(line.limits[each], measure) for each in reversed(LADDER)]
    if size is EnterpriseScale.MICRO:
        return steps[0] * 0.12, steps[0] * 0.95
    place = CLASSES.index(size)
    above = steps[place + 1] * 0.97 if place + 1 < len(steps) else steps[place] * 3
    return steps[place] * 1.03, above


def _limit(limits: Limits, measure: Measure) -> float:
    return float(limits[measure])


def _usual(size: EnterpriseScale, measure: Measure) -> tuple[float, float]:
    """Return what the table does not ask for: people, or sales and assets in 万元."""
    low, high = (USUAL_STAFF if measure is Measure.EMPLOYEES else USUAL_SALES)[str(size)]
    return float(low), float(high)


def _round_wan(fen: Floats) -> Ints:
    return np.maximum(1, np.round(fen / FEN_PER_WAN)).astype(np.int64) * FEN_PER_WAN
