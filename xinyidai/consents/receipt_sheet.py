"""The words of a receipt on paper, 授权回执, as `receipts/consent.typ` sets them."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from xinyidai.accounts.values import Position
from xinyidai.catalogue import kinds, purposes
from xinyidai.consents.models import ConsentEvent
from xinyidai.consents.receipt_record import (
    ACTION_NAMES,
    OPERATING,
    PLATFORM,
    PRINCIPAL,
    RECIPIENT,
    SIDES,
    Receipt,
    withdrawal_method,
)
from xinyidai.consents.values import MODE_NAMES, STATE_NAMES
from xinyidai.kernel import clock

TEMPLATE = Path(__file__).parent / "receipts" / "consent.typ"
TITLE = "企业信用信息查询授权回执"
NONE = "—"
SIDE_NAMES = {PRINCIPAL: "授权企业", RECIPIENT: "被授权机构", OPERATING: "平台"}
POSITION_NAMES: Mapping[Position, str] = {
    Position.LEGAL_REPRESENTATIVE: "法定代表人",
    Position.AGENT: "经办人",
    Position.STAFF: "工作人员",
}
ALGORITHM_NAMES = {"ed25519": "Ed25519", "sm2": "SM2（国密）"}
Row = list[str]


def sheet_of(receipt: Receipt) -> dict[str, Any]:
    """Return everything that the template shows, as plain JSON data."""
    return {
        "title": TITLE,
        "platform": PLATFORM,
        "number": f"授权编号：{receipt.consent.consent_no}",
        "demo": "演示数据" if receipt.is_demo else "",
        "demo_note": "演示数据：企业、机构和人员均为虚构，本回执没有法律效力。",
        "state": f"当前状态：{STATE_NAMES[receipt.state]}",
        "lead": _lead(receipt),
        "check_url": receipt.check_url or "",
        "qr_alt": "二维码：扫码打开本授权的公开查验页",
        "fact_head": ["项目", "内容"],
        "sections": [
            {"heading": "当事人", "rows": _parties(receipt)},
            {"heading": "授权内容", "rows": _terms(receipt)},
            {"heading": "签署与查验", "rows": _signing(receipt)},
        ],
        "items": _items(receipt),
        "events": _events(receipt),
        "advice": _advice(receipt),
        "notice": _notice(receipt),
    }


def _lead(receipt: Receipt) -> list[str]:
    lines = [f"状态和次数截至 {_minute(receipt.as_of)}（北京时间），此后可能变化。"]
    if receipt.check_url:
        lines.append("最新状态和真伪请扫码，或打开下面的网址查验。")
    else:
        lines.append("这份授权还没有签署，没有可供查验的签名。")
    return lines


def _parties(receipt: Receipt) -> list[Row]:
    consent = receipt.consent
    code = f"统一社会信用代码 {receipt.principal_id}"
    rows = [
        ["授权企业", f"{receipt.enterprise_name}\n{code}"],
        ["被授权机构", receipt.institution_name],
    ]
    if consent.officer_account_id is not None:
        named = receipt.person(receipt.officer_name) if receipt.officer_name else NONE
        rows.append(["指定经办人员", f"{named}（只有该人员可以查询）"])
    rows.append(["签署人", _signer(receipt)])
    if consent.first_signed_at and consent.first_signer_name:
        first = receipt.person(consent.first_signer_name)
        rows.append(["第一签署人", f"{first}，{_minute(consent.first_signed_at)} 签署"])
    if consent.representative_name:
        rows.append(["签署时法定代表人", receipt.person(consent.representative_name)])
    rows.append(["签署依据", _mandate(receipt)])
    return rows


def _signer(receipt: Receipt) -> str:
    consent = receipt.consent
    if consent.granted_at is None or consent.signer_name is None:
        return "尚未签署"
    position = f"（{POSITION_NAMES[consent.signer_position]}）" if consent.signer_position else ""
    return f"{receipt.person(consent.signer_name)}{position}，{_minute(consent.granted_at)} 签署"


def _mandate(receipt: Receipt) -> str:
    consent = receipt.consent
    if consent.signer_mandate:
        return receipt.words(consent.signer_mandate)
    if consent.granted_at is None:
        return NONE
    if consent.signer_position is Position.LEGAL_REPRESENTATIVE:
        return "法定代表人本人签署"
    return "以企业账户登录签署"


def _terms(receipt: Receipt) -> list[Row]:
    consent = receipt.consent
    purpose = purposes.get_purpose(consent.purpose)
    rows = [
        ["用途", f"{purpose.name}\n{receipt.purpose_text}"],
        ["信息时间范围", f"{consent.data_from:%Y-%m-%d} 以来"],
        ["使用方式", MODE_NAMES[consent.mode]],
        ["查询次数和频次", _limits(receipt)],
        ["已查询", _used(receipt)],
        ["有效期", f"{consent.valid_from:%Y-%m-%d} 至 {consent.valid_until:%Y-%m-%d}（含当日）"],
        ["留存期限", f"每次查询后 {consent.data_life_days} 天"],
    ]
    if consent.application_no:
        rows.append(["对应申请", consent.application_no])
    return rows


def _limits(receipt: Receipt) -> str:
    consent = receipt.consent
    limits = [
        (consent.max_uses, "有效期内最多"),
        (consent.max_per_day, "每日最多"),
        (consent.max_per_month, "每月最多"),
    ]
    said = [f"{words} {number} 次" for number, words in limits if number is not None]
    return "；".join(said) or "有效期内不限次数"


def _used(receipt: Receipt) -> str:
    consent = receipt.consent
    words = [f"{consent.use_count} 次"]
    if consent.last_used_at:
        words.append(f"最近一次 {_minute(consent.last_used_at)}")
    if consent.uses_left is not None:
        words.append(f"还剩 {consent.uses_left} 次")
    return "，".join(words)


def _signing(receipt: Receipt) -> list[Row]:
    consent = receipt.consent
    rows = [
        ["授权书版本", f"{consent.notice_version}（用途模板第 {consent.template_version} 版）"],
        ["授权书摘要", consent.notice_hash],
    ]
    if consent.artefact_hash:
        algorithm = consent.signature_algorithm or NONE
        rows += [
            ["授权凭证摘要", consent.artefact_hash],
            ["签名算法", ALGORITHM_NAMES.get(algorithm.lower(), algorithm)],
            ["签名公钥编号", consent.signature_key_id or NONE],
        ]
    return [*rows, ["摘要算法", "SHA-256，十六进制"]]


def _items(receipt: Receipt) -> dict[str, Any]:
    items = [kinds.get_item(code) for code in receipt.consent.item_codes]
    return {
        "heading": "可查询的信息",
        "head": ["序号", "数据项", "包括什么"],
        "rows": [[str(number), item.name, item.text] for number, item in enumerate(items, 1)],
    }


def _events(receipt: Receipt) -> dict[str, Any]:
    return {
        "heading": "办理经过",
        "head": ["时间", "操作", "操作人", "原因"],
        "rows": [_event(receipt, event) for event in receipt.events],
        "none": "暂无记录。",
    }


def _event(receipt: Receipt, event: ConsentEvent) -> Row:
    return [
        _minute(event.happened_at),
        ACTION_NAMES[event.action],
        f"{receipt.doer(event)}（{SIDE_NAMES[SIDES[event.role]]}）",
        receipt.words(event.reason) if event.reason else NONE,
    ]


def _advice(receipt: Receipt) -> list[dict[str, Any]]:
    return [
        {"heading": "如何撤回", "lines": [withdrawal_method(receipt)]},
        {
            "heading": "如何投诉",
            "lines": [
                "认为某次查询超出本授权的，可以在平台“谁看过我的数据”里找到该次查询，核对后提出异议。",
                "也可以拨打 12345 向当地信用管理部门（信用办）投诉。",
                "对银行、保险机构的做法有意见，可以拨打 12378 向金融监管部门投诉。",
            ],
        },
    ]


def _notice(receipt: Receipt) -> dict[str, Any]:
    masked = "" if receipt.is_own_copy else "本副本遮盖了个人姓名和企业代码，摘要按全文计算。"
    return {
        "heading": "授权书原文",
        "note": f"以下是签署时展示并保存的全文，与前面的说明不一致时以此为准。{masked}",
        "lines": receipt.words(receipt.consent.notice_text).splitlines(),
    }


def _minute(moment: datetime) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M}"
