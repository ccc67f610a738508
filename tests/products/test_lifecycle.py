"""Every legal step of a product version, and every other one refused."""

from itertools import product

import pytest

from xinyidai.kernel.errors import InvalidTransition
from xinyidai.products.lifecycle import LIFECYCLE
from xinyidai.products.values import ProductAction as A
from xinyidai.products.values import ProductVersionState as S

LEGAL = {
    (S.DRAFT, A.UPDATE): S.DRAFT,
    (S.DRAFT, A.EXEMPLIFY): S.DRAFT,
    (S.DRAFT, A.SUBMIT): S.UNDER_REVIEW,
    (S.DRAFT, A.DISCARD): S.DISCARDED,
    (S.UNDER_REVIEW, A.WITHDRAW): S.DRAFT,
    (S.UNDER_REVIEW, A.RETURN): S.DRAFT,
    (S.UNDER_REVIEW, A.LIST): S.LISTED,
    (S.LISTED, A.DELIST): S.DELISTED,
}


@pytest.mark.parametrize(("step", "target"), LEGAL.items())
def test_a_legal_step_leads_on(step, target):
    assert LIFECYCLE.next_state(*step) is target


@pytest.mark.parametrize("step", sorted(set(product(S, A)) - set(LEGAL)))
def test_any_other_step_is_refused(step):
    with pytest.raises(InvalidTransition):
        LIFECYCLE.next_state(*step)
