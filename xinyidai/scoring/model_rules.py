"""Rules of a model's life: what may be activated, which version a rollback brings back."""

from collections.abc import Collection, Iterable
from uuid import UUID

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.lifecycle import ModelAction

LONGEST_OPINION = 500
# Whoever approves, retires or rolls back says why; the other steps may speak for themselves.
OPINION_NEEDED = frozenset({ModelAction.APPROVE, ModelAction.RETIRE, ModelAction.ROLL_BACK})


def opinion(text: str) -> str:
    """Return a person's words without blanks around them; raises `InvalidInput` when too long."""
    words = text.strip()
    if len(words) > LONGEST_OPINION:
        fault = f"意见最多 {LONGEST_OPINION} 个字。"
        raise InvalidInput(fault, fields={"opinion": fault})
    return words


def opinion_fault(action: ModelAction, text: str) -> dict[str, str]:
    """Return what is wrong with the words a person typed for a step."""
    if action in OPINION_NEEDED and not text.strip():
        return {"opinion": "请写明意见，例如检验结论或停用、回滚的原因。"}
    if len(text.strip()) > LONGEST_OPINION:
        return {"opinion": f"意见最多 {LONGEST_OPINION} 个字。"}
    return {}


def unknown_features(features: Collection[str], dictionary: Collection[str]) -> tuple[str, ...]:
    """Return the features that today's indicator dictionary does not have, in order."""
    return tuple(sorted(set(features) - set(dictionary)))


def restored_by_rollback(switches: Iterable[tuple[UUID, ModelAction, bool]]) -> UUID | None:
    """Return the version that a rollback brings back, or None where none was active before.

    `switches` are the steps into and out of use, oldest first: model, action, and whether it went
    out because another took its place. Rollbacks undo activations like a stack, so a second
    rollback never brings back the version that the first one took away.
    """
    stack: list[UUID] = []
    is_used = False
    for model_id, action, is_replaced in switches:
        if action is ModelAction.ACTIVATE:
            stack.append(model_id)
            is_used = True
        elif action is ModelAction.ROLL_BACK:
            # What a retirement took out of use is off the stack already.
            del stack[stack.index(model_id) + 1 :]
            is_used = True
        elif action is ModelAction.RETIRE and not is_replaced:
            stack = stack[:-1]
            is_used = False
    if is_used:
        stack = stack[:-1]
    return stack[-1] if stack else None
