"""Read the forms of matchmaking events: the plan, and what came of a talk."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask import request

from xinyidai.kernel import clock
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import Yuan
from xinyidai.matchmaking_events.service import EventPlan, MeetingReport
from xinyidai.matchmaking_events.values import EventFormat, MeetingOutcome
from xinyidai.web.office.base import typed

MOST_DIGITS = 6
PLAN_FIELDS = (
    "title",
    "description",
    "format",
    "place",
    "region_code",
    "starts_at",
    "ends_at",
    "sign_up_until",
    "capacity",
)
MEETING_FIELDS = ("enterprise_id", "institution_id", "outcome", "amount", "note")
TIMES = {
    "starts_at": "请填写开始时间。",
    "ends_at": "请填写结束时间。",
    "sign_up_until": "请填写报名截止时间。",
}


@dataclass
class Reader:
    """Reads fields one by one and keeps a Chinese sentence for each that cannot be read."""

    faults: dict[str, str] = field(default_factory=dict)

    def moment(self, name: str) -> datetime:
        """Read a local date and time; the present stands in for an unreadable one."""
        try:
            return datetime.fromisoformat(typed(name)).replace(tzinfo=clock.TZ)
        except ValueError:
            self.faults[name] = TIMES[name]
            return clock.now()

    def number(self, name: str, words: str) -> int:
        """Read a small whole number."""
        text = typed(name)
        if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS:
            return int(text)
        self.faults[name] = words
        return 0

    def id(self, name: str, words: str) -> UUID:
        """Read the id of a choice."""
        try:
            return UUID(typed(name))
        except ValueError:
            self.faults[name] = words
            return UUID(int=0)

    def require_readable(self) -> None:
        """Raise `InvalidInput` with everything that could not be read."""
        if self.faults:
            raise InvalidInput("请补全信息。", fields=self.faults)


def kept(names: tuple[str, ...]) -> dict[str, str]:
    """Return what was typed, to be shown again; empty on a page not yet sent."""
    return {name: request.form.get(name, "") for name in names}


def read_plan() -> EventPlan:
    """Read the plan of an event; `InvalidInput` names every field that cannot be read."""
    reader = Reader()
    if typed("format") not in set(EventFormat):
        reader.faults["format"] = "请选择活动形式。"
    starts_at, ends_at = reader.moment("starts_at"), reader.moment("ends_at")
    until = reader.moment("sign_up_until")
    capacity = reader.number("capacity", "请填写名额，例如 60。")
    reader.require_readable()
    return EventPlan(
        title=typed("title"),
        description=typed("description"),
        format=EventFormat(typed("format")),
        place=typed("place"),
        region_code=typed("region_code"),
        starts_at=starts_at,
        ends_at=ends_at,
        sign_up_until=until,
        capacity=capacity,
    )


def read_meeting() -> MeetingReport:
    """Read what came of a talk; `InvalidInput` names every field that cannot be read."""
    reader = Reader()
    enterprise_id = reader.id("enterprise_id", "请选择企业。")
    institution_id = reader.id("institution_id", "请选择金融机构。")
    if typed("outcome") not in set(MeetingOutcome):
        reader.faults["outcome"] = "请选择洽谈结果。"
    amount_fen = _amount(reader)
    reader.require_readable()
    return MeetingReport(
        enterprise_id=enterprise_id,
        institution_id=institution_id,
        outcome=MeetingOutcome(typed("outcome")),
        amount_fen=amount_fen,
        note=typed("note"),
    )


def read_attended() -> list[UUID]:
    """Read which registrations attended."""
    try:
        return [UUID(text) for text in request.form.getlist("attended")]
    except ValueError as error:
        text = "签到名单有误，请刷新页面后重试。"
        raise InvalidInput(text, fields={"attended": text}) from error


def _amount(reader: Reader) -> int | None:
    if not typed("amount"):
        return None
    try:
        return Yuan.of_wan(typed("amount")).fen
    except InvalidInput as error:
        reader.faults["amount"] = error.message
        return None
