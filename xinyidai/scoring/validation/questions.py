"""The validator's thirty questions (三十问): strict loader of `questions.yaml`."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("questions.yaml")
COUNT = 30
_KEYS = frozenset({"number", "title", "question", "answer", "facts", "checks", "missing"})


@dataclass(frozen=True)
class Question:
    """One question, the text of its answer, and what computes the rest of it.

    `facts` and `checks` are names; `missing` says who must answer where this platform cannot.
    """

    number: int
    title: str
    question: str
    answer: str
    facts: tuple[str, ...]
    checks: tuple[str, ...]
    missing: str


@lru_cache
def questions() -> tuple[Question, ...]:
    """Return all thirty in order; raise `ValueError` for an unknown key or a gap in the numbers."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    found = tuple(_question(item) for item in document["questions"])
    if [question.number for question in found] != list(range(1, COUNT + 1)):
        raise ValueError("the questions are not numbered from 1 to 30")
    return found


def _question(item: dict[str, Any]) -> Question:
    unknown = sorted(set(item) - _KEYS)
    if unknown:
        raise ValueError(f"question {item.get('number')} has unknown keys: {unknown}")
    return Question(
        number=int(item["number"]),
        title=str(item["title"]),
        question=str(item["question"]),
        answer=str(item["answer"]),
        facts=tuple(item.get("facts", ())),
        checks=tuple(item.get("checks", ())),
        missing=str(item.get("missing", "")),
    )
