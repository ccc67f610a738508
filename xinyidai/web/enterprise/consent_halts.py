"""Why an authorization is suspended, 暂停, and what the firm can do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from xinyidai.consents import service
from xinyidai.consents.models import Consent
from xinyidai.consents.rules import STANDING_REASONS
from xinyidai.consents.values import RefusalReason
from xinyidai.web.chrome import format_moment
from xinyidai.web.enterprise.consent_queries import representative_of

R = RefusalReason
CONFIRM = "核对后点“确认继续”，授权内容不变；不再需要就撤回。"
WORDS: Mapping[RefusalReason, tuple[str, str]] = {
    R.INSTITUTION_SUSPENDED: (
        "这家机构已被暂停使用平台。",
        "机构恢复后授权自动恢复；不想等可以撤回。",
    ),
    R.ENTERPRISE_INACTIVE: (
        "登记显示企业已注销或被吊销。",
        "登记有误请联系信用办；您随时可以撤回。",
    ),
    R.OFFICER_LEFT: (
        "您指定的经办人员已离岗。",
        "请撤回这份授权，再给新的经办人员签一份。",
    ),
    R.REPRESENTATIVE_CHANGED: ("法定代表人已变更。", CONFIRM),
    R.PURPOSE_WITHDRAWN: (
        "信用办已停用这个用途。",
        "重新启用后自动恢复；不再需要就撤回。",
    ),
}


@dataclass(frozen=True)
class Halt:
    """One cause of a suspension, what helps, and what the firm can do here and now."""

    why: str
    remedy: str
    is_confirmable: bool = False
    is_resumable: bool = False


def halts_of(consent: Consent) -> list[Halt]:
    """Return every cause of a suspension; empty where nothing suspends."""
    standing = service.facts_of(consent).standing
    broken = [reason for fact, reason in STANDING_REASONS if not getattr(standing, fact)]
    return [*_own(consent), *(_halt(consent, reason) for reason in broken)]


def _own(consent: Consent) -> list[Halt]:
    if consent.suspended_at is None:
        return []
    why = f"您在 {format_moment(consent.suspended_at)} 暂停了这份授权。"
    if consent.suspend_reason:
        why += f"原因：{consent.suspend_reason}。"
    return [Halt(why, "随时可以恢复。", is_resumable=True)]


def _halt(consent: Consent, reason: RefusalReason) -> Halt:
    why, remedy = WORDS[reason]
    if reason is not R.REPRESENTATIVE_CHANGED:
        return Halt(why, remedy)
    before = consent.representative_name or "（未登记）"
    after = representative_of(consent.enterprise_id) or "（未登记）"
    return Halt(f"法定代表人已由 {before} 变更为 {after}。", remedy, is_confirmable=True)
