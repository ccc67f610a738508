"""The firm's credit code, 信用码: switch on, print, renew, switch off."""

import io
from uuid import UUID

import segno
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.credit_records.service import own_looks
from xinyidai.credit_reports import service
from xinyidai.credit_reports.models import CreditCode
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import public_url
from xinyidai.web.chrome import format_moment
from xinyidai.web.enterprise.base import SEE_OTHER, actor, blueprint, firm_id, read_id
from xinyidai.web.enterprise.receipts import attachment

CORRECTION = "q"
SCALE = 6


@blueprint.get("/credit-code")
@allow(Role.ENTERPRISE_USER)
def credit_code() -> ResponseReturnValue:
    """Show the code in use, how often it was scanned, and what can be done with it."""
    code = service.own_code(actor())
    url = service.code_url(code, public_url()) if code else ""
    scans = own_looks.public_counts(actor(), firm_id(), code.made_at)["credit_code"] if code else 0
    return render_template(
        "enterprise/credit_code.html",
        code=code,
        url=url,
        made_at=format_moment(code.made_at) if code else "",
        scans=scans,
    )


@blueprint.get("/credit-code/code.svg")
@allow(Role.ENTERPRISE_USER)
def credit_code_svg() -> ResponseReturnValue:
    """Give the code as a picture."""
    stream = io.BytesIO()
    made = segno.make(service.code_url(_code(), public_url()), error=CORRECTION, micro=False)
    made.save(stream, kind="svg", scale=SCALE, xmldecl=False)
    return stream.getvalue(), {"Content-Type": "image/svg+xml; charset=utf-8"}


@blueprint.get("/credit-code/poster.pdf")
@allow(Role.ENTERPRISE_USER)
def credit_code_poster() -> ResponseReturnValue:
    """Give the code as a poster for wall or counter, A4 or A6."""
    paper = request.args.get("paper", "a4")
    code, firm = _code(), enterprises.find_enterprise(firm_id())
    if firm is None:
        raise NotFound("没有找到这家企业。")
    content = service.poster_pdf(firm, code, public_url(), paper=paper)
    return attachment(content, "application/pdf", f"credit-code-{paper}.pdf")


@blueprint.post("/credit-code")
@allow(Role.ENTERPRISE_USER)
@transactional
def credit_code_on() -> ResponseReturnValue:
    """Switch the code on; pressed twice it is made once."""
    service.switch_on(actor())
    flash("信用码已启用。", "ok")
    return redirect(url_for(".credit_code"), SEE_OTHER)


@blueprint.post("/credit-code/renew")
@allow(Role.ENTERPRISE_USER)
@transactional
def credit_code_renew() -> ResponseReturnValue:
    """Replace the code; whoever scans the old one is told that it was replaced."""
    service.renew(actor(), _chosen())
    flash("信用码已更换，旧的二维码已失效，请重新打印。", "ok")
    return redirect(url_for(".credit_code"), SEE_OTHER)


@blueprint.post("/credit-code/off")
@allow(Role.ENTERPRISE_USER)
@transactional
def credit_code_off() -> ResponseReturnValue:
    """Switch the code off."""
    service.switch_off(actor(), _chosen())
    flash("信用码已停用。公开信息仍可按名称查询。", "ok")
    return redirect(url_for(".credit_code"), SEE_OTHER)


def _code() -> CreditCode:
    code = service.own_code(actor())
    if code is None:
        raise NotFound("还没有启用信用码。")
    return code


def _chosen() -> UUID:
    return read_id(request.form.get("code_id", ""))
