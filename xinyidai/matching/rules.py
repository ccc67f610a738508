"""Which products can serve a firm, why not, and what is missing; pure."""

from datetime import date

from xinyidai.matching.values import (
    FEWEST_DECIDED,
    FEWEST_LEADS,
    FEWEST_PROMISES,
    OutcomeCounts,
    ProductStanding,
    StandingBasis,
)
from xinyidai.products.values import Finding, ListedProduct, Outcome, Readings


def findings_for(product: ListedProduct, readings: Readings) -> tuple[Finding, ...]:
    """Return what each criterion of a product found, in the product's order."""
    return tuple([criterion.check(readings) for criterion in product.criteria])


ORDER = (Outcome.ELIGIBLE, Outcome.INSUFFICIENT, Outcome.INELIGIBLE)


def standing_from(counts: OutcomeCounts, counted_on: date | None = None) -> ProductStanding:
    """Return what counts of a product's outcomes: its own, else its peers', else what it declares.

    Fewer than `FEWEST_DECIDED` decisions, `FEWEST_PROMISES` promises or `FEWEST_LEADS` leads say
    nothing, neither good nor bad.
    """
    basis, approved, decided = StandingBasis.DECLARED, 0, 0
    if counts.decided >= FEWEST_DECIDED:
        basis, approved, decided = StandingBasis.PRODUCT, counts.approved, counts.decided
    elif counts.peer_decided >= FEWEST_DECIDED:
        basis, approved, decided = StandingBasis.PEERS, counts.peer_approved, counts.peer_decided
    return ProductStanding(
        approval_rate=_share(approved, decided, FEWEST_DECIDED),
        decided=decided,
        kept_promise=_share(counts.kept, counts.promised, FEWEST_PROMISES),
        lead_quality=_share(counts.leads_fit, counts.leads_judged, FEWEST_LEADS),
        promised=counts.promised,
        leads=counts.leads_judged,
        basis=basis,
        counted_on=counted_on,
    )


def _share(part: int, whole: int, fewest: int) -> float | None:
    return part / whole if whole >= fewest else None
