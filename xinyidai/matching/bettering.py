"""What would better a product's place in the public order, 怎样提高: its own part, counted exactly.

Each suggestion is tried in the ranking formula itself, so the points it promises are those it
brings; what the formula does not read is never suggested.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from xinyidai.matching import counted_costs, ranking
from xinyidai.matching.counted_costs import CostKnown
from xinyidai.matching.rules import standing_from
from xinyidai.matching.values import (
    FEWEST_DECIDED,
    FEWEST_LEADS,
    FEWEST_PROMISES,
    Betterment,
    Lever,
    OutcomeCounts,
)
from xinyidai.products.values import ListedProduct

HUNDRED = 100
A_TENTH = 10  # of 100 decisions
A_POINT = Decimal("0.01")
PLACES = 1
PRICE = frozenset({Lever.FASTER, Lever.CHEAPER})  # worth weighing, but no omission


def own_points(product: ListedProduct, counts: OutcomeCounts) -> float:
    """Return the points of 100 that are the product's own, whoever asks and whatever is wished."""
    own = ranking.standing_of(product, standing_from(counts))
    weights = ranking.WEIGHTS
    share = weights["likelihood"] * own.chance / 2
    return HUNDRED * (share + weights["cost"] * own.cost + weights["speed"] * own.speed)


def betterments(product: ListedProduct, counts: OutcomeCounts) -> tuple[Betterment, ...]:
    """Return what would better the product's place: deeds, then price, then what counts later.

    Each with most points first.
    """
    found = [*_of_promises(product, counts), *_of_terms(product, counts)]
    found += [*_of_decisions(product, counts), *_of_leads(product, counts)]
    useful = [one for one in found if one.points is None or one.points > 0]
    return tuple(
        sorted(
            useful,
            key=lambda one: (one.points is None, one.lever in PRICE, -(one.points or 0.0)),
        )
    )


def _gain(
    product: ListedProduct,
    counts: OutcomeCounts,
    *,
    better: ListedProduct | None = None,
    come: OutcomeCounts | None = None,
) -> float:
    after = own_points(better or product, come or counts)
    return round(after - own_points(product, counts), PLACES)


def _of_promises(product: ListedProduct, counts: OutcomeCounts) -> Iterator[Betterment]:
    broken = counts.promised - counts.kept
    if not broken:
        return
    if counts.promised < FEWEST_PROMISES:
        yield Betterment(Lever.MORE_PROMISES, broken)
        return
    points = _gain(product, counts, come=replace(counts, kept=counts.promised))
    yield Betterment(Lever.KEEP, broken, points)


def _of_terms(product: ListedProduct, counts: OutcomeCounts) -> Iterator[Betterment]:
    terms = product.terms
    if terms.promise_days is None:
        yield Betterment(Lever.PROMISE, 0)
    elif terms.promise_days > 1:
        sooner = replace(product, terms=replace(terms, promise_days=terms.promise_days - 1))
        yield Betterment(Lever.FASTER, terms.promise_days, _gain(product, counts, better=sooner))
    yield from _of_saying(product, counts)
    if terms.rate_max is not None and terms.rate_max > A_POINT:
        cheaper = replace(product, terms=replace(terms, rate_max=terms.rate_max - A_POINT))
        yield Betterment(Lever.CHEAPER, 0, _gain(product, counts, better=cheaper))
    if product.text_conditions:
        points = _gain(product, counts, better=replace(product, text_conditions=()))
        yield Betterment(Lever.CHECKABLE, len(product.text_conditions), points)


def _of_saying(product: ListedProduct, counts: OutcomeCounts) -> Iterator[Betterment]:
    """Name what of the cost is not said; the points are those of a sheet without other fees."""
    terms, cost = product.terms, counted_costs.at_ceilings(product.terms)
    if cost.known is CostKnown.NO_RATE:
        yield Betterment(Lever.PUBLISH_RATE, 0)
    elif cost.known is CostKnown.NO_SHEET:
        open_ = replace(product, terms=replace(terms, cost_items=()))
        yield Betterment(Lever.PUBLISH_SHEET, 0, _gain(product, counts, better=open_))
    elif cost.unsaid:
        yield Betterment(Lever.FILL_FEES, len(cost.unsaid))


def _of_decisions(product: ListedProduct, counts: OutcomeCounts) -> Iterator[Betterment]:
    if counts.decided < FEWEST_DECIDED:
        yield Betterment(Lever.MORE_DECISIONS, FEWEST_DECIDED - counts.decided)
        return
    more = min(counts.decided, counts.approved + counts.decided // A_TENTH)
    points = _gain(product, counts, come=replace(counts, approved=more))
    yield Betterment(Lever.APPROVE, counts.decided - counts.approved, points)


def _of_leads(product: ListedProduct, counts: OutcomeCounts) -> Iterator[Betterment]:
    if counts.leads_judged < FEWEST_LEADS:
        yield Betterment(Lever.MORE_LEADS, FEWEST_LEADS - counts.leads_judged)
        return
    unfit = counts.leads_judged - counts.leads_fit
    points = _gain(product, counts, come=replace(counts, leads_fit=counts.leads_judged))
    yield Betterment(Lever.LEADS, unfit, points)
