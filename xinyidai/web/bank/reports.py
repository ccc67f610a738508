"""Credit reports that an institution makes under a firm's authorization, 授权版信用报告."""

from uuid import UUID

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import REFUSAL_SENTENCES
from xinyidai.credit_reports import service
from xinyidai.credit_reports.values import STANDING_NAMES
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.http import page_args
from xinyidai.web import report_words
from xinyidai.web.bank.base import RECIPIENT, blueprint, pager_of, see_other

FORBIDDEN = 403


@blueprint.get("/reports")
@allow(*RECIPIENT)
def list_reports() -> ResponseReturnValue:
    """List the reports that this institution made."""
    page = page_args()
    rows, total = service.list_of_institution(g.actor, page)
    return render_template(
        "bank/reports.html",
        rows=report_words.report_rows(rows),
        labels=STANDING_NAMES,
        pager=pager_of(page, total),
    )


@blueprint.post("/consents/<uuid:consent_id>/report")
@allow(*RECIPIENT)
def make_report(consent_id: UUID) -> ResponseReturnValue:
    """Make a report: one look, one use; a form sent twice spends one."""
    try:
        with own_transaction():
            made = service.make_under_consent(g.actor, consent_id, request.form.get("key", ""))
            report_id = made.id
    except ConsentRefused as refusal:
        return _refused(refusal)
    return see_other("show_report", report_id=report_id)


@blueprint.get("/reports/<uuid:report_id>")
@allow(*RECIPIENT)
def show_report(report_id: UUID) -> ResponseReturnValue:
    """Show one report and how it stands."""
    row = service.read_row(g.actor, report_id)
    standing = service.standing_of(row.report)
    return render_template(
        "bank/report.html",
        row=report_words.report_row(row, standing),
        facts=report_words.report_facts(row),
        standing=report_words.standing_notice(standing),
        consent_url=url_for("bank.show_consent", consent_id=row.report.consent_id),
    )


@blueprint.get("/reports/<uuid:report_id>/report.pdf")
@allow(*RECIPIENT)
def report_pdf(report_id: UUID) -> ResponseReturnValue:
    """Give the report as PDF, as long as the authorization lets it be read again."""
    try:
        opened = service.open_report(g.actor, report_id)
    except ConsentRefused as refusal:
        return _refused(refusal)
    return report_words.pdf_of(opened)


@blueprint.get("/reports/<uuid:report_id>/report.json")
@allow(*RECIPIENT)
def report_json(report_id: UUID) -> ResponseReturnValue:
    """Give the report with its signature for programs."""
    try:
        opened = service.open_report(g.actor, report_id)
    except ConsentRefused as refusal:
        return _refused(refusal)
    return report_words.json_of(opened)


@blueprint.get("/looks/<uuid:snapshot_id>/report")
@allow(*RECIPIENT)
def report_of_look(snapshot_id: UUID) -> ResponseReturnValue:
    """Go from a look in the log to the report that it made."""
    found = service.find_of_look(g.actor, snapshot_id)
    return see_other("show_report", report_id=found.id)


def _refused(refusal: ConsentRefused) -> ResponseReturnValue:
    sentences = [REFUSAL_SENTENCES[reason] for reason in refusal.reasons]
    return render_template("bank/look_refused.html", sentences=sentences), FORBIDDEN
