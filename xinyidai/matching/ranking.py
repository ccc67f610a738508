"""The public ranking rule, 排序规则: four factors, fixed weights, no paid placement.

place = outcome first (符合，数据不足，不符合), then
score = 0.35 · likelihood + 0.30 · cost + 0.15 · speed + 0.20 · fit, then who says more of the cost,
then a seed that changes daily.

likelihood  outcome (1, ½, 0) × (½ · grade + ½ · chance).
            The same grade counts for every product of a firm; no grade counts as the lowest, so
            that withholding it gains nothing. It is a feasibility hint and never a credit score.
  chance    declared = share of the conditions the platform can check. With at least 30 decisions
            in 12 months on the product, else on its kind, else on all: (approved + 20 · declared) ÷
            (decided + 20). With at least 20 judged leads a fifth of it is the share of leads that
            met the product's own conditions, drawn towards `declared` in the same way.
cost        1 − all-in yearly cost ÷ 12 %, not below 0; what is not said of it counts at its
            ceiling (`counted_costs`), so that saying more never costs a place.
speed       (1 − promised working days ÷ 20, not below 0) × share of promises kept, which counts
            from 20 promises in 12 months on; no promise counts 0.
fit         mean over what the firm stated of: amount, term, guarantee.

What a bank does not publish never ranks above what another bank does. `READ` names everything
that is read of a product; there is nothing among it that could be paid for. Former versions of the
rule are kept in `ranking_rules`; an index ranks by the version it was compiled with.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from types import MappingProxyType

from xinyidai.matching import ranking_words as words
from xinyidai.matching.counted_costs import DEAREST, CountedCost
from xinyidai.matching.index import ProductIndex, Verdicts, places
from xinyidai.matching.ranking_rules import NEWEST, RankingRule
from xinyidai.matching.rules import ORDER, findings_for
from xinyidai.matching.values import ProductMatch, ProductStanding, RankingFactor, Wish
from xinyidai.products.values import (
    GRADE_RANKS,
    GRADES,
    ListedProduct,
    Outcome,
    Readings,
    Terms,
)

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"likelihood": 0.35, "cost": 0.30, "speed": 0.15, "fit": 0.20}
)
NAMES: Mapping[str, str] = MappingProxyType(
    {"likelihood": "办成可能", "cost": "综合成本", "speed": "办理速度", "fit": "需求契合"}
)
OUTCOME_WEIGHTS: Mapping[Outcome, float] = MappingProxyType(
    {Outcome.ELIGIBLE: 1.0, Outcome.INSUFFICIENT: 0.5, Outcome.INELIGIBLE: 0.0}
)
DEAREST_RATE = float(DEAREST)
SLOWEST_DAYS = 20
# How many decisions of its own outweigh what a product declares.
PRIOR_CASES = 20
LEAD_SHARE = 0.2
PLACES = 9
NOTHING_COUNTED = ProductStanding()
Placed = tuple[int, Outcome, float]  # place in the index, outcome, score
# Everything the order reads of a product; shown on the public page, held by test.
READ: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "product": frozenset(
            {"version_id", "product_id", "institution_id", "name", "terms", "criteria",
             "text_conditions"}
        ),
        "terms": frozenset(
            {"amount_min_fen", "amount_max_fen", "term_min_months", "term_max_months",
             "guarantee", "repayment", "all_in_rate", "rate_max", "fee_rate", "cost_items",
             "reference_case", "loan_of", "promise_days"}
        ),
        "standing": frozenset(
            {"approval_rate", "decided", "kept_promise", "lead_quality", "promised", "leads",
             "basis", "counted_on"}
        ),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Asker:
    """Who asks: the readings of the firm and what it wishes."""

    readings: Readings
    wish: Wish

    @cached_property
    def grade_share(self) -> float:
        """Return the grade between 0 (none, or D) and 1 (AAA)."""
        rank = GRADE_RANKS.get(str(self.readings.get("grade")), 1)
        return (rank - 1) / (len(GRADES) - 1)


@dataclass(frozen=True)
class Standing:
    """What a product brings to its place whoever asks; computed once for each index."""

    chance: float
    cost: float
    speed: float
    counted_cost: CountedCost


def rank_products(
    index: ProductIndex, verdicts: Verdicts, asker: Asker, *, on: date, limit: int
) -> list[ProductMatch]:
    """Return the first `limit` products in public order; reasons only for those returned."""
    standings, seeds = standings_of(index), seeds_of(index, on)
    ordered: list[Placed] = []
    for outcome in ORDER:
        if len(ordered) >= limit:
            break
        scored = [
            (-_score(standings[place], index.products[place], outcome, asker), seeds[place], place)
            for place in places(verdicts.mask(outcome))
        ]
        ordered += [(place, outcome, -minus) for minus, _, place in sorted(scored)]
    return [
        _match(index, asker, rank, placed) for rank, placed in enumerate(ordered[:limit], start=1)
    ]


def score_of(
    product: ListedProduct,
    outcome: Outcome,
    asker: Asker,
    counted: ProductStanding = NOTHING_COUNTED,
    rule: RankingRule = NEWEST,
) -> float:
    """Return the weighted sum of the four factors, rounded to 9 places."""
    return _score(standing_of(product, counted, rule), product, outcome, asker)


def standing_of(
    product: ListedProduct,
    counted: ProductStanding = NOTHING_COUNTED,
    rule: RankingRule = NEWEST,
) -> Standing:
    """Return the part of the factors that is the product's own."""
    read, cost = _read_by(rule, counted), rule.cost(product.terms)
    return Standing(chance_of(product, read), cost.share, _speed(product.terms, read), cost)


