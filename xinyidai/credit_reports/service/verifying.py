"""Anybody checks a report, 查验: by number and code, or by file; a wrong code learns nothing."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from typing import Any

from xinyidai.catalogue.credit_reports import REPORTS
from xinyidai.credit_reports import queries, rules
from xinyidai.credit_reports.models import CreditReport, ReportVerification
from xinyidai.credit_reports.policies import RECIPIENTS
from xinyidai.credit_reports.service import reading
from xinyidai.credit_reports.values import VerificationOutcome, VerificationWay, Verified
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput
from xinyidai.ledger import service as ledger

MOST_BYTES = 4 * 1024 * 1024
LONGEST_NUMBER = 32
NO_CODE = "0" * rules.CODE_LENGTH
UNREADABLE = (
    "这不是平台签发的报告文件（JSON）。请上传下载时得到的原文件，不要改动或另存为其他格式。"
)
NO_FILE = "请选择报告的 JSON 文件。"
UNKNOWN = Verified(VerificationOutcome.UNKNOWN)


def by_number(actor: Actor, number: str, code: str) -> Verified:
    """Return what may be said of the report of this number to somebody who knows its code.

    An unknown number and a wrong code look the same.
    """
    report = queries.find_by_number(number.strip().upper()[:LONGEST_NUMBER])
    wanted = rules.check_code(report.content_hash) if report else NO_CODE
    fits = hmac.compare_digest(wanted.encode(), code.strip().lower().encode())
    if report is None or not fits:
        return UNKNOWN
    return _genuine(actor, report, VerificationWay.NUMBER)


def by_file(actor: Actor, raw: bytes) -> Verified:
    """Return whether a file is a report as it was signed here, to the letter.

    Raises:
        InvalidInput: it is no report at all.

    """
    document = _document(raw)
    content, signed = document["report"], document["signature"]
    number = content.get("number")
    report = queries.find_by_number(number) if isinstance(number, str) else None
    if report is None:
        return UNKNOWN
    text = _text(content)
    if text is None or not _is_signed(report, text, signed):
        return Verified(VerificationOutcome.ALTERED, checked_at=clock.now())
    return _genuine(actor, report, VerificationWay.FILE)


def document_of(report: CreditReport, content: Mapping[str, Any], check_url: str) -> dict[str, Any]:
    """Return a report as its file: content, and the signature under it."""
    return {
        "report": dict(content),
        "sha256": report.content_hash,
        "signature": {
            "form": rules.FORM,
            "algorithm": report.signature_algorithm,
            "key_id": report.signature_key_id,
            "value": report.signature,
        },
        "check_url": check_url,
    }


def _genuine(actor: Actor, report: CreditReport, way: VerificationWay) -> Verified:
    db.session.add(
        ReportVerification(
            report_id=report.id,
            way=way,
            role=actor.role,
            institution_id=actor.party_id if actor.role in RECIPIENTS else None,
        )
    )
    return Verified(
        VerificationOutcome.GENUINE, reading.standing_of(report), _facts(report), clock.now()
    )


def _facts(report: CreditReport) -> tuple[tuple[str, str], ...]:
    """Return what lets the holder compare paper and record; nothing of what a record says."""
    firm = db.session.get(Enterprise, report.enterprise_id)
    edition, use = REPORTS.editions[report.edition], REPORTS.uses.get(report.use)
    period = f"{report.period_first} 至 {report.period_last}" if report.period_first else ""
    known = (
        ("报告编号", report.number),
        ("报告种类", edition.name),
        ("企业名称", firm.name if firm else ""),
        ("统一社会信用代码", firm.uscc if firm else ""),
        ("用途", use.name if use else report.use),
        ("查询时间段", period),
        ("列出的记录", f"{report.record_count} 条"),
        ("开具时间", f"{clock.local(report.made_at):%Y-%m-%d %H:%M}"),
        ("有效期至", report.expires_on.isoformat()),
        ("内容摘要", report.content_hash),
    )
    return tuple((label, value) for label, value in known if value)


def _document(raw: bytes) -> Mapping[str, Any]:
    if not raw:
        raise InvalidInput(NO_FILE, fields={"file": NO_FILE})
    if len(raw) > MOST_BYTES:
        raise InvalidInput("文件太大，不是平台签发的报告。", fields={"file": UNREADABLE})
    try:
        document = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(UNREADABLE, fields={"file": UNREADABLE}) from error
    is_report = isinstance(document, dict) and all(
        isinstance(document.get(part), dict) for part in ("report", "signature")
    )
    if not is_report:
        raise InvalidInput(UNREADABLE, fields={"file": UNREADABLE})
    found: Mapping[str, Any] = document
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that comes twice: two readers could read two different reports."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def _text(content: Mapping[str, Any]) -> str | None:
    """Return the text that would have been signed; None when it cannot have been ours."""
    try:
        text = rules.text_of(content)
        text.encode()
    except (TypeError, ValueError, RecursionError):
        return None
    return text


def _is_signed(report: CreditReport, text: str, signed: Mapping[str, Any]) -> bool:
    value = signed.get("value")
    if rules.digest_of(text) != report.content_hash or value != report.signature:
        return False
    try:
        signature = base64.b64decode(report.signature, validate=True)
    except binascii.Error:
        return False
    message = rules.message_of(text)
    is_named = signed.get("key_id") == report.signature_key_id
    return is_named and ledger.verify_signature(report.signature_key_id, message, signature)
