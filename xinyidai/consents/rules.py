"""Rules of consents, pure: state at a moment, what is covered, caps of the purpose."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from xinyidai.catalogue.purposes import Purpose
from xinyidai.consents.values import (
    ConsentDraft,
    ConsentFacts,
    ConsentState,
    LookWish,
    RefusalReason,
)
from xinyidai.kernel import clock

STATE_REASONS = {
    ConsentState.DRAFT: RefusalReason.NOT_GRANTED,
    ConsentState.PENDING: RefusalReason.NOT_GRANTED,
    ConsentState.DECLINED: RefusalReason.DECLINED,
    ConsentState.REVOKED: RefusalReason.REVOKED,
    ConsentState.EXPIRED: RefusalReason.EXPIRED,
    ConsentState.USED_UP: RefusalReason.USED_UP,
    ConsentState.ENDED: RefusalReason.ENDED,
}


# Each fact about the parties with the reason it gives when it is not in order.
STANDING_REASONS = (
    ("institution_active", RefusalReason.INSTITUTION_SUSPENDED),
    ("enterprise_active", RefusalReason.ENTERPRISE_INACTIVE),
    ("officer_active", RefusalReason.OFFICER_LEFT),
    ("representative_same", RefusalReason.REPRESENTATIVE_CHANGED),
    ("purpose_active", RefusalReason.PURPOSE_WITHDRAWN),
)


def state_at(facts: ConsentFacts, moment: datetime) -> ConsentState:
    """Return the state at an aware moment; what happened later does not count yet.

    The terminal event that came first wins for good, so a terminal state is never left.
    """
    ended = _first_end(facts, moment)
    if ended is not None:
        return ended
    if not _happened(facts.granted_at, moment):
        asked = _happened(facts.requested_at, moment)
        return ConsentState.PENDING if asked else ConsentState.DRAFT
    if _is_suspended(facts, moment):
        return ConsentState.SUSPENDED
    return ConsentState.ACTIVE


def covers(facts: ConsentFacts, wish: LookWish, moment: datetime) -> list[RefusalReason]:
    """Return every reason why this look is not covered; an empty list means it is.

    Nothing asked for is nothing covered: an empty `items` is refused.
    """
    reasons = standing_reasons(facts, moment)
    if facts.institution_id is None or facts.institution_id != wish.institution_id:
        reasons.append(RefusalReason.OTHER_INSTITUTION)
    if facts.officer_account_id not in {None, wish.account_id}:
        reasons.append(RefusalReason.OTHER_OFFICER)
    if facts.purpose != wish.purpose:
        reasons.append(RefusalReason.OTHER_PURPOSE)
    if not wish.items or not facts.item_codes.issuperset(wish.items):
        reasons.append(RefusalReason.ITEM_NOT_COVERED)
    if _is_too_often(facts, clock.local(moment).date()):
        reasons.append(RefusalReason.TOO_OFTEN)
    return reasons


def standing_reasons(facts: ConsentFacts, moment: datetime) -> list[RefusalReason]:
    """Return why the consent itself, whatever is asked for, allows nothing at this moment."""
    reasons: list[RefusalReason] = []
    state_reason = STATE_REASONS.get(state_at(facts, moment))
    if state_reason is not None:
        reasons.append(state_reason)
    if _happened(facts.suspended_at, moment) and state_reason is None:
        reasons.append(RefusalReason.SUSPENDED)
    if _happened(facts.revoked_at, moment) and RefusalReason.REVOKED not in reasons:
        reasons.append(RefusalReason.REVOKED)
    reasons.extend(reason for fact, reason in STANDING_REASONS if not getattr(facts.standing, fact))
    if clock.local(moment).date() < facts.valid_from:
        reasons.append(RefusalReason.NOT_YET_VALID)
    return reasons


def reading_again_reasons(
    facts: ConsentFacts, moment: datetime, account_id: UUID | None
) -> list[RefusalReason]:
    """Return why this officer may not read a snapshot again; used up alone is no reason.

    What was used up before its last day stays in the state `used_up`, but expires all the same.
    """
    reasons: list[RefusalReason] = [
        r for r in standing_reasons(facts, moment) if r is not RefusalReason.USED_UP
    ]
    if _expiry(facts.valid_until) <= moment and RefusalReason.EXPIRED not in reasons:
        reasons.append(RefusalReason.EXPIRED)
    if facts.officer_account_id not in {None, account_id}:
        reasons.append(RefusalReason.OTHER_OFFICER)
    return reasons


def over_caps(draft: ConsentDraft, purpose: Purpose, today: date) -> dict[str, str]:
    """Return a Chinese sentence for each field of the draft that breaks a cap of its purpose."""
    return {
        **_period_faults(draft, purpose, today),
        **_use_faults(draft, purpose),
        **_frequency_faults(draft, purpose),
        **_item_faults(draft, purpose),
    }


def _period_faults(draft: ConsentDraft, purpose: Purpose, today: date) -> dict[str, str]:
    faults = {}
    if draft.valid_until < today:
        faults["valid_until"] = "有效期不能早于今天。"
    elif (draft.valid_until - today).days > purpose.caps.max_valid_days:
        faults["valid_until"] = (
            f"“{purpose.name}”的授权有效期最长 {purpose.caps.max_valid_days} 天。"
        )
    if draft.data_from > today:
        faults["data_from"] = "数据起始日期不能晚于今天。"
    elif draft.data_from < months_before(today, purpose.caps.max_range_months):
        faults["data_from"] = (
            f"“{purpose.name}”最多查询最近 {purpose.caps.max_range_months} 个月的信息。"
        )
    if not 1 <= draft.data_life_days <= purpose.caps.max_data_life_days:
        faults["data_life_days"] = (
            f"“{purpose.name}”的留存期限为 1 到 {purpose.caps.max_data_life_days} 天。"
        )
    return faults


def _use_faults(draft: ConsentDraft, purpose: Purpose) -> dict[str, str]:
    if draft.max_uses is None:
        if purpose.caps.max_uses is None:
            return {}
        return {"max_uses": f"“{purpose.name}”必须写明查询次数，最多 {purpose.caps.max_uses} 次。"}
    if draft.max_uses < 1:
        return {"max_uses": "查询次数至少 1 次。"}
    if purpose.caps.max_uses is not None and draft.max_uses > purpose.caps.max_uses:
        return {"max_uses": f"“{purpose.name}”最多查询 {purpose.caps.max_uses} 次。"}
    return {}


def _frequency_faults(draft: ConsentDraft, purpose: Purpose) -> dict[str, str]:
    faults = {}
    for name, value in (("max_per_day", draft.max_per_day), ("max_per_month", draft.max_per_month)):
        if value is not None and value < 1:
            faults[name] = "频次至少 1 次；不限请留空。"
    cap = purpose.caps.max_per_month
    if cap is None:
        return faults
    if draft.max_per_month is None:
        if draft.max_uses is None or draft.max_uses > cap:
            faults["max_per_month"] = f"“{purpose.name}”必须写明每月次数，最多 {cap} 次。"
    elif draft.max_per_month > cap:
        faults["max_per_month"] = f"“{purpose.name}”每月最多查询 {cap} 次。"
    return faults


def _item_faults(draft: ConsentDraft, purpose: Purpose) -> dict[str, str]:
    faults: dict[str, str] = {}
    beyond = sorted(set(draft.item_codes) - purpose.caps.items)
    if beyond:
        faults["item_codes"] = f"“{purpose.name}”不能查询这些数据项：{'、'.join(beyond)}。"
    elif not draft.item_codes:
        faults["item_codes"] = "请至少选择一个数据项。"
    if draft.mode not in purpose.caps.modes:
        faults["mode"] = f"“{purpose.name}”不允许这种使用方式。"
    return faults


def months_before(day: date, months: int) -> date:
    """Return the same day of the month `months` earlier, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(
        date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1)
    )