def _read_by(rule: RankingRule, counted: ProductStanding) -> ProductStanding:
    return counted if rule.counts_outcomes else NOTHING_COUNTED


def chance_of(product: ListedProduct, counted: ProductStanding) -> float:
    """Return the product's own half of the likelihood: outcomes where enough, else declared."""
    declared = checkable_share(product)
    chance = declared
    if counted.approval_rate is not None:
        chance = _drawn(counted.approval_rate, counted.decided, declared)
    if counted.lead_quality is None:
        return chance
    quality = _drawn(counted.lead_quality, counted.leads, declared)
    return (1 - LEAD_SHARE) * chance + LEAD_SHARE * quality


def _drawn(share: float, cases: int, declared: float) -> float:
    return (share * cases + PRIOR_CASES * declared) / (cases + PRIOR_CASES)


@lru_cache(maxsize=2)
def standings_of(index: ProductIndex) -> tuple[Standing, ...]:
    """Return the standing of every product of an index, by the rule of the index."""
    return tuple(
        standing_of(product, index.standings.get(product.product_id, NOTHING_COUNTED), index.rule)
        for product in index.products
    )


@lru_cache(maxsize=2)
def seeds_of(index: ProductIndex, on: date) -> tuple[str, ...]:
    """Return what breaks ties on a day: first who says more of the cost, then the seed."""
    return tuple(
        f"{standing.counted_cost.tie}{daily_seed(product, on)}"
        for standing, product in zip(standings_of(index), index.products, strict=True)
    )


def _score(standing: Standing, product: ListedProduct, outcome: Outcome, asker: Asker) -> float:
    values = _factor_values(standing, product, outcome, asker)
    return round(sum(WEIGHTS[code] * value for code, value in values.items()), PLACES)


def _factor_values(
    standing: Standing, product: ListedProduct, outcome: Outcome, asker: Asker
) -> dict[str, float]:
    return {
        "likelihood": _likelihood(standing, outcome, asker),
        "cost": standing.cost,
        "speed": standing.speed,
        "fit": _fit(product.terms, asker.wish),
    }


def _likelihood(standing: Standing, outcome: Outcome, asker: Asker) -> float:
    return OUTCOME_WEIGHTS[outcome] * (0.5 * asker.grade_share + 0.5 * standing.chance)


