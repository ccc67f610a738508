"""Read what figures are made of; one statement each."""

from xinyidai.reporting.queries.behind import rows_behind
from xinyidai.reporting.queries.conditions import ever_reached, refused_within, within
from xinyidai.reporting.queries.funnel import Basis, decision_days, reached_steps
from xinyidai.reporting.queries.lending import (
    decided,
    decline_reasons,
    disbursed,
    granted,
    population,
)
from xinyidai.reporting.queries.priority import priority_behind, priority_counts

__all__ = [
    "Basis",
    "decided",
    "decision_days",
    "decline_reasons",
    "disbursed",
    "ever_reached",
    "granted",
    "population",
    "priority_behind",
    "priority_counts",
    "reached_steps",
    "refused_within",
    "rows_behind",
    "within",
]
