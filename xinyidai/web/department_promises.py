"""Declarations that a department verifies, and commitments that it finds kept or broken."""

from uuid import UUID

from flask import Blueprint, g, redirect, url_for
from flask.typing import ResponseReturnValue

from xinyidai.declarations import service
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.web.office import promise_desk
from xinyidai.web.office.base import SEE_OTHER

PLACE = "department_promises"

blueprint = Blueprint(PLACE, __name__, url_prefix="/department")


@blueprint.get("/declarations")
@allow(Role.DEPARTMENT)
def declarations() -> ResponseReturnValue:
    """Show the queue of the office's own categories; one that has none finds on commitments."""
    if not service.has_desk(g.actor):
        return redirect(url_for(".commitments"), SEE_OTHER)
    return promise_desk.declaration_list(PLACE)


@blueprint.get("/declarations/<uuid:declaration_id>")
@allow(Role.DEPARTMENT)
def declaration(declaration_id: UUID) -> ResponseReturnValue:
    """Show one declaration with what the actor may do next."""
    return promise_desk.declaration_page(PLACE, declaration_id, {})


@blueprint.post("/declarations/<uuid:declaration_id>")
@allow(Role.DEPARTMENT)
def declaration_step(declaration_id: UUID) -> ResponseReturnValue:
    """Return, verify, refuse, or find untrue."""
    return promise_desk.declaration_step(PLACE, declaration_id)


@blueprint.post("/declarations/<uuid:declaration_id>/files/<uuid:file_id>")
@allow(Role.DEPARTMENT)
def declaration_file(declaration_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Give an attachment, to save."""
    return promise_desk.declaration_file(declaration_id, file_id)


@blueprint.get("/commitments")
@allow(Role.DEPARTMENT)
def commitments() -> ResponseReturnValue:
    """List commitments that the office finds on, the earliest due first."""
    return promise_desk.commitment_list(PLACE)


@blueprint.get("/commitments/<uuid:commitment_id>")
@allow(Role.DEPARTMENT)
def commitment(commitment_id: UUID) -> ResponseReturnValue:
    """Show one commitment with what the actor may do next."""
    return promise_desk.commitment_page(PLACE, commitment_id, {})


@blueprint.post("/commitments/<uuid:commitment_id>")
@allow(Role.DEPARTMENT)
def commitment_step(commitment_id: UUID) -> ResponseReturnValue:
    """Find a commitment kept or broken."""
    return promise_desk.commitment_step(PLACE, commitment_id)


@blueprint.post("/commitments/<uuid:commitment_id>/files/<uuid:file_id>")
@allow(Role.DEPARTMENT)
def commitment_file(commitment_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Give a file of evidence, to save."""
    return promise_desk.commitment_file(commitment_id, file_id)
