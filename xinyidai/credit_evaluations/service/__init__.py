"""Use cases of the evaluation: one firm, every firm, and how the grades are spread."""

from xinyidai.credit_evaluations.service.evaluating import evaluate_all, evaluate_firm
from xinyidai.credit_evaluations.service.reading import (
    FEWEST_FIRMS,
    find_current,
    history,
    recomputes,
    spread,
)

__all__ = [
    "FEWEST_FIRMS",
    "evaluate_all",
    "evaluate_firm",
    "find_current",
    "history",
    "recomputes",
    "spread",
]
