"""What the bank says of a lead, 线索反馈: of use, or why not."""

from uuid import UUID

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict, InvalidInput
from xinyidai.leads import service
from xinyidai.leads.values import REASON_NAMES, Feedback, FeedbackReason
from xinyidai.web.bank import lead_view
from xinyidai.web.bank.base import BANK, UNPROCESSABLE, blueprint, options, see_other

VALID = "valid"


@blueprint.get("/leads/feedback/<uuid:lead_id>")
@allow(*BANK)
def lead_feedback(lead_id: UUID) -> ResponseReturnValue:
    """Ask whether a lead was of use."""
    return _form(lead_id, {})


@blueprint.post("/leads/feedback/<uuid:lead_id>")
@allow(*BANK)
def give_feedback(lead_id: UUID) -> ResponseReturnValue:
    """Keep what the bank says; once."""
    row = service.read_lead(g.actor, lead_id)
    search_id = row.lead.search_id
    try:
        with own_transaction():
            service.feed_back(g.actor, lead_id, _feedback())
    except InvalidInput as error:
        return _form(lead_id, error.fields), UNPROCESSABLE
    except Conflict as error:
        flash(error.message, "error")
    else:
        flash("已收到反馈。", "ok")
    return see_other("show_search", search_id=search_id)


def _feedback() -> Feedback:
    outcome, note = request.form.get("outcome", ""), request.form.get("note", "")
    if outcome == VALID:
        return Feedback(is_valid=True, note=note)
    if outcome not in set(FeedbackReason):
        raise InvalidInput("请选择一项。", fields={"outcome": "请选择有效，或无效的原因。"})
    return Feedback(is_valid=False, reason=FeedbackReason(outcome), note=note)


def _form(lead_id: UUID, errors: dict[str, str]) -> str:
    return render_template(
        "bank/lead_feedback.html",
        lead=lead_view.lead_card(service.read_lead(g.actor, lead_id)),
        choices=[
            {"value": VALID, "label": "有效：企业有需求，也符合条件"},
            *options({code: f"无效：{name}" for code, name in REASON_NAMES.items()}),
        ],
        values={
            "outcome": request.form.get("outcome", ""),
            "note": request.form.get("note", ""),
        },
        errors=errors,
    )
