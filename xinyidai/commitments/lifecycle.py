"""The lives of a commitment and of a template as tables.

`SIGN` creates a commitment in `active`. A finding is final here: it goes only with its record, by
objection (异议) or repair (信用修复).
"""

from xinyidai.commitments.values import CommitmentAction as A
from xinyidai.commitments.values import CommitmentState as S
from xinyidai.commitments.values import TemplateAction, TemplateState
from xinyidai.kernel.lifecycle import Lifecycle, Step

UNDECIDED = frozenset({S.ACTIVE, S.SUPPLIED, S.EXPIRED})
LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.SUPPLY: Step(UNDECIDED, S.SUPPLIED),
        A.KEEP: Step(UNDECIDED, S.KEPT),
        A.BREAK: Step(UNDECIDED, S.BROKEN),
        A.EXPIRE: Step(frozenset({S.ACTIVE, S.SUPPLIED}), S.EXPIRED),
        A.ANNUL: Step(frozenset({S.KEPT, S.BROKEN}), S.ANNULLED),
        A.CLOSE: Step(UNDECIDED, S.CLOSED),
    }
)
TEMPLATES: Lifecycle[TemplateState, TemplateAction] = Lifecycle(
    {
        TemplateAction.APPROVE: Step(frozenset({TemplateState.DRAFT}), TemplateState.IN_FORCE),
        TemplateAction.RETIRE: Step(
            frozenset({TemplateState.DRAFT, TemplateState.IN_FORCE}), TemplateState.RETIRED
        ),
    }
)
