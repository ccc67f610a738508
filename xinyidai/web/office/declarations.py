"""Voluntary registration at the credit office, 自愿注册核验: queue, files, decision."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.web.office import promise_desk
from xinyidai.web.office.base import OFFICE, OVERSIGHT, blueprint

PLACE = "office"


@blueprint.get("/declarations")
@allow(*OVERSIGHT)
def declarations() -> ResponseReturnValue:
    """Show the queue, the longest waiting first."""
    return promise_desk.declaration_list(PLACE)


@blueprint.get("/declarations/<uuid:declaration_id>")
@allow(*OVERSIGHT)
def declaration(declaration_id: UUID) -> ResponseReturnValue:
    """Show one declaration with what the actor may do next."""
    return promise_desk.declaration_page(PLACE, declaration_id, {})


@blueprint.post("/declarations/<uuid:declaration_id>")
@allow(*OFFICE)
def declaration_step(declaration_id: UUID) -> ResponseReturnValue:
    """Return, verify, refuse, or find untrue."""
    return promise_desk.declaration_step(PLACE, declaration_id)


@blueprint.post("/declarations/<uuid:declaration_id>/files/<uuid:file_id>")
@allow(*OFFICE)
def declaration_file(declaration_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Give an attachment, to save."""
    return promise_desk.declaration_file(declaration_id, file_id)
