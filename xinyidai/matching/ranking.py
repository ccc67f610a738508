"""The public ranking rule, 排序规则: four factors, fixed weights, no paid placement.

place = outcome first (符合，数据不足，不符合), then
score = 0.35 · likelihood + 0.30 · cost + 0.15 · speed + 0.20 · fit, then a seed that changes daily.

likelihood  outcome (1, ½, 0) × (½ · grade + ½ · share of the conditions the platform can check).
            The same grade counts for every product of a firm; no grade counts as the lowest, so
            that withholding it gains nothing. It is a feasibility hint and never a credit score.
cost        1 − all-in yearly cost ÷ 12 %, not below 0; an unpublished rate counts 0.
speed       1 − promised working days ÷ 20, not below 0; no promise counts 0.
fit         mean over what the firm stated of: amount, term, guarantee.

What a bank does not publish never ranks above what another bank does.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from types import MappingProxyType

from xinyidai.kernel.money import format_wan
from xinyidai.matching.index import ProductIndex, Verdicts, places
from xinyidai.matching.rules import ORDER, findings_for
from xinyidai.matching.values import ProductMatch, RankingFactor, Wish
from xinyidai.products.values import (
    GRADE_RANKS,
    GRADES,
    GUARANTEE_NAMES,
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
DEAREST_RATE = 0.12
SLOWEST_DAYS = 20
PLACES = 9


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

    checkable: float
    cost: float
    speed: float


def rank_products(
    index: ProductIndex, verdicts: Verdicts, asker: Asker, *, on: date, limit: int
) -> list[ProductMatch]:
    """Return the first `limit` products in public order; reasons only for those returned."""
    standings, seeds = _standings(index), _seeds(index, on)
    ordered: list[tuple[int, Outcome, float]] = []
    for outcome in ORDER:
        if len(ordered) >= limit:
            break
        scored = [
            (-_score(standings[place], index.products[place], outcome, asker), seeds[place], place)
            for place in places(verdicts.mask(outcome))
        ]
        ordered += [(place, outcome, -minus) for minus, _, place in sorted(scored)]
    return [
        _match(index.products[place], outcome, asker, rank=rank, score=score)
        for rank, (place, outcome, score) in enumerate(ordered[:limit], start=1)
    ]


def score_of(product: ListedProduct, outcome: Outcome, asker: Asker) -> float:
    """Return the weighted sum of the four factors, rounded to 9 places."""
    return _score(standing_of(product), product, outcome, asker)


def standing_of(product: ListedProduct) -> Standing:
    """Return the part of the factors that is the product's own."""
    return Standing(checkable_share(product), _cost(product.terms), _speed(product.terms))


@lru_cache(maxsize=2)
def _standings(index: ProductIndex) -> tuple[Standing, ...]:
    return tuple(standing_of(product) for product in index.products)


@lru_cache(maxsize=2)
def _seeds(index: ProductIndex, on: date) -> tuple[str, ...]:
    return tuple(daily_seed(product, on) for product in index.products)


def _score(standing: Standing, product: ListedProduct, outcome: Outcome, asker: Asker) -> float:
    values = _factor_values(standing, product, outcome, asker)
    return round(sum(WEIGHTS[code] * value for code, value in values.items()), PLACES)


def _factor_values(
    standing: Standing, product: ListedProduct, outcome: Outcome, asker: Asker
) -> dict[str, float]:
    return {
        "likelihood": OUTCOME_WEIGHTS[outcome]
        * (0.5 * asker.grade_share + 0.5 * standing.checkable),
        "cost": standing.cost,
        "speed": standing.speed,
        "fit": _fit(product.terms, asker.wish),
    }


def explain(product: ListedProduct, outcome: Outcome, asker: Asker) -> tuple[RankingFactor, ...]:
    """Return the factors with weight and a plain sentence each, 「为什么排在这里」."""
    values = _factor_values(standing_of(product), product, outcome, asker)
    texts = {
        "likelihood": _likelihood_text(product, asker),
        "cost": _cost_text(product.terms),
        "speed": _speed_text(product.terms),
        "fit": _fit_text(product.terms, asker.wish),
    }
    return tuple(
        RankingFactor(code, NAMES[code], round(value, PLACES), WEIGHTS[code], texts[code])
        for code, value in values.items()
    )


def checkable_share(product: ListedProduct) -> float:
    """Return how much of a product's conditions the platform can check; 1 when it has none."""
    total = len(product.criteria) + len(product.text_conditions)
    return len(product.criteria) / total if total else 1.0


def daily_seed(product: ListedProduct, on: date) -> str:
    """Return what breaks a tie on this day; nobody can buy or keep it."""
    return hashlib.sha256(f"{on.isoformat()}:{product.product_id}".encode()).hexdigest()


def _match(
    product: ListedProduct, outcome: Outcome, asker: Asker, *, rank: int, score: float
) -> ProductMatch:
    return ProductMatch(
        version_id=product.version_id,
        product_id=product.product_id,
        institution_id=product.institution_id,
        name=product.name,
        terms=product.terms,
        outcome=outcome,
        rank=rank,
        score=score,
        factors=explain(product, outcome, asker),
        findings=findings_for(product, asker.readings),
        text_conditions=product.text_conditions,
    )


def _cost(terms: Terms) -> float:
    rate = terms.all_in_rate
    return 0.0 if rate is None else max(0.0, 1 - float(rate) / DEAREST_RATE)


def _speed(terms: Terms) -> float:
    days = terms.promise_days
    return 0.0 if days is None else max(0.0, 1 - days / SLOWEST_DAYS)


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


def _likelihood_text(product: ListedProduct, asker: Asker) -> str:
    grade = asker.readings.get("grade")
    known = f"信用等级 {grade}" if isinstance(grade, str) else "暂无信用等级，按最低档计"
    if not product.text_conditions:
        return f"{known};产品条件平台均可核对。"
    return f"{known};另有 {len(product.text_conditions)} 项条件须由银行核对。"


def _cost_text(terms: Terms) -> str:
    rate = terms.all_in_rate
    if rate is None:
        return "银行未公布最高利率，本项按 0 计。"
    return f"年化综合成本最高 {rate * 100:.2f}%。"


def _speed_text(terms: Terms) -> str:
    if terms.promise_days is None:
        return "银行未承诺办理时限，本项按 0 计。"
    return f"银行承诺 {terms.promise_days} 个工作日内答复。"


def _fit_text(terms: Terms, wish: Wish) -> str:
    if wish == Wish():
        return "您没有填写需求，本项对所有产品相同。"
    parts: list[str] = []
    if wish.amount_fen is not None:
        limit = "未公布" if terms.amount_max_fen is None else format_wan(terms.amount_max_fen)
        parts.append(f"您需要 {format_wan(wish.amount_fen)},产品最高额度{limit}")
    if wish.term_months is not None:
        longest = "未公布" if terms.term_max_months is None else f"{terms.term_max_months} 个月"
        parts.append(f"您需要 {wish.term_months} 个月，产品最长期限{longest}")
    if wish.guarantee is not None:
        parts.append(f"产品担保方式为{GUARANTEE_NAMES[terms.guarantee]}")
    return ";".join(parts) + "。"
