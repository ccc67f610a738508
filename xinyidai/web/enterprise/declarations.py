"""Voluntary registration for the firm, 自愿注册: one thing per page, and nothing typed is lost."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.declarations import DECLARATIONS, get_category
from xinyidai.declarations import queries, service
from xinyidai.declarations.queries import DeclarationRow
from xinyidai.declarations.values import EDITABLE, STATE_NAMES, DeclarationState
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction, transactional
from xinyidai.kernel.http import page_args
from xinyidai.web import promise_words as words
from xinyidai.web.downloads import download
from xinyidai.web.enterprise import uploads
from xinyidai.web.enterprise.base import SEE_OTHER, actor, blueprint
from xinyidai.web.office.base import attempted, pager_of, typed


@blueprint.get("/declarations")
@allow(Role.ENTERPRISE_USER)
def declarations() -> ResponseReturnValue:
    """List what the firm declared, and the four categories to begin with."""
    page = page_args()
    rows, total = service.list_own(actor(), page)
    return render_template(
        "enterprise/declarations.html",
        rows=[words.declaration_row(row) for row in rows],
        categories=list(DECLARATIONS.categories.values()),
        labels=STATE_NAMES,
        pager=pager_of(page, total),
    )


@blueprint.post("/declarations")
@allow(Role.ENTERPRISE_USER)
@transactional
def declaration_start() -> ResponseReturnValue:
    """Begin with a category, or go on with its draft."""
    made = service.start_declaration(actor(), typed("category"))
    return redirect(url_for(".declaration_fields", declaration_id=made.id), SEE_OTHER)


@blueprint.get("/declarations/<uuid:declaration_id>")
@allow(Role.ENTERPRISE_USER)
def declaration(declaration_id: UUID) -> ResponseReturnValue:
    """Show how far a declaration is, what it says, and what the firm can do."""
    row = _row(declaration_id)
    steps = queries.steps_of(declaration_id)
    return render_template(
        "enterprise/declaration.html",
        row=words.declaration_row(row),
        facts=words.declaration_facts(row),
        files=words.file_rows(queries.files_of(declaration_id)),
        events=words.declaration_events(steps, to_firm=True),
        lacking=next((s.reason for s in reversed(steps) if s.action == "return"), ""),
        can_edit=row.declaration.state in EDITABLE,
        actions={one.value for one in service.actions_of(actor(), row.declaration)},
        labels=STATE_NAMES,
    )


@blueprint.get("/declarations/<uuid:declaration_id>/fields")
@allow(Role.ENTERPRISE_USER)
def declaration_fields(declaration_id: UUID) -> ResponseReturnValue:
    """Ask the fields of the category, with what was typed before."""
    row = _row(declaration_id)
    if row.declaration.state not in EDITABLE:
        return redirect(url_for(".declaration", declaration_id=declaration_id))
    return _fields(row, {})


@blueprint.post("/declarations/<uuid:declaration_id>/fields")
@allow(Role.ENTERPRISE_USER)
def declaration_save(declaration_id: UUID) -> ResponseReturnValue:
    """Keep what was typed, sound or not, and say what is not."""
    texts = {name: text for name, text in request.form.items() if name != "csrf_token"}
    with attempted("fields") as attempt, own_transaction():
        attempt.errors = service.save_fields(actor(), declaration_id, texts)
    if attempt.errors:
        return _fields(_row(declaration_id), attempt.errors), attempt.status
    return redirect(url_for(".declaration_files", declaration_id=declaration_id), SEE_OTHER)


@blueprint.get("/declarations/<uuid:declaration_id>/files")
@allow(Role.ENTERPRISE_USER)
def declaration_files(declaration_id: UUID) -> ResponseReturnValue:
    """Ask for evidence, one file at a time, and list what is there."""
    row = _row(declaration_id)
    if row.declaration.state not in EDITABLE:
        return redirect(url_for(".declaration", declaration_id=declaration_id))
    return _files(row, {})


@blueprint.post("/declarations/<uuid:declaration_id>/files")
@allow(Role.ENTERPRISE_USER)
def declaration_attach(declaration_id: UUID) -> ResponseReturnValue:
    """Attach one file."""
    name, content = uploads.read_file()
    with attempted("file") as attempt, own_transaction():
        service.attach_file(actor(), declaration_id, name, content)
    if attempt.errors:
        return _files(_row(declaration_id), attempt.errors), attempt.status
    flash("附件已上传。", "ok")
    return redirect(url_for(".declaration_files", declaration_id=declaration_id), SEE_OTHER)


@blueprint.post("/declarations/<uuid:declaration_id>/files/<uuid:file_id>/remove")
@allow(Role.ENTERPRISE_USER)
@transactional
def declaration_detach(declaration_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Take an attachment away again."""
    service.remove_file(actor(), declaration_id, file_id)
    flash("附件已删除。", "ok")
    return redirect(url_for(".declaration_files", declaration_id=declaration_id), SEE_OTHER)


