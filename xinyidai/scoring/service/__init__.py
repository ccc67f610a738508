"""Use cases of the score: the models' lives, and scores of firms."""

from xinyidai.scoring.service.looks import LookOrder, look
from xinyidai.scoring.service.models import (
    activate_model,
    active_scorer,
    approve_model,
    card_of,
    register_model,
    retire_model,
    validate_model,
)
from xinyidai.scoring.service.scores import (
    find_current_score,
    inputs_of,
    refresh_firm,
    score_all,
    score_firm,
)

__all__ = [
    "LookOrder",
    "activate_model",
    "active_scorer",
    "approve_model",
    "card_of",
    "find_current_score",
    "inputs_of",
    "look",
    "refresh_firm",
    "register_model",
    "retire_model",
    "score_all",
    "score_firm",
    "validate_model",
]
