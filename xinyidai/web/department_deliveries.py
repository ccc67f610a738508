"""A department delivers its records, 数据报送: upload, mapping, result."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.web.department import blueprint
from xinyidai.web.office import delivery_desk as desk

__all__ = ["blueprint"]

PLACE = "department"
desk.admit_uploads(blueprint)


@blueprint.get("/deliveries")
@allow(Role.DEPARTMENT)
def deliveries() -> ResponseReturnValue:
    """Show what the actor's office delivered."""
    return desk.list_page(PLACE)


@blueprint.get("/deliveries/new")
@allow(Role.DEPARTMENT)
def deliver_form() -> ResponseReturnValue:
    """Ask for a file."""
    return desk.upload_form(PLACE)


@blueprint.post("/deliveries/new")
@allow(Role.DEPARTMENT)
def deliver() -> ResponseReturnValue:
    """Take a file in."""
    return desk.upload(PLACE)


@blueprint.get("/deliveries/<uuid:delivery_id>")
@allow(Role.DEPARTMENT)
def delivery(delivery_id: UUID) -> ResponseReturnValue:
    """Show one delivery."""
    return desk.page(PLACE, delivery_id)


@blueprint.post("/deliveries/<uuid:delivery_id>")
@allow(Role.DEPARTMENT)
def delivery_step(delivery_id: UUID) -> ResponseReturnValue:
    """Confirm its mapping, or have it looked at again, or take it back."""
    return desk.act(PLACE, delivery_id)


@blueprint.get("/deliveries/<uuid:delivery_id>/rejected.csv")
@allow(Role.DEPARTMENT)
def delivery_rejections(delivery_id: UUID) -> ResponseReturnValue:
    """Hand out its rejected rows."""
    return desk.rejections(delivery_id)
