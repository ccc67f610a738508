"""Public check of a credit report, 查验报告: by number and code, by scanning, or by its file."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.credit_reports import service
from xinyidai.credit_reports.service import limits
from xinyidai.credit_reports.values import (
    STANDING_SENTENCES,
    ReportStanding,
    VerificationOutcome,
    Verified,
)
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.web.chrome import format_moment
from xinyidai.web.public_credit import NOT_FOUND, UNPROCESSABLE, keep_out_of_indexes

LONGEST_NUMBER = 32

blueprint = Blueprint("report_check", __name__)
blueprint.after_request(keep_out_of_indexes)


@blueprint.get("/verify/report")
@allow(Role.PUBLIC)
def check_form() -> ResponseReturnValue:
    """Ask for number and code, or for the file; once typed, go to the answer."""
    number, code = _cleaned("no").upper()[:LONGEST_NUMBER], _cleaned("code").lower()
    if number and code:
        return redirect(url_for(".check_number", number=number, code=code))
    return render_template("public/verify_report.html", number=number, code=code, errors={})


@blueprint.get("/verify/report/<number>")
@allow(Role.PUBLIC)
def check_number(number: str) -> ResponseReturnValue:
    """Say whether the report of this number is genuine, and whether anything changed since."""
    limits.count_check(request.remote_addr)
    with own_transaction():
        verified = service.by_number(g.actor, number, _cleaned("code"))
    return _answer(verified)


@blueprint.post("/verify/report")
@allow(Role.PUBLIC)
def check_file() -> ResponseReturnValue:
    """Say the same of an uploaded file, and whether it is as it was signed, to the letter."""
    limits.count_check(request.remote_addr)
    sent = request.files.get("file")
    raw = sent.read() if sent else b""
    try:
        with own_transaction():
            verified = service.by_file(g.actor, raw)
    except InvalidInput as error:
        page = render_template("public/verify_report.html", number="", code="", errors=error.fields)
        return page, UNPROCESSABLE
    return _answer(verified)


def _answer(verified: Verified) -> ResponseReturnValue:
    is_known = verified.outcome is not VerificationOutcome.UNKNOWN
    page = render_template(
        "public/verify_report_result.html",
        outcome=verified.outcome.value,
        is_valid=verified.standing is ReportStanding.VALID,
        words=STANDING_SENTENCES[verified.standing] if verified.standing else "",
        facts=[{"label": label, "value": value} for label, value in verified.facts],
        checked_at=format_moment(verified.checked_at),
    )
    return page if is_known else (page, NOT_FOUND)


def _cleaned(name: str) -> str:
    return "".join(request.args.get(name, "").split())
