"""Credit commitments of the firm, 信用承诺: what was promised, until when; sign; evidence; copy."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.commitments import COMMITMENTS
from xinyidai.commitments import queries, service
from xinyidai.commitments.models import CommitmentTemplate
from xinyidai.commitments.values import KIND_NAMES, STATE_NAMES, Promise
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import page_args, public_url
from xinyidai.web import promise_words as words
from xinyidai.web.downloads import download
from xinyidai.web.enterprise import uploads
from xinyidai.web.enterprise.base import SEE_OTHER, actor, blueprint, firm_id
from xinyidai.web.enterprise.queries import get_firm
from xinyidai.web.enterprise.receipts import attachment
from xinyidai.web.office.base import attempted, pager_of, typed


@blueprint.get("/commitments")
@allow(Role.ENTERPRISE_USER)
def commitments() -> ResponseReturnValue:
    """List what the firm promised and until when, and the templates it may sign."""
    page = page_args()
    rows, total = service.list_own(actor(), page)
    return render_template(
        "enterprise/commitments.html",
        rows=[words.commitment_row(row) for row in rows],
        templates=[
            {"id": one.id, "title": one.title, "kind": KIND_NAMES[one.kind], "days": one.term_days}
            for one in service.list_templates(actor())
        ],
        labels=STATE_NAMES,
        pager=pager_of(page, total),
    )


@blueprint.get("/commitments/new/<uuid:template_id>")
@allow(Role.ENTERPRISE_USER)
def commitment_form(template_id: UUID) -> ResponseReturnValue:
    """Ask for what and until when, with the text as it will be signed."""
    return _form(template_id, {}, str(uuid4()))


@blueprint.post("/commitments/new/<uuid:template_id>")
@allow(Role.ENTERPRISE_USER)
def commitment_sign(template_id: UUID) -> ResponseReturnValue:
    """Show the filled text, or sign it; the same form twice is one commitment."""
    key = _key()
    if typed("action") != "sign":
        return _form(template_id, {}, str(key))
    with attempted("matter") as attempt, own_transaction():
        made = service.sign_commitment(actor(), _promise(template_id, key)).id
    if attempt.errors:
        return _form(template_id, attempt.errors, str(key)), attempt.status
    flash("承诺书已签署并公开。请在期限前履行。", "ok")
    return redirect(url_for(".commitment", commitment_id=made), SEE_OTHER)


@blueprint.get("/commitments/<uuid:commitment_id>")
@allow(Role.ENTERPRISE_USER)
def commitment(commitment_id: UUID) -> ResponseReturnValue:
    """Show one commitment, how far it is, and what the firm can do."""
    return _page(commitment_id, {})


@blueprint.post("/commitments/<uuid:commitment_id>/files")
@allow(Role.ENTERPRISE_USER)
def commitment_attach(commitment_id: UUID) -> ResponseReturnValue:
    """Attach one file of evidence."""
    name, content = uploads.read_file()
    with attempted("file") as attempt, own_transaction():
        service.attach_evidence(actor(), commitment_id, name, content)
    if attempt.errors:
        return _page(commitment_id, attempt.errors), attempt.status
    flash("附件已上传。写明履行情况后提交。", "ok")
    return redirect(url_for(".commitment", commitment_id=commitment_id), SEE_OTHER)


@blueprint.post("/commitments/<uuid:commitment_id>/supply")
@allow(Role.ENTERPRISE_USER)
def commitment_supply(commitment_id: UUID) -> ResponseReturnValue:
    """Hand in how the commitment was kept."""
    with attempted("note") as attempt, own_transaction():
        service.supply_evidence(actor(), commitment_id, typed("note"))
    if attempt.errors:
        return _page(commitment_id, attempt.errors), attempt.status
    flash("履行证明已提交，核实后告诉您结果。", "ok")
    return redirect(url_for(".commitment", commitment_id=commitment_id), SEE_OTHER)


@blueprint.get("/commitments/<uuid:commitment_id>/files/<uuid:file_id>")
@allow(Role.ENTERPRISE_USER)
def commitment_file(commitment_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Give the firm its own evidence back, to save."""
    upload = service.open_evidence(actor(), commitment_id, file_id)
    return download(upload, f"zhengming-{upload.sha256[:8]}")


@blueprint.get("/commitments/<uuid:commitment_id>/copy.pdf")
@allow(Role.ENTERPRISE_USER)
def commitment_copy(commitment_id: UUID) -> ResponseReturnValue:
    """Give the signed copy as PDF, with the code that leads to its public page."""
    number = service.read_commitment(actor(), commitment_id).commitment.number
    content = service.copy_pdf(actor(), commitment_id, public_url())
    return attachment(content, "application/pdf", f"{number}.pdf")


def _key() -> UUID:
    try:
        return UUID(request.form.get("key", ""))
    except ValueError as error:
        raise NotFound("页面已过期，请从模板列表重新进入。") from error


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _promise(template_id: UUID, key: UUID) -> Promise:
    return Promise(
        template_id=template_id,
        matter=typed("matter"),
        due_on=_day(typed("due_on")),
        agreed=bool(typed("agreed")),
        request_key=key,
    )


def _form(template_id: UUID, errors: dict[str, str], key: str) -> str:
    template: CommitmentTemplate = service.read_template(actor(), template_id)
    promise = _promise(template_id, UUID(key))
    return render_template(
        "enterprise/commitment_new.html",
        template=template,
        kind=KIND_NAMES[template.kind],
        lines=service.preview(get_firm(firm_id()), template, promise).splitlines(),
        key=key,
        typed={name: typed(name) for name in ("matter", "due_on", "agreed")},
        today=clock.today(),
        errors=errors,
    )


def _page(commitment_id: UUID, errors: dict[str, str]) -> str:
    row = service.read_commitment(actor(), commitment_id)
    named: dict[str, Any] = {"commitment_id": commitment_id}
    return render_template(
        "enterprise/commitment.html",
        row=words.commitment_row(row),
        facts=words.commitment_facts(row),
        lines=row.commitment.text.splitlines(),
        files=words.file_rows(queries.files_of(commitment_id)),
        events=words.commitment_events(queries.steps_of(commitment_id), to_firm=True),
        actions={one.value for one in service.actions_of(actor(), row.commitment)},
        copy_url=url_for(".commitment_copy", **named),
        is_public=row.commitment.state.value != "closed",
        limits=COMMITMENTS,
        labels=STATE_NAMES,
        typed=typed("note"),
        errors=errors,
    )
