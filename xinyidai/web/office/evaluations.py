"""The public comprehensive evaluation of the city: how grades are spread, never which firm."""

from collections.abc import Callable, Sequence

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.evaluation_rules import EvaluationGrade, evaluation_rules
from xinyidai.credit_evaluations import queries, service
from xinyidai.credit_evaluations.queries import GradeCount
from xinyidai.enterprises.reference import industries
from xinyidai.enterprises.values import EnterpriseScale
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.jobs import enqueue
from xinyidai.web import evaluation_words as words
from xinyidai.web.office.base import OFFICE, OVERSIGHT, Row, blueprint
from xinyidai.web.wording import SCALES

SEE_OTHER = 303
NO_GRADE = "none"
LETTERS = (*(grade.value for grade in EvaluationGrade), None)


@blueprint.get("/evaluations")
@allow(*OVERSIGHT)
def evaluations() -> ResponseReturnValue:
    """Show how many firms have which grade, in all, by industry and by size."""
    rules = evaluation_rules()
    whole = {row.grade: row.firms for row in service.spread(g.actor)}
    evaluated, firms = sum(whole.values()), queries.count_firms()
    return render_template(
        "office/evaluations.html",
        rules=rules,
        grades=[_grade_row(letter, whole, evaluated) for letter in LETTERS],
        evaluated=evaluated,
        waiting=firms - evaluated,
        sections=_table(service.spread(g.actor, "section"), _section_name),
        scales=_table(service.spread(g.actor, "scale"), lambda code: SCALES[EnterpriseScale(code)]),
        fewest=service.FEWEST_FIRMS,
        dimensions=words.rule_rows(rules),
    )


@blueprint.post("/evaluations/run")
@allow(*OFFICE)
def evaluations_run() -> ResponseReturnValue:
    """Ask the worker to evaluate every firm; pressed twice, it runs once."""
    with own_transaction():
        enqueue("credit_evaluations.evaluate_all", once="credit_evaluations.evaluate_all")
    flash("已安排评价全部企业，完成后本页的数字会更新。", "ok")
    return redirect(url_for(".evaluations"), SEE_OTHER)


def _grade_row(letter: str | None, whole: dict[str | None, int], evaluated: int) -> Row:
    count = whole.get(letter, 0)
    bands = evaluation_rules().bands
    return {
        "label": f"{letter} {bands[letter].name}" if letter else "数据不足",
        "value": count,
        "text": f"{count:,} 家（{count / evaluated:.1%}）" if evaluated else "0 家",
    }


def _section_name(code: str) -> str:
    entry = industries().get(code)
    return f"{code} {entry.name}" if entry else code


def _table(found: Sequence[GradeCount], name_of: Callable[[str], str]) -> list[Row]:
    """Return one row for each group: how many firms of it have which grade."""
    groups: dict[str, dict[str, int]] = {}
    for row in found:
        counts = groups.setdefault(row.group or "", {})
        counts[row.grade or NO_GRADE] = row.firms
    return [
        {
            "name": name_of(code),
            "total": sum(counts.values()),
            **{letter or NO_GRADE: counts.get(letter or NO_GRADE, 0) for letter in LETTERS},
        }
        for code, counts in sorted(groups.items())
    ]
