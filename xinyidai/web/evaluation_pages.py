"""The rule table of the public comprehensive evaluation, 评价规则公开: for anybody."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.evaluation_rules import evaluation_rules
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.web import evaluation_words as words

blueprint = Blueprint("evaluation", __name__)


@blueprint.get("/evaluation")
@allow(Role.PUBLIC)
def rules() -> ResponseReturnValue:
    """Show dimensions, items, points and grades, and what the evaluation is not."""
    table = evaluation_rules()
    return render_template("public/evaluation.html", rules=table, dimensions=words.rule_rows(table))
