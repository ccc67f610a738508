"""Use cases of the score: the models' lives, and scores of firms."""

from xinyidai.scoring.service.disclosing import disclose_credit
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
    "activate_model",
    "active_scorer",
    "approve_model",
    "card_of",
    "disclose_credit",
    "find_current_score",
    "inputs_of",
    "refresh_firm",
    "register_model",
    "retire_model",
    "score_all",
    "score_firm",
    "validate_model",
]
