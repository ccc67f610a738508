"""Deliveries of all departments, 数据报送: the office sees them, and delivers for a department."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.web.office import delivery_desk as desk
from xinyidai.web.office.base import OFFICE, OVERSIGHT, blueprint

PLACE = "office"
desk.admit_uploads(blueprint)


@blueprint.get("/deliveries")
@allow(*OVERSIGHT)
def deliveries() -> ResponseReturnValue:
    """Show what all departments delivered."""
    return desk.list_page(PLACE)


@blueprint.get("/deliveries/new")
@allow(*OFFICE)
def deliver_form() -> ResponseReturnValue:
    """Ask for a file and whose it is."""
    return desk.upload_form(PLACE)


@blueprint.post("/deliveries/new")
@allow(*OFFICE)
def deliver() -> ResponseReturnValue:
    """Take a file in for a department."""
    return desk.upload(PLACE)


@blueprint.get("/deliveries/<uuid:delivery_id>")
@allow(*OVERSIGHT)
def delivery(delivery_id: UUID) -> ResponseReturnValue:
    """Show one delivery."""
    return desk.page(PLACE, delivery_id)


@blueprint.post("/deliveries/<uuid:delivery_id>")
@allow(*OFFICE)
def delivery_step(delivery_id: UUID) -> ResponseReturnValue:
    """Confirm its mapping, or have it looked at again, or take it back."""
    return desk.act(PLACE, delivery_id)


@blueprint.get("/deliveries/<uuid:delivery_id>/rejected.csv")
@allow(*OVERSIGHT)
def delivery_rejections(delivery_id: UUID) -> ResponseReturnValue:
    """Hand out its rejected rows."""
    return desk.rejections(delivery_id)
