"""The firm's own result of the public comprehensive evaluation, 公共信用综合评价."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.evaluation_rules import evaluation_rules
from xinyidai.credit_evaluations import service
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional
from xinyidai.web import evaluation_words as words
from xinyidai.web.enterprise.base import SEE_OTHER, actor, blueprint, firm_id
from xinyidai.web.enterprise.queries import get_firm


@blueprint.get("/evaluation")
@allow(Role.ENTERPRISE_USER)
def evaluation() -> ResponseReturnValue:
    """Show the result that holds today, item by item; where there is none, offer to make it."""
    found = service.find_current(actor(), firm_id())
    return render_template(
        "enterprise/evaluation.html",
        firm=get_firm(firm_id()),
        result=words.result_view(found) if found else None,
        history=words.history_rows(list(service.history(actor(), firm_id()))),
        rules=evaluation_rules(),
    )


@blueprint.post("/evaluation/refresh")
@allow(Role.ENTERPRISE_USER)
@transactional
def evaluation_refresh() -> ResponseReturnValue:
    """Evaluate the firm on its present facts."""
    service.evaluate_firm(firm_id())
    flash("评价已按今天的数据更新。", "ok")
    return redirect(url_for(".evaluation"), SEE_OTHER)
