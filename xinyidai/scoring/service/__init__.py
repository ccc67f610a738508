"""Use cases of the score: the models' lives, and scores of firms."""

from xinyidai.scoring.artefacts import Artefact, ArtefactRefused
from xinyidai.scoring.model_rules import opinion_fault
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.service.batch_scores import count_dirty, score_all, score_dirty
from xinyidai.scoring.service.looks import LookOrder, look
from xinyidai.scoring.service.models import (
    activate_model,
    active_scorer,
    approve_model,
    artefact_of,
    card_of,
    folder_of,
    get_model,
    read_report,
    register_model,
    retire_model,
    roll_back,
    rollback_target,
    scorer_of,
    sound_scorer,
    validate_model,
)
from xinyidai.scoring.service.recomputing import Difference, recompute, recompute_looks
from xinyidai.scoring.service.scores import (
    find_current_score,
    inputs_of,
    refresh_firm,
    score_firm,
)
from xinyidai.scoring.validation.report import Check, ReportRefused, ValidationReport

__all__ = [
    "Artefact",
    "ArtefactRefused",
    "Check",
    "Difference",
    "LookOrder",
    "ReportRefused",
    "Scorer",
    "ValidationReport",
    "activate_model",
    "active_scorer",
    "approve_model",
    "artefact_of",
    "card_of",
    "count_dirty",
    "find_current_score",
    "folder_of",
    "get_model",
    "inputs_of",
    "look",
    "opinion_fault",
    "read_report",
    "recompute",
    "recompute_looks",
    "refresh_firm",
    "register_model",
    "retire_model",
    "roll_back",
    "rollback_target",
    "score_all",
    "score_dirty",
    "score_firm",
    "scorer_of",
    "sound_scorer",
    "validate_model",
]
