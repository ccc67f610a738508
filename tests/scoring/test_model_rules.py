"""Which version a rollback brings back, and what a step needs."""

from uuid import uuid4

import pytest

from xinyidai.kernel.errors import InvalidInput, InvalidTransition
from xinyidai.scoring import model_rules
from xinyidai.scoring.lifecycle import LIFECYCLE
from xinyidai.scoring.lifecycle import ModelAction as A
from xinyidai.scoring.values import ModelState as S

ONE, TWO, THREE = uuid4(), uuid4(), uuid4()
USE = {
    "nothing": ([], None),
    "one": ([(ONE, A.ACTIVATE, False)], None),
    "two": ([(ONE, A.ACTIVATE, False), (ONE, A.RETIRE, True), (TWO, A.ACTIVATE, False)], ONE),
    "rolled back": (
        [(ONE, A.ACTIVATE, False), (TWO, A.ACTIVATE, False), (ONE, A.ROLL_BACK, False)],
        None,
    ),
    "after a rollback another": (
        [
            (ONE, A.ACTIVATE, False),
            (TWO, A.ACTIVATE, False),
            (ONE, A.ROLL_BACK, False),
            (THREE, A.ACTIVATE, False),
        ],
        ONE,
    ),
    "retired by hand": (
        [(ONE, A.ACTIVATE, False), (TWO, A.ACTIVATE, False), (TWO, A.RETIRE, False)],
        ONE,
    ),
    "the only one retired": ([(ONE, A.ACTIVATE, False), (ONE, A.RETIRE, False)], None),
}


@pytest.mark.parametrize(("steps", "expected"), USE.values(), ids=USE)
def test_a_rollback_undoes_the_last_activation_and_nothing_else(steps, expected):
    assert model_rules.restored_by_rollback(steps) == expected


ALLOWED = {
    (S.CANDIDATE, A.VALIDATE): S.VALIDATED,
    (S.VALIDATED, A.APPROVE): S.APPROVED,
    (S.APPROVED, A.ACTIVATE): S.ACTIVE,
    (S.RETIRED, A.ROLL_BACK): S.ACTIVE,
    (S.ACTIVE, A.RETIRE): S.RETIRED,
    (S.APPROVED, A.RETIRE): S.RETIRED,
    (S.VALIDATED, A.RETIRE): S.RETIRED,
}


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("action", A)
def test_every_other_step_is_refused(state, action):
    if (state, action) in ALLOWED:
        assert LIFECYCLE.next_state(state, action) is ALLOWED[state, action]
    else:
        with pytest.raises(InvalidTransition):
            LIFECYCLE.next_state(state, action)


def test_approval_retirement_and_rollback_need_words():
    needed = {action for action in A if model_rules.opinion_fault(action, "  ")}
    assert needed == {A.APPROVE, A.RETIRE, A.ROLL_BACK}
    assert model_rules.opinion_fault(A.VALIDATE, "字" * 501)
    with pytest.raises(InvalidInput):
        model_rules.opinion("字" * 501)
