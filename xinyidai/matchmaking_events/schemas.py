"""Matchmaking events as JSON, for anyone."""

from marshmallow import Schema, fields

from xinyidai.accounts.schemas import PageIn, PageOut
from xinyidai.matchmaking_events.values import EventFormat, EventState

EVENT_OUT = {
    "id": "0197a3c0-0000-7000-8000-000000000041",
    "event_no": "HD20260601",
    "title": "鹰川市小微企业融资对接会",
    "description": "银行和企业一对一洽谈。",
    "format": "onsite",
    "place": "鹰川市政务服务中心",
    "region_code": "410400",
    "starts_at": "2026-06-20T09:00:00+08:00",
    "ends_at": "2026-06-20T12:00:00+08:00",
    "sign_up_until": "2026-06-18T18:00:00+08:00",
    "capacity": 60,
    "seats_left": 12,
    "state": "open",
}


class EventsIn(PageIn):
    """Which part of the calendar."""

    upcoming = fields.Boolean(
        load_default=False,
        truthy={"true"},
        falsy={"false"},
        metadata={"description": "true:只看还没有结束的，最近的在前"},
    )


class EventOut(Schema):
    """An event of the public calendar, 对接会."""

    id = fields.UUID(attribute="event.id", required=True)
    event_no = fields.String(attribute="event.event_no", required=True)
    title = fields.String(attribute="event.title", required=True)
    description = fields.String(attribute="event.description", required=True)
    format = fields.Enum(EventFormat, by_value=True, attribute="event.format", required=True)
    place = fields.String(attribute="event.place", required=True)
    region_code = fields.String(attribute="event.region_code", required=True)
    starts_at = fields.AwareDateTime(attribute="event.starts_at", required=True)
    ends_at = fields.AwareDateTime(attribute="event.ends_at", required=True)
    sign_up_until = fields.AwareDateTime(attribute="event.sign_up_until", required=True)
    capacity = fields.Integer(attribute="event.capacity", required=True)
    seats_left = fields.Integer(required=True)
    state = fields.Enum(EventState, by_value=True, attribute="event.state", required=True)


class EventsOut(PageOut):
    """One part of the calendar."""

    items = fields.List(fields.Nested(EventOut), required=True)
