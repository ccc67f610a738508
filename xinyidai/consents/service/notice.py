"""The text a firm signs, 授权书: what is shown is what is stored, with its digest."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from xinyidai.catalogue import kinds
from xinyidai.consents.service.templates import PurposeInForce
from xinyidai.consents.values import MODE_NAMES, ConsentDraft

FORM = 2  # raised when the sentences below change
PLATFORM_NAME = "本平台运营单位"


@dataclass(frozen=True)
class Notice:
    """The signed text with its version and SHA-256 digest in hexadecimal."""

    version: str
    text: str
    digest: str


@dataclass(frozen=True)
class Parties:
    """Who authorizes whom, by the names in the text."""

    enterprise_name: str
    uscc: str
    institution_name: str
    officer_name: str | None = None


@dataclass(frozen=True)
class NoticeOccasion:
    """When and under which number and template an authorization is written down."""

    consent_no: str
    first_day: date
    template: PurposeInForce


def notice_of(draft: ConsentDraft, parties: Parties, occasion: NoticeOccasion) -> Notice:
    """Write the text of one authorization; the same facts always give the same text."""
    text = "\n".join(_lines(draft, parties, occasion))
    version = f"{FORM}/{draft.purpose}-{occasion.template.version}"
    return Notice(version, text, sha256(text.encode()).hexdigest())


def _lines(draft: ConsentDraft, parties: Parties, occasion: NoticeOccasion) -> list[str]:
    consent_no, first_day = occasion.consent_no, occasion.first_day
    purpose = occasion.template.purpose
    items = [kinds.get_item(code) for code in sorted(draft.item_codes)]
    return [
        "企业信用信息查询授权书",
        f"授权编号：{consent_no}",
        f"授权企业：{parties.enterprise_name}（统一社会信用代码 {parties.uscc}）",
        f"被授权机构：{parties.institution_name}",
        *([f"指定经办人员：{parties.officer_name}"] if parties.officer_name else []),
        f"用途：{purpose.name}。{purpose.text}",
        "可查询的信息：",
        *[f"{number}. {item.name}：{item.text}" for number, item in enumerate(items, 1)],
        f"信息时间范围：{draft.data_from:%Y-%m-%d} 以来",
        f"使用方式：{MODE_NAMES[draft.mode]}",
        f"查询次数：{uses_words(draft)}",
        f"有效期：{first_day:%Y-%m-%d} 至 {draft.valid_until:%Y-%m-%d}（含当日）",
        f"留存期限：每次查询后 {draft.data_life_days} 天",
        *([f"对应申请：{draft.application_no}"] if draft.application_no else []),
        "本机构被暂停、指定经办人员离岗、企业法定代表人变更或企业注销时，授权自动暂停。",
        "您可以随时在“我的授权”中暂停或撤回；撤回后立即停止查询。",
        "每一次查询（包括被拒绝的查询）都会记录并向您展示。",
    ]


def uses_words(draft: ConsentDraft) -> str:
    """Return how often may be looked, in words."""
    parts = ["不限总次数" if draft.max_uses is None else f"最多 {draft.max_uses} 次"]
    if draft.max_per_month is not None:
        parts.append(f"每月最多 {draft.max_per_month} 次")
    if draft.max_per_day is not None:
        parts.append(f"每天最多 {draft.max_per_day} 次")
    return "，".join(parts)
