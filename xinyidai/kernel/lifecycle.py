"""A state machine as a table: which action leads from which states to which."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from xinyidai.kernel.errors import InvalidTransition

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True)
class Step(Generic[S]):
    """One row of the table."""

    sources: frozenset[S]
    target: S


@dataclass(frozen=True)
class Lifecycle(Generic[S, A]):
    """All rows of the table."""

    steps: Mapping[A, Step[S]]

    def next_state(self, current: S, action: A) -> S:
        """Return the state after `action`, or raise `InvalidTransition`."""
        step = self.steps.get(action)
        if step is None or current not in step.sources:
            raise InvalidTransition(
                "当前状态不能进行这项操作，请刷新页面查看最新进展。",
                details={"state": str(current), "action": str(action)},
            )
        return step.target

    def actions_from(self, current: S) -> tuple[A, ...]:
        """Return the actions that lead somewhere from `current`, in the table's order."""
        return tuple(action for action, step in self.steps.items() if current in step.sources)
