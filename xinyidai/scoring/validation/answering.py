"""Answers to the thirty questions: text, figures, and a small script that computes them again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xinyidai.scoring.validation.facts import FACTS
from xinyidai.scoring.validation.questions import Question
from xinyidai.scoring.validation.report import Check, ValidationReport
from xinyidai.scoring.validation.subject import Subject

_SCRIPT = '''"""第 {number} 问，{title}：{question}

用法：python script.py 模型目录 标注表
打印的数字与同目录 numbers.json 相同。
"""

import sys
from pathlib import Path

from xinyidai.scoring.validation import answering{facts_import}
{imports}from xinyidai.scoring.validation.subject import Counts, load

subject = load(
    Path(sys.argv[1]), Path(sys.argv[2]), lambda line: print(line, file=sys.stderr){time_column}
)
counts = Counts({counts})
numbers = answering.numbers(
    checks=[{checks}],
    facts={{{facts}}},
)
print(answering.as_text(numbers), end="")
'''


@dataclass(frozen=True)
class Answer:
    """One question with its checks, its facts and its script."""

    question: Question
    checks: tuple[Check, ...]
    facts: Mapping[str, Mapping[str, Any]]
    script: str

    @property
    def numbers(self) -> dict[str, object]:
        """Everything that was computed for the answer."""
        return numbers(checks=self.checks, facts=self.facts)

    @property
    def verdict(self) -> str:
        """The worst verdict of its checks; 已答 where it has none."""
        verdicts = {check.verdict for check in self.checks}
        order = ("未通过", "须说明", "不评价", "通过")
        return next((word for word in order if word in verdicts), "已答")


def answer(question: Question, subject: Subject, found: ValidationReport) -> Answer:
    """Answer one question from a report already made and from the subject.

    Raises `ValueError` for a question that names a check the report lacks, or an unknown fact.
    """
    made = {check.code: check for check in found.checks}
    unknown = [c for c in question.checks if c not in made] + [
        name for name in question.facts if name not in FACTS
    ]
    if unknown:
        raise ValueError(f"question {question.number} names {unknown}, which nothing computes")
    checks = tuple(made[code] for code in question.checks)
    facts = {name: FACTS[name](subject) for name in question.facts}
    return Answer(question, checks, facts, script_of(question, checks, subject, found))


def numbers(checks: Any, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, object]:
    """Return checks and facts as plain values, without who made them."""
    return {
        "checks": {
            check.code: {
                "name": check.name,
                "value": check.value,
                "limit": check.limit,
                "n": check.n,
                "passed": check.passed,
                "numbers": dict(check.numbers),
            }
            for check in checks
        },
        "facts": {name: dict(values) for name, values in facts.items()},
    }


def as_text(found: Mapping[str, object]) -> str:
    """Return numbers as the text of `numbers.json`."""
    return json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def script_of(
    question: Question, checks: tuple[Check, ...], subject: Subject, found: ValidationReport
) -> str:
    """Return the source of the script that computes a question's figures again."""
    parts = [check.made_by.split(":") for check in checks]
    imports = "".join(f"from {module} import {name}\n" for module, name in sorted(parts))
    times = subject.table.spec.time_column
    return _SCRIPT.format(
        number=question.number,
        title=question.title,
        question=question.question,
        facts_import=", facts" if question.facts else "",
        imports=imports,
        time_column=f', time_column="{times}"' if times else "",
        counts=", ".join(f"{name}={count}" for name, count in found.counts.items()),
        checks=", ".join(f"{name}(subject, counts)" for _, name in parts),
        facts=", ".join(f'"{name}": facts.FACTS["{name}"](subject)' for name in question.facts),
    )
