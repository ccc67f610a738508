"""Random cost sheets, and the order of products told by the formula alone."""

from hypothesis import strategies as st

from tests.products.worlds import TODAY
from xinyidai.matching.counted_costs import CostKnown
from xinyidai.matching.index import Verdicts
from xinyidai.matching.ranking import rank_products
from xinyidai.products.values import BorneBy, CostBasis, CostCode, CostItem

NAMED = {known.value for known in CostKnown}
SHARES = st.decimals("0", "0.2", places=4)


@st.composite
def items(draw):
    """Draw one fee, small or large, said or not."""
    basis = draw(st.sampled_from(CostBasis))
    value = st.integers(0, 3_000_000) if basis is CostBasis.ONCE_FIXED else SHARES
    code = draw(st.sampled_from(CostCode))
    if code in {CostCode.EVALUATION_FEE, CostCode.NOTARY_FEE, CostCode.REGISTRATION_FEE}:
        small = st.decimals("0", "0.02", places=4)
        value = st.integers(0, 100_000) if basis is CostBasis.ONCE_FIXED else small
    note = "其他" if code is CostCode.OTHER else ""
    return CostItem(code, basis, draw(st.none() | value), draw(st.sampled_from(BorneBy)), note)


def sheets():
    """Draw a sheet of up to five fees, each named once."""
    return st.lists(
        items(), max_size=5, unique_by=lambda item: (item.basis, item.borne_by, item.name)
    ).map(tuple)


def ranks_before(index, asker):
    """Return the places of all products in public order, by the formula's own sorting."""
    verdicts = Verdicts(index.everything, 0, 0)
    ranked = rank_products(index, verdicts, asker, on=TODAY, limit=len(index.products))
    by_version = {product.version_id: place for place, product in enumerate(index.products)}
    return [by_version[match.version_id] for match in ranked]
