"""Use cases of the score: the models' lives, and scores of firms."""

from xinyidai.scoring.service.looks import LookOrder, look
from xinyidai.scoring.service.models import (
    activate_model,
    active_scorer,
    approve_model,
    card_of,
    folder_of,
    get_model,
    read_report,
    register_model,
    retire_model,
    roll_back,
    rollback_target,
    scorer_of,
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
    "folder_of",
    "get_model",
    "inputs_of",
    "look",
    "read_report",
    "refresh_firm",
    "register_model",
    "retire_model",
    "roll_back",
    "rollback_target",
    "score_all",
    "score_firm",
    "scorer_of",
    "validate_model",
]
