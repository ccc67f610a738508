"""Report how a loan stands, 登记还款情况: normal, overdue, paid back, written off."""

from uuid import UUID

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.applications import queries, service
from xinyidai.applications.service import Repayment
from xinyidai.applications.values import RepaymentState
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.web import wording
from xinyidai.web.bank.base import OFFICER, UNPROCESSABLE, blueprint, options, see_other
from xinyidai.web.bank.form_reading import FieldValues, FormReader


@blueprint.get("/applications/<uuid:application_id>/repayment")
@allow(*OFFICER)
def repayment_form(application_id: UUID) -> ResponseReturnValue:
    """Show the form."""
    return _form(application_id, {"as_of": clock.today().isoformat()}, {})


@blueprint.post("/applications/<uuid:application_id>/repayment")
@allow(*OFFICER)
def report_repayment(application_id: UUID) -> ResponseReturnValue:
    """Note how the loan stands, or show the form again with what is wrong."""
    try:
        with own_transaction():
            service.report_repayment(g.actor, application_id, _told(FormReader(request.form)))
    except InvalidInput as error:
        faults = error.fields or {"state": error.message}
        return _form(application_id, request.form.to_dict(), faults), UNPROCESSABLE
    flash("已登记还款情况，企业可以看到。", "ok")
    return see_other("show_application", application_id=application_id)


def _told(form: FormReader) -> Repayment:
    form.require(as_of="请填写截至日期。")
    state = form.choice("state", RepaymentState, "请选择还款状态。")
    as_of, days, amount = form.day("as_of"), form.whole("days_overdue"), form.wan("overdue")
    form.check()
    if state is None or as_of is None:
        raise InvalidInput("请补全信息。")
    return Repayment(state, as_of, days or 0, amount)


def _form(application_id: UUID, values: dict[str, str], errors: dict[str, str]) -> str:
    application = service.get_application(g.actor, application_id)
    return render_template(
        "bank/repayment.html",
        row=queries.get_row(application_id),
        application=application,
        values=FieldValues(values),
        errors=errors,
        states=options(wording.REPAYMENT_STATES),
    )
