"""Rules of matchmaking events: what a plan, a sign-up and a meeting must be; pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinyidai.kernel.clock import local
from xinyidai.matchmaking_events.values import EventFormat, EventState, MeetingOutcome

LONGEST_TITLE = 200
LONGEST_TEXT = 2000
LARGEST_CAPACITY = 10_000
LARGEST_AMOUNT_FEN = 10_000_000_000_000  # 1,000 亿元: beyond it the unit was mistaken
TALKS = frozenset({EventState.HELD, EventState.FOLLOWED_UP})


@dataclass(frozen=True, kw_only=True)
class EventPlan:
    """What the credit office plans, 活动方案; times are aware, `capacity` counts parties."""

    title: str
    description: str
    format: EventFormat
    place: str
    region_code: str
    starts_at: datetime
    ends_at: datetime
    sign_up_until: datetime
    capacity: int


@dataclass(frozen=True)
class SignUpFacts:
    """What decides whether a party may still sign up; `taken` counts live registrations."""

    state: EventState
    sign_up_until: datetime
    capacity: int
    taken: int


@dataclass(frozen=True, kw_only=True)
class MeetingReport:
    """What came of a talk of one firm with one institution; the intended amount in 分."""

    enterprise_id: UUID
    institution_id: UUID
    outcome: MeetingOutcome
    amount_fen: int | None = None
    note: str = ""


def plan_faults(plan: EventPlan, moment: datetime) -> dict[str, str]:
    """Return a Chinese sentence for each bad field of a plan made at `moment`."""
    return _text_faults(plan) | _time_faults(plan, moment) | _number_faults(plan)


def _text_faults(plan: EventPlan) -> dict[str, str]:
    found = {}
    if not 1 <= len(plan.title.strip()) <= LONGEST_TITLE:
        found["title"] = f"请填写活动名称，最多 {LONGEST_TITLE} 个字。"
    if len(plan.description) > LONGEST_TEXT:
        found["description"] = f"活动说明最多 {LONGEST_TEXT} 个字。"
    if not 1 <= len(plan.place.strip()) <= LONGEST_TITLE:
        found["place"] = "请填写地点；线上活动请填写会议平台。"
    return found


def _time_faults(plan: EventPlan, moment: datetime) -> dict[str, str]:
    found = {}
    if plan.starts_at <= moment:
        found["starts_at"] = "开始时间要晚于现在。"
    if plan.ends_at <= plan.starts_at:
        found["ends_at"] = "结束时间要晚于开始时间。"
    if not moment < plan.sign_up_until <= plan.starts_at:
        found["sign_up_until"] = "报名截止要晚于现在，且不晚于活动开始。"
    return found


def _number_faults(plan: EventPlan) -> dict[str, str]:
    found = {}
    if not 1 <= plan.capacity <= LARGEST_CAPACITY:
        found["capacity"] = f"名额要在 1 到 {LARGEST_CAPACITY} 之间。"
    digits = plan.region_code
    if not (len(digits) == 6 and digits.isascii() and digits.isdigit()):  # noqa: PLR2004 - a region code has six digits
        found["region_code"] = "请填写 6 位行政区划代码。"
    return found


def sign_up_obstacle(facts: SignUpFacts, moment: datetime) -> tuple[str, str] | None:
    """Return code and Chinese sentence of what keeps a party from signing up, or None."""
    if facts.state is EventState.PLANNED:
        return "not_open", "活动还没有开放报名。"
    if facts.state is not EventState.OPEN:
        return "sign_up_closed", "活动已停止报名。"
    if moment > facts.sign_up_until:
        until = local(facts.sign_up_until)
        return "sign_up_over", f"报名已于 {until:%Y年%m月%d日 %H:%M} 截止。"
    if facts.taken >= facts.capacity:
        return "event_full", f"{facts.capacity} 个名额已报满。"
    return None


def wish_faults(wish: str) -> dict[str, str]:
    """Check what a party writes about whom it wants to meet."""
    if len(wish) > LONGEST_TEXT:
        return {"wish": f"对接需求最多 {LONGEST_TEXT} 个字。"}
    return {}


def text_faults(field: str, text: str, ask: str) -> dict[str, str]:
    """Check a text that must be there; `ask` says in Chinese what to write."""
    if 1 <= len(text.strip()) <= LONGEST_TEXT:
        return {}
    return {field: f"{ask}，不超过 {LONGEST_TEXT} 字。"}


def meeting_faults(report: MeetingReport) -> dict[str, str]:
    """Check that an intention carries an amount, and that nothing else does."""
    found = {}
    if report.outcome is MeetingOutcome.INTENTION:
        if report.amount_fen is None or not 0 < report.amount_fen <= LARGEST_AMOUNT_FEN:
            found["amount"] = "达成意向时请填写意向金额，并检查单位。"
    elif report.amount_fen is not None:
        found["amount"] = "没有达成意向时不填意向金额。"
    if len(report.note) > LONGEST_TEXT:
        found["note"] = f"备注最多 {LONGEST_TEXT} 个字。"
    return found
