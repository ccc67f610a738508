"""The text a firm signs, 授权书: what is shown is what is stored, with its digest."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from xinyidai.catalogue import kinds, purposes
from xinyidai.consents.values import MODE_NAMES, ConsentDraft

NOTICE_VERSION = f"1/{purposes.VERSION}"
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


def notice_of(consent_no: str, draft: ConsentDraft, parties: Parties, first_day: date) -> Notice:
    """Write the text of one authorization; the same facts always give the same text."""
    text = "\n".join(_lines(consent_no, draft, parties, first_day))
    return Notice(NOTICE_VERSION, text, sha256(text.encode()).hexdigest())


def _lines(consent_no: str, draft: ConsentDraft, parties: Parties, first_day: date) -> list[str]:
    purpose = purposes.get_purpose(draft.purpose)
    items = [kinds.get_item(code) for code in sorted(draft.item_codes)]
    uses = "不限次数" if draft.max_uses is None else f"最多 {draft.max_uses} 次"
    return [
        "企业信用信息查询授权书",
        f"授权编号：{consent_no}",
        f"授权企业：{parties.enterprise_name}（统一社会信用代码 {parties.uscc}）",
        f"被授权机构：{parties.institution_name}",
        f"用途：{purpose.name}。{purpose.text}",
        "可查询的信息：",
        *[f"{number}. {item.name}：{item.text}" for number, item in enumerate(items, 1)],
        f"信息时间范围：{draft.data_from:%Y-%m-%d} 以来",
        f"使用方式：{MODE_NAMES[draft.mode]}",
        f"查询次数：{uses}",
        f"有效期：{first_day:%Y-%m-%d} 至 {draft.valid_until:%Y-%m-%d}（含当日）",
        f"留存期限：每次查询后 {draft.data_life_days} 天",
        *([f"对应申请：{draft.application_no}"] if draft.application_no else []),
        "您可以随时在“我的授权”中暂停或撤回；撤回后立即停止查询。",
        "每一次查询（包括被拒绝的查询）都会记录并向您展示。",
    ]