@blueprint.get("/declarations/<uuid:declaration_id>/files/<uuid:file_id>")
@allow(Role.ENTERPRISE_USER)
def declaration_file(declaration_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Give the firm its own file back, to save."""
    found = service.open_file(actor(), declaration_id, file_id)
    return download(found.upload, f"fujian-{found.number}")


@blueprint.get("/declarations/<uuid:declaration_id>/sign")
@allow(Role.ENTERPRISE_USER)
def declaration_check(declaration_id: UUID) -> ResponseReturnValue:
    """Show everything once more, with the statement to sign."""
    row = _row(declaration_id)
    if row.declaration.state not in EDITABLE:
        return redirect(url_for(".declaration", declaration_id=declaration_id))
    return _check(row, {})


@blueprint.post("/declarations/<uuid:declaration_id>/sign")
@allow(Role.ENTERPRISE_USER)
def declaration_sign(declaration_id: UUID) -> ResponseReturnValue:
    """Sign and hand in; pressed twice it is one."""
    with attempted("statement") as attempt, own_transaction():
        service.submit_declaration(actor(), declaration_id, agreed=bool(typed("statement")))
    if attempt.errors:
        return _check(_row(declaration_id), attempt.errors), attempt.status
    return redirect(url_for(".declaration_receipt", declaration_id=declaration_id), SEE_OTHER)


@blueprint.get("/declarations/<uuid:declaration_id>/receipt")
@allow(Role.ENTERPRISE_USER)
def declaration_receipt(declaration_id: UUID) -> ResponseReturnValue:
    """Say that it was handed in, under which number, and what comes next."""
    row = _row(declaration_id)
    if row.declaration.state is not DeclarationState.SUBMITTED:
        return redirect(url_for(".declaration", declaration_id=declaration_id))
    return render_template(
        "enterprise/declaration_receipt.html",
        row=words.declaration_row(row),
        days=DECLARATIONS.verify_working_days,
    )


@blueprint.post("/declarations/<uuid:declaration_id>/withdraw")
@allow(Role.ENTERPRISE_USER)
@transactional
def declaration_withdraw(declaration_id: UUID) -> ResponseReturnValue:
    """Withdraw a declaration; a verified one's record goes with it."""
    service.withdraw_declaration(actor(), declaration_id, typed("reason"))
    flash("已撤回。有关记录不再使用。", "ok")
    return redirect(url_for(".declaration", declaration_id=declaration_id), SEE_OTHER)


def _row(declaration_id: UUID) -> DeclarationRow:
    return service.read_declaration(actor(), declaration_id)


def _fields(row: DeclarationRow, errors: dict[str, str]) -> str:
    category = get_category(row.declaration.category)
    return render_template(
        "enterprise/declaration_fields.html",
        row=words.declaration_row(row),
        category=category,
        fields=words.form_fields(category, row.declaration.texts),
        errors=errors,
    )


def _files(row: DeclarationRow, errors: dict[str, str]) -> str:
    return render_template(
        "enterprise/declaration_files.html",
        row=words.declaration_row(row),
        category=get_category(row.declaration.category),
        files=words.file_rows(queries.files_of(row.declaration.id)),
        limits=DECLARATIONS,
        errors=errors,
    )


def _check(row: DeclarationRow, errors: dict[str, str]) -> str:
    made = row.declaration
    shown = {**service.faults_of(made), **errors} if errors else errors
    return render_template(
        "enterprise/declaration_check.html",
        row=words.declaration_row(row),
        rows=words.filled_in(get_category(made.category), made.texts),
        files=words.file_rows(queries.files_of(made.id)),
        statement=DECLARATIONS.statement,
        version=DECLARATIONS.version,
        errors=shown,
    )
