"""Why a firm that authorized an institution is a lead: what it was invited for, or what fits."""

from collections.abc import Sequence
from uuid import UUID

from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.leads import policies, queries, rules
from xinyidai.matching import service as matching
from xinyidai.products.values import (
    NO_RECORD,
    ListedProduct,
    Outcome,
    Readings,
    Wish,
    readings_of,
)

MOST_PRODUCTS = 2


def reasons_for(actor: Actor, firms: Sequence[Enterprise]) -> dict[UUID, list[str]]:
    """Return for each firm why it may be one for the actor's institution, in plain words.

    A firm that accepted an invitation met its conditions then. Of any other only the public
    register is read here: which of the institution's products it does not rule out.
    """
    institution_id = policies.require_seeker(actor)
    invited = queries.accepted_reasons(institution_id, [firm.id for firm in firms])
    listed = matching.current_index().products
    own = [product for product in listed if product.institution_id == institution_id]
    return {firm.id: invited.get(firm.id) or _fitting(firm, own) for firm in firms}


def _fitting(firm: Enterprise, own: Sequence[ListedProduct]) -> list[str]:
    readings = readings_of(matching.subject_from(firm, {}), Wish(), on=clock.today())
    found = [(product, _public_fit(product, readings)) for product in own]
    open_ones = [(product, met) for product, met in found if met is not None]
    open_ones.sort(key=lambda pair: (-pair[1], pair[0].name))
    return [
        f"登记信息符合“{product.name}”的 {met}/{len(product.criteria)} 项条件，其余查看后核对"
        for product, met in open_ones[:MOST_PRODUCTS]
    ]


def _public_fit(product: ListedProduct, readings: Readings) -> int | None:
    """Return how many conditions the register meets, or None where it fails one or meets none."""
    public = [c for c in product.criteria if c.field.code in rules.REGISTER_FIELDS]
    outcomes = [c.judge(readings.get(c.field.code, NO_RECORD)) for c in public]
    if Outcome.INELIGIBLE in outcomes:
        return None
    return outcomes.count(Outcome.ELIGIBLE) or None
