"""Every legal step of a financing need, and every other one refused."""

from itertools import product

import pytest

from xinyidai.financing_needs.lifecycle import LIFECYCLE
from xinyidai.financing_needs.values import FINANCING_NEED_STATE_NAMES
from xinyidai.financing_needs.values import FinancingNeedAction as A
from xinyidai.financing_needs.values import FinancingNeedState as S
from xinyidai.kernel.errors import InvalidTransition

LEGAL = {
    (S.DRAFT, A.UPDATE): S.DRAFT,
    (S.DRAFT, A.PUBLISH): S.PUBLISHED,
    (S.DRAFT, A.WITHDRAW): S.WITHDRAWN,
    (S.PUBLISHED, A.WITHDRAW): S.WITHDRAWN,
    (S.PUBLISHED, A.EXPIRE): S.EXPIRED,
}


@pytest.mark.parametrize(("step", "target"), LEGAL.items())
def test_a_legal_step_leads_on(step, target):
    assert LIFECYCLE.next_state(*step) is target


@pytest.mark.parametrize("step", sorted(set(product(S, A)) - set(LEGAL)))
def test_any_other_step_is_refused(step):
    with pytest.raises(InvalidTransition):
        LIFECYCLE.next_state(*step)


def test_every_state_has_a_chinese_name():
    assert set(FINANCING_NEED_STATE_NAMES) == set(S)
