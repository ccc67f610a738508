"""A bank's applications, 申请: the filtered list and one application with all it needs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.applications import queries, service
from xinyidai.applications.lifecycle import HANDED_OVER, LIFECYCLE
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.queries import AT_BANK, ApplicationRow, WorkFilter
from xinyidai.applications.values import ApplicationState
from xinyidai.consents import queries as consents
from xinyidai.consents import service as consenting
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentState
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import Page, page_args
from xinyidai.kernel.money import format_wan
from xinyidai.products import queries as products
from xinyidai.web import repayments, wording
from xinyidai.web.bank import showing
from xinyidai.web.bank.base import OFFICER, PAGE_SIZES, bank_id, blueprint, options, pager_of
from xinyidai.web.bank.consent_view import consent_card
from xinyidai.web.bank.queries import PRE_LOAN
from xinyidai.web.chrome import format_day
from xinyidai.whitelist.priority_queries import find_priority, priorities_of

POST_LOAN = "post_loan"
AT_BANK_CODE = "at_bank"
SHOWN_STATES = tuple(state for state in ApplicationState if state is not ApplicationState.DRAFT)
DUE_NAMES = {
    "today": "今日到期",
    "overdue": "已超时",
    "resubmitted": "补件到齐",
    "priority": "白名单优先",
}


@blueprint.get("/applications")
@allow(*OFFICER)
def list_applications() -> ResponseReturnValue:
    """Show the list; the filter lives in the URL."""
    page = page_args()
    state, due = request.args.get("state", AT_BANK_CODE), request.args.get("due", "")
    text = request.args.get("q", "").strip()
    rows, total = _found(page, state, due, text)
    states = {AT_BANK_CODE: "待银行办理"} | {s.value: n for s, n in _state_names().items()}
    return render_template(
        "bank/applications.html",
        rows=list_rows(rows),
        labels=wording.APPLICATION_STATES,
        pager=pager_of(page, total),
        chosen={"state": state, "due": due, "q": text, "size": page.size},
        states=options(states),
        dues=options(DUE_NAMES),
        sizes=[{"value": size, "label": f"{size} 条"} for size in PAGE_SIZES],
    )


def _found(page: Page, state: str, due: str, text: str) -> tuple[Sequence[ApplicationRow], int]:
    if due and due not in DUE_NAMES:
        raise InvalidInput("没有这种时限筛选，请重新选择。", fields={"due": "请从列表里选择。"})
    if due == "resubmitted":
        return queries.list_resubmitted(bank_id(), page)
    today = clock.today()
    wanted = WorkFilter(
        states=_states(AT_BANK_CODE if due else state),
        due_on=today if due == "today" else None,
        overdue_at=today if due == "overdue" else None,
        text=text,
        priority_only=due == "priority",
    )
    return queries.work_list(bank_id(), page, wanted)


def _states(code: str) -> Sequence[ApplicationState]:
    if code == AT_BANK_CODE:
        return AT_BANK
    if not code:
        return SHOWN_STATES
    try:
        return (ApplicationState(code),)
    except ValueError as error:
        sentence = "没有这个申请状态，请重新选择。"
        raise InvalidInput(sentence, fields={"state": sentence}) from error


def _state_names() -> dict[ApplicationState, str]:
    return {state: wording.APPLICATION_STATES[state] for state in SHOWN_STATES}


def list_rows(rows: Sequence[ApplicationRow]) -> list[dict[str, Any]]:
    """Return the lines of a work list; `first` says why a firm is served first, or nothing."""
    firsts = priorities_of([row.application.enterprise_id for row in rows])
    return [
        {**_list_row(row), "first": showing.priority_words(firsts.get(row.enterprise.id))}
        for row in rows
    ]


def _list_row(row: ApplicationRow) -> dict[str, Any]:
    application = row.application
    url = url_for("bank.show_application", application_id=application.id)
    return {
        "firm": showing.link(url, row.enterprise.name),
        "firm_sub": row.enterprise.uscc,
        "number": application.application_no,
        "amount": format_wan(application.amount_applied_fen),
        "amount_sub": f"{application.term_months} 个月",
        "product": row.product_name,
        "officer": row.officer_name,
        "state": application.state.value,
        "left": showing.days_left(application),
        "promised": format_day(application.promised_on),
    }


@blueprint.get("/applications/<uuid:application_id>")
@allow(*OFFICER)
def show_application(application_id: UUID) -> ResponseReturnValue:
    """Show one application: facts, stage, consent with remaining uses, steps and actions."""
    application = service.get_application(g.actor, application_id)
    row = queries.get_row(application_id)
    steps = queries.steps_of(application_id)
    consent = consent_for(application)
    reached = showing.stage_reached(application, steps)
    return render_template(
        "bank/application.html",
        row=row,
        application=application,
        consent_labels=wording.CONSENT_STATES,
        facts=showing.application_rows(row),
        priority=showing.priority_words(find_priority(application.enterprise_id)),
        may_hand_over=application.state in HANDED_OVER,
        firm=showing.firm_rows(row.enterprise),
        stages=showing.stage_rows(steps),
        reached=reached.value,
        side="" if application.state in showing.ON_THE_ROAD else _label(application.state),
        left=showing.days_left(application),
        steps=showing.step_events(steps),
        actions=[str(action) for action in LIFECYCLE.actions_from(application.state)],
        consent=consent_card(consent, _required(application)) if consent else None,
        wanted_purpose=_purpose_for(application),
        decision=queries.latest_decision(application_id),
        payouts=queries.disbursements_of(application_id),
        repayments=repayments.lines_of(application_id),
    )


def _label(state: ApplicationState) -> str:
    return wording.APPLICATION_STATES[state]


def _required(application: LoanApplication) -> Sequence[str]:
    """Return the items that the product asks for; after the loan is paid out, none."""
    if _purpose_for(application) == POST_LOAN:
        return ()
    return products.get_version(application.product_version_id).required_items


def consent_for(application: LoanApplication) -> Consent | None:
    """Return the consent to look under: the application's own while it lives, else the newest."""
    firm, bank = application.enterprise_id, application.institution_id
    if _purpose_for(application) == POST_LOAN:
        return consents.active_for(firm, bank, POST_LOAN)
    own = consents.find(application.consent_id) if application.consent_id else None
    if own is not None and consenting.state_of(own) is ConsentState.ACTIVE:
        return own
    return consents.active_for(firm, bank, PRE_LOAN) or own


def _purpose_for(application: LoanApplication) -> str:
    paid = {ApplicationState.DISBURSED, ApplicationState.SETTLED}
    return POST_LOAN if application.state in paid else PRE_LOAN