def explain(
    product: ListedProduct,
    outcome: Outcome,
    asker: Asker,
    counted: ProductStanding = NOTHING_COUNTED,
    rule: RankingRule = NEWEST,
) -> tuple[RankingFactor, ...]:
    """Return the factors with weight, a plain sentence and its numbers, 「为什么排在这里」."""
    standing = standing_of(product, counted, rule)
    told = _told_of(product, _read_by(rule, counted), standing)
    return _explain(told, product, outcome, asker)


@dataclass(frozen=True)
class _Told:
    """What is said of a product whoever asks: two whole factors, and what its likelihood rests on.

    Worked out once for each index, when the product is first explained.
    """

    standing: Standing
    cost: RankingFactor
    speed: RankingFactor
    basis: words.Said


def _told_of(product: ListedProduct, counted: ProductStanding, standing: Standing) -> _Told:
    return _Told(
        standing,
        _factor("cost", standing.cost, words.cost(standing.counted_cost)),
        _factor("speed", standing.speed, words.speed(product.terms, counted)),
        words.basis(product, counted),
    )


@lru_cache(maxsize=2)
def _told(_index: ProductIndex) -> dict[int, _Told]:
    """Return what is known by now of the products of an index; filled as they are explained."""
    return {}


def _explain(
    told: _Told, product: ListedProduct, outcome: Outcome, asker: Asker
) -> tuple[RankingFactor, ...]:
    likelihood = words.likelihood(asker.readings, told.basis)
    return (
        _factor("likelihood", _likelihood(told.standing, outcome, asker), likelihood),
        told.cost,
        told.speed,
        _factor("fit", _fit(product.terms, asker.wish), words.fit(product.terms, asker.wish)),
    )


def _factor(code: str, value: float, said: words.Said) -> RankingFactor:
    return RankingFactor(code, NAMES[code], round(value, PLACES), WEIGHTS[code], *said)


def checkable_share(product: ListedProduct) -> float:
    """Return how much of a product's conditions the platform can check; 1 when it has none."""
    total = len(product.criteria) + len(product.text_conditions)
    return len(product.criteria) / total if total else 1.0


def daily_seed(product: ListedProduct, on: date) -> str:
    """Return what breaks a tie on this day; nobody can buy or keep it."""
    return hashlib.sha256(f"{on.isoformat()}:{product.product_id}".encode()).hexdigest()


def _match(index: ProductIndex, asker: Asker, rank: int, placed: Placed) -> ProductMatch:
    place, outcome, score = placed
    product, told = index.products[place], _told(index)
    if place not in told:
        counted = index.standings.get(product.product_id, NOTHING_COUNTED)
        read = _read_by(index.rule, counted)
        told[place] = _told_of(product, read, standings_of(index)[place])
    return ProductMatch(
        version_id=product.version_id,
        product_id=product.product_id,
        institution_id=product.institution_id,
        name=product.name,
        terms=product.terms,
        outcome=outcome,
        rank=rank,
        score=score,
        factors=_explain(told[place], product, outcome, asker),
        findings=findings_for(product, asker.readings),
        text_conditions=product.text_conditions,
    )


def _speed(terms: Terms, counted: ProductStanding) -> float:
    days = terms.promise_days
    promised = 0.0 if days is None else max(0.0, 1 - days / SLOWEST_DAYS)
    return promised if counted.kept_promise is None else promised * counted.kept_promise


def _fit(terms: Terms, wish: Wish) -> float:
    shares = _fit_shares(terms, wish)
    return sum(shares) / len(shares) if shares else 1.0


def _fit_shares(terms: Terms, wish: Wish) -> Sequence[float]:
    shares: list[float] = []
    if wish.amount_fen is not None:
        shares.append(_within(wish.amount_fen, terms.amount_min_fen, terms.amount_max_fen))
    if wish.term_months is not None:
        shares.append(_within(wish.term_months, terms.term_min_months, terms.term_max_months))
    if wish.guarantee is not None:
        shares.append(1.0 if wish.guarantee is terms.guarantee else 0.0)
    return shares


def _within(wanted: int, low: int | None, high: int | None) -> float:
    if high is None or wanted < (low or 0):
        return 0.0
    return 1.0 if wanted <= high else high / wanted
