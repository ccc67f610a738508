"""Credit reports of the firm, 信用报告: choose, see before, make, take away, who checked it."""

import secrets
from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.credit_reports import REPORTS, Edition, ReportEdition
from xinyidai.consents.rules import months_before
from xinyidai.credit_reports import service
from xinyidai.credit_reports.values import Draft, ReportOrder
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import page_args, public_url
from xinyidai.web import report_words
from xinyidai.web.enterprise.base import SEE_OTHER, actor, blueprint
from xinyidai.web.office.base import attempted, pager_of

USUAL_MONTHS = 36
KEY_BYTES = 16


@blueprint.get("/reports")
@allow(Role.ENTERPRISE_USER)
def reports() -> ResponseReturnValue:
    """Say which reports there are, and list those made."""
    page = page_args()
    rows, total = service.list_own(actor(), page)
    return render_template(
        "enterprise/reports.html",
        editions=REPORTS.editions.values(),
        rows=report_words.report_rows(rows),
        pager=pager_of(page, total),
    )


@blueprint.get("/reports/new")
@allow(Role.ENTERPRISE_USER)
def report_form() -> ResponseReturnValue:
    """Ask for use, and where the edition has one, for period and departments."""
    return _form(_edition(request.args.get("edition", "")), {})


@blueprint.post("/reports/preview")
@allow(Role.ENTERPRISE_USER)
def report_preview() -> ResponseReturnValue:
    """Show what the report would say; reading it is a look of the firm's own."""
    edition = _edition(request.form.get("edition", ""))
    draft: Draft | None = None
    with attempted("use") as attempt:
        order, faults = _order(edition)
        if not faults:
            with own_transaction():
                draft = service.preview(actor(), order)
    errors = {**attempt.errors, **faults} if attempt.errors or faults else {}
    if draft is None:
        return _form(edition, errors), attempt.status
    return render_template(
        "enterprise/report_preview.html",
        edition=edition,
        order=order,
        use=report_words.use_name(order.use),
        count=draft.record_count,
        preview=report_words.preview_of(draft.content),
        key=secrets.token_hex(KEY_BYTES),
    )


@blueprint.post("/reports")
@allow(Role.ENTERPRISE_USER)
def report_make() -> ResponseReturnValue:
    """Make the report; pressed twice it is made once."""
    edition = _edition(request.form.get("edition", ""))
    order, faults = _order(edition)
    report_id: UUID | None = None
    with attempted("use") as attempt:
        if not faults:
            with own_transaction():
                report_id = service.make_own(actor(), order).id
    if report_id is None:
        return _form(edition, {**attempt.errors, **faults}), attempt.status
    flash("报告已开具，可以下载。", "ok")
    return redirect(url_for(".report", report_id=report_id), SEE_OTHER)


@blueprint.get("/reports/<uuid:report_id>")
@allow(Role.ENTERPRISE_USER)
def report(report_id: UUID) -> ResponseReturnValue:
    """Show how a report stands, and who checked it."""
    row = service.read_row(actor(), report_id)
    standing = service.standing_of(row.report)
    return render_template(
        "enterprise/report.html",
        row=report_words.report_row(row, standing),
        facts=report_words.report_facts(row),
        standing=report_words.standing_notice(standing),
        checks=report_words.check_rows(service.checks_of(actor(), report_id)),
        check_url=service.check_url(row.report, public_url()),
        may_download=row.report.institution_id is None and standing.value != "corrected",
        edition=row.report.edition.value,
    )


@blueprint.get("/reports/<uuid:report_id>/report.pdf")
@allow(Role.ENTERPRISE_USER)
def report_pdf(report_id: UUID) -> ResponseReturnValue:
    """Give the report as PDF, marked with how it stands."""
    return report_words.pdf_of(service.open_report(actor(), report_id))


@blueprint.get("/reports/<uuid:report_id>/report.json")
@allow(Role.ENTERPRISE_USER)
def report_json(report_id: UUID) -> ResponseReturnValue:
    """Give the report with its signature for programs, other cities' among them."""
    return report_words.json_of(service.open_report(actor(), report_id))


def _edition(code: str) -> Edition:
    try:
        return REPORTS.editions[ReportEdition(code)]
    except ValueError as error:
        raise NotFound("没有这种报告，请从列表重新选择。") from error


def _order(edition: Edition) -> tuple[ReportOrder, dict[str, str]]:
    """Read the form; days that are none are faults of their fields."""
    if edition.code is not ReportEdition.NO_VIOLATION:
        order = ReportOrder(edition.code, _typed("use"), _typed("key"))
        return order, {}
    faults: dict[str, str] = {}
    order = ReportOrder(
        edition.code,
        _typed("use"),
        _typed("key"),
        _day("first", faults),
        _day("last", faults),
        tuple(request.form.getlist("departments")),
    )
    return order, faults


def _day(name: str, faults: dict[str, str]) -> date | None:
    if not _typed(name):
        return None
    try:
        return date.fromisoformat(_typed(name))
    except ValueError:
        faults[name] = "请填写日期，例如 2026-05-01。"
        return None


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()


def _form(edition: Edition, errors: dict[str, str]) -> str:
    today, offered = clock.today(), service.offered_departments()
    is_again = request.method == "POST"
    usual = {"first": months_before(today, USUAL_MONTHS).isoformat(), "last": today.isoformat()}
    return render_template(
        "enterprise/report_new.html",
        edition=edition,
        has_period=edition.code is ReportEdition.NO_VIOLATION,
        uses=[
            {"value": use.code, "label": use.name, "hint": f"依据：{use.basis}"}
            for use in REPORTS.uses.values()
            if edition.code in use.editions
        ],
        departments=[{"value": code, "label": name} for code, name in offered.items()],
        chosen=request.form.getlist("departments") if is_again else list(offered),
        typed={name: _typed(name) if is_again else usual.get(name, "") for name in FIELDS},
        errors=errors,
    )


FIELDS = ("use", "first", "last")
