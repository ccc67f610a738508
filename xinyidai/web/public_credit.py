"""Public query, 一键查询, and what a scanned credit code shows, 信用码; for anyone.

These pages read records by GET, so that an address can be kept and a code be scanned: the log of
the query is all that they write.
"""

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.repairs import REPAIRS
from xinyidai.credit_reports import service
from xinyidai.credit_reports.service import limits
from xinyidai.credit_reports.values import (
    CodeEnd,
    NameSearch,
    PublicCredit,
    PublicSection,
    ShownRecord,
)
from xinyidai.kernel import uscc
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.web.chrome import format_day, format_moment

NOT_FOUND, GONE, UNPROCESSABLE = 404, 410, 422
ENDED = {
    CodeEnd.RENEWED: "这个信用码已经更换。请向企业索取新的二维码。",
    CodeEnd.SWITCHED_OFF: "企业已经停用这个信用码。",
}

blueprint = Blueprint("public_credit", __name__)


@blueprint.after_request
def keep_out_of_indexes(response: Response) -> Response:
    """Let no search engine keep what a repair must be able to take away, nor any cache."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/credit")
@allow(Role.PUBLIC)
def search() -> ResponseReturnValue:
    """Ask for a name or code; a whole code leads to the firm, a name to a short list."""
    text = request.args.get("q", "").strip()
    if not text:
        return _search(text)
    if uscc.is_valid(text):
        return redirect(url_for(".firm", code=uscc.compact(text)))
    limits.count_query(request.remote_addr)
    try:
        if _looks_like_a_code(text):
            service.find_by_code(text)
        found = service.search_names(text)
    except InvalidInput as error:
        return _search(text, errors={"q": error.message}), UNPROCESSABLE
    return _search(text, found=found)


@blueprint.get("/credit/<code>")
@allow(Role.PUBLIC)
def firm(code: str) -> ResponseReturnValue:
    """Show what is public of one firm now."""
    limits.count_query(request.remote_addr)
    try:
        found = service.find_by_code(code)
    except InvalidInput as error:
        return _search(code, errors={"q": error.message}), UNPROCESSABLE
    except NotFound as error:
        return _search(code, errors={"q": error.message}), NOT_FOUND
    with own_transaction():
        credit = service.read_credit(g.actor, found, "public_query")
    return _page(credit, back=url_for(".search"))


@blueprint.get("/c/<token>")
@allow(Role.PUBLIC)
def scanned(token: str) -> ResponseReturnValue:
    """Show what is public of the firm whose code was scanned; a dead code says that it is."""
    limits.count_scan(request.remote_addr)
    try:
        code = service.find_code(token)
    except NotFound as error:
        return render_template("public/credit_code_gone.html", words=error.message), NOT_FOUND
    if code.end_reason is not None:
        words = ENDED[code.end_reason]
        return render_template("public/credit_code_gone.html", words=words), GONE
    with own_transaction():
        credit = service.read_scanned(g.actor, code)
    return _page(credit, back="")


def section_of(section: PublicSection) -> dict[str, Any]:
    """Return one section in words, for this page and for a report's preview."""
    return {
        "code": section.code,
        "name": section.name,
        "is_collected": section.is_collected,
        "lacking": section.lacking,
        "records": [record_of(record) for record in section.records],
    }


def record_of(record: ShownRecord) -> dict[str, Any]:
    """Return one record in words."""
    return {
        "name": record.name,
        "on": format_day(record.occurred_on),
        "source": record.source,
        "collected": format_day(record.collected_on),
        "until": format_day(record.ends_on) if record.ends_on else "",
        "basis": record.legal_basis,
        "marked": record.is_marked,
        "facts": [{"label": label, "value": value} for label, value in record.fields],
    }


def _looks_like_a_code(text: str) -> bool:
    return uscc.compact(text).isascii() and uscc.compact(text).isalnum()


def _search(
    text: str, *, found: NameSearch | None = None, errors: dict[str, str] | None = None
) -> str:
    return render_template("public/credit_search.html", text=text, found=found, errors=errors or {})


def _page(credit: PublicCredit, *, back: str) -> str:
    return render_template(
        "public/credit.html",
        credit=credit,
        as_of=format_moment(credit.as_of),
        sections=[section_of(section) for section in credit.sections],
        repairs=REPAIRS,
        back=back,
    )
