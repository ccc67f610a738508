"""The calendar of matchmaking events, for anyone, 对接会."""

from typing import Any

from flask import g

from xinyidai.accounts.scopes import ApiBlueprint, as_list, page_of
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.matchmaking_events import service
from xinyidai.matchmaking_events.schemas import EVENT_OUT, EventsIn, EventsOut

blueprint = ApiBlueprint("events", __name__, title="对接会")


@blueprint.get("/events")
@allow(Role.PUBLIC)
@blueprint.operation("对接会日历", detail="不需要令牌。筹备中和已取消的不列出。")
@blueprint.arguments(EventsIn, location="query")
@blueprint.response(
    200, EventsOut, example={"items": [EVENT_OUT], "page": 1, "size": 20, "total": 1}
)
def list_events(wanted: dict[str, Any]) -> dict[str, Any]:
    """List the events that were opened to the public."""
    page = page_of(wanted)
    ends_after = clock.now() if wanted["upcoming"] else None
    rows, total = service.list_events(g.actor, page, ends_after=ends_after)
    return as_list(rows, page, total)
