"""Rules of reports, pure: what an order must say, when a source is stale, what may be concluded."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from xinyidai.catalogue.credit_reports import REPORTS, ReportEdition
from xinyidai.catalogue.values import RecordKind
from xinyidai.consents.rules import months_before
from xinyidai.credit_reports.values import Finding, ReportOrder, ReportStanding
from xinyidai.ledger.rules import canonical

FORM = "xinyidai-credit-report/1"
CODE_LENGTH = 16
LONGEST_YEARS = 10
SHORTEST_NAME = 4
SHORTEST_CORE = 2
REQUEST_KEY = re.compile(r"[0-9a-f]{32}")
# Words that tell no firm from another: a search for them alone would list the city.
GENERIC = re.compile(
    r"(有限责任|有限|股份|责任|公司|集团|企业|个体|工商户|合伙|普通|特殊|合作社|农民|专业|商店|商行|经营部|门市部|分公司|中心"
    r"|省|市|县|区|镇|乡|\(|\)|\s)"
)


def text_of(content: Mapping[str, Any]) -> str:
    """Return the one text of a report's content, which is hashed and signed."""
    return canonical(content)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a report's text, hexadecimal."""
    return sha256(text.encode()).hexdigest()


def message_of(text: str) -> bytes:
    """Return what is signed: the form's name keeps reports apart from whatever else is signed."""
    return f"{FORM}\n{text}".encode()


def check_code(digest: str) -> str:
    """Return the code, 核验码, that somebody who holds the report knows."""
    return digest[:CODE_LENGTH]


def order_faults(order: ReportOrder, offered: Collection[str], today: date) -> dict[str, str]:
    """Return what is wrong with an order, field by field; `offered` are the departments."""
    faults: dict[str, str] = {}
    use = REPORTS.uses.get(order.use)
    if use is None or order.edition not in use.editions:
        faults["use"] = "请选择这种报告适用的用途。"
    if order.edition is ReportEdition.NO_VIOLATION:
        faults |= _period_faults(order, today)
        if not order.departments:
            faults["departments"] = "请至少选择一个部门。"
        elif not set(order.departments) <= set(offered):
            faults["departments"] = "名单里没有这个部门，请重新选择。"
    return faults


def is_stale(kind: RecordKind, collected_at: datetime, today: date) -> bool:
    """Tell whether a source has been silent for longer than its update cycle explains."""
    allowed = max(REPORTS.stale_after_days, kind.update_cycle_days * REPORTS.stale_after_cycles)
    return (today - collected_at.date()).days > allowed


def reaches_beyond_retention(kind: RecordKind, first: date, today: date) -> bool:
    """Tell whether a period begins before the platform keeps records of the kind, 保存期限."""
    if kind.retention_months is None:
        return False
    return first < months_before(today, kind.retention_months)


def finding_of(*, has_records: bool, faults: Collection[str]) -> Finding:
    """Return what may be said of a kind: lacking data is never «no record»."""
    if has_records:
        return Finding.RECORDS
    return Finding.INSUFFICIENT if faults else Finding.NONE


def summed(findings: Collection[Finding]) -> Finding:
    """Return what may be said of a department by what is said of its kinds."""
    if not findings or Finding.INSUFFICIENT in findings:
        has_records = Finding.RECORDS in findings
        return Finding.RECORDS if has_records else Finding.INSUFFICIENT
    return Finding.RECORDS if Finding.RECORDS in findings else Finding.NONE


def standing_of(
    *, expires_on: date, is_same_version: bool, was_corrected: bool, today: date
) -> ReportStanding:
    """Return what is to be said of a genuine report; a correction weighs most."""
    if was_corrected:
        return ReportStanding.CORRECTED
    if today > expires_on:
        return ReportStanding.EXPIRED
    return ReportStanding.VALID if is_same_version else ReportStanding.OUTDATED


def name_fault(name: str) -> str:
    """Return why a name is too little to search for; empty when it will do. `name` is normal."""
    if len(name) < SHORTEST_NAME:
        return f"请至少输入名称中连续的 {SHORTEST_NAME} 个字，或完整的统一社会信用代码。"
    if len(GENERIC.sub("", name)) < SHORTEST_CORE:
        return "请输入企业名称中能区别于其他企业的字号，不要只输入“有限公司”这样的通用字。"
    return ""


def _period_faults(order: ReportOrder, today: date) -> dict[str, str]:
    faults: dict[str, str] = {}
    if order.first is None:
        faults["first"] = "请填写开始日期，例如 2023-11-22。"
    if order.last is None:
        faults["last"] = "请填写截止日期，例如 2026-11-22。"
    if order.first is None or order.last is None:
        return faults
    if order.last > today:
        faults["last"] = "截止日期不能晚于今天。"
    if order.first > order.last:
        faults["first"] = "开始日期不能晚于截止日期。"
    elif order.first < months_before(today, LONGEST_YEARS * 12):
        faults["first"] = f"最多查询 {LONGEST_YEARS} 年以内的信息。"
    return faults