def _first_end(facts: ConsentFacts, moment: datetime) -> ConsentState | None:
    ends = [
        (facts.declined_at, ConsentState.DECLINED),
        (facts.revoked_at, ConsentState.REVOKED),
        (facts.ended_at, ConsentState.ENDED),
        (_used_up_at(facts, moment), ConsentState.USED_UP),
        (_expiry(facts.valid_until), ConsentState.EXPIRED),
    ]
    past = [(when, state) for when, state in ends if when is not None and when <= moment]
    return min(past, key=lambda end: end[0])[1] if past else None


def _used_up_at(facts: ConsentFacts, moment: datetime) -> datetime | None:
    if facts.uses_left != 0:
        return None
    return facts.used_up_at or facts.granted_at or moment


def _expiry(valid_until: date) -> datetime:
    return datetime.combine(valid_until + timedelta(days=1), time.min, clock.TZ)


def _is_suspended(facts: ConsentFacts, moment: datetime) -> bool:
    by_firm = _happened(facts.suspended_at, moment)
    return by_firm or not all(getattr(facts.standing, fact) for fact, _ in STANDING_REASONS)


def _is_too_often(facts: ConsentFacts, day: date) -> bool:
    return (facts.max_per_day is not None and facts.used_on(day) >= facts.max_per_day) or (
        facts.max_per_month is not None and facts.used_in_month_of(day) >= facts.max_per_month
    )


def _happened(when: datetime | None, moment: datetime) -> bool:
    return when is not None and when <= moment
