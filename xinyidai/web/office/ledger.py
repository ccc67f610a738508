"""The log of queries for oversight, 查询台账: who looked at whose data, refused looks too."""

import csv
import json
from io import StringIO
from typing import Any
from uuid import UUID

from flask import Response, g, render_template
from flask.typing import ResponseReturnValue

from xinyidai.audit import service as audit
from xinyidai.consents import queries as consents
from xinyidai.consents import service as consenting
from xinyidai.credit_records.values import QueryKind, QueryOutcome
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import page_args
from xinyidai.kernel.masking import mask_name
from xinyidai.ledger import service as evidence
from xinyidai.ledger.service import LedgerBroken
from xinyidai.ledger.values import InclusionProof, OpeningState
from xinyidai.oversight import queries as oversight
from xinyidai.web import wording
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.office import ledger_queries, look_words
from xinyidai.web.office.applications import bank_options, chosen_id
from xinyidai.web.office.base import (
    OVERSIGHT,
    Row,
    asked,
    asked_day,
    blueprint,
    chosen_state,
    options,
    pager_of,
)
from xinyidai.web.office.ledger_queries import LedgerFilter, LogRow

FILTERS = (
    "firm", "institution", "officer", "purpose", "consent", "outcome", "kind", "from", "to",
)  # fmt: skip
MOST_EXPORTED = 5000
HEADINGS = (
    "时间", "类别", "结果", "查询机构", "角色", "人员（脱敏）", "企业", "统一社会信用代码",
    "用途", "授权编号", "提供内容", "信息条数", "拒绝原因", "结果指纹", "留痕编号",
)  # fmt: skip
# A spreadsheet takes a cell that begins so for a formula, also behind blanks.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
BYTE_ORDER_MARK = "\ufeff"  # spreadsheets would take the file for another encoding
OPENING_WORDS = {
    OpeningState.MATCHES: "与存证一致",
    OpeningState.ERASED: "个人信息已依法删除",
    OpeningState.DIFFERS: "与存证不一致",
    OpeningState.MISSING: "内容缺失",
}


@blueprint.get("/queries")
@allow(*OVERSIGHT)
def query_ledger() -> ResponseReturnValue:
    """Search the log by firm, institution, person, purpose, consent, outcome, kind and day."""
    page = page_args()
    found, counted = ledger_queries.search(_wanted(), page)
    chosen = {name: asked(name) for name in FILTERS}
    return render_template(
        "office/queries.html",
        rows=[look_words.row_of(row) for row in found],
        counts=ledger_queries.counts(),
        pager=pager_of(page, counted.shown),
        counted=counted,
        chosen=chosen,
        kept={name: value for name, value in chosen.items() if value},
        banks=bank_options(),
        outcomes=options(wording.QUERY_OUTCOMES),
        kinds=options(look_words.QUERY_KINDS),
        purposes=options(look_words.PURPOSE_NAMES),
        most_exported=MOST_EXPORTED,
        reconciled=oversight.last_reconciliation(),
    )


@blueprint.post("/queries/export")
@allow(*OVERSIGHT)
def export_queries() -> ResponseReturnValue:
    """Give the filtered list as CSV, persons' names masked; that it was taken is on the trail."""
    wanted = _wanted()
    with own_transaction():
        rows = ledger_queries.first_rows(wanted, MOST_EXPORTED)
        kept = {name: asked(name) for name in FILTERS if asked(name)}
        audit.record(
            g.actor, "query_event:export", "query_event", "list", {"rows": len(rows), **kept}
        )
        content = _csv(rows)
    headers = {"Content-Disposition": 'attachment; filename="queries.csv"'}
    return Response(content, content_type="text/csv; charset=utf-8", headers=headers)


@blueprint.get("/queries/<uuid:event_id>")
@allow(*OVERSIGHT)
def query_event(event_id: UUID) -> ResponseReturnValue:
    """Show everything that is known of one entry, and its place in the evidence log."""
    row = _entry(event_id)
    return render_template(
        "office/query_event.html",
        event_id=event_id,
        row=look_words.row_of(row),
        facts=look_words.facts_of(row),
        consent=_consent(row.consent_id),
        is_own=row.kind is QueryKind.OWN,
        reasons=look_words.causes(row),
        **_evidence(event_id),
    )


@blueprint.get("/queries/<uuid:event_id>/proof.json")
@allow(*OVERSIGHT)
def query_proof(event_id: UUID) -> ResponseReturnValue:
    """Give the entry's proof, to be checked without the platform."""
    _entry(event_id)
    proof = evidence.proof_of(event_id)
    if proof is None:
        raise NotFound("这条记录还在等待封存，请一分钟后再来下载证明。")
    text = json.dumps(proof.as_document(), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": f'attachment; filename="proof-{event_id}.json"'}
    return Response(text, content_type="application/json", headers=headers)


def _wanted() -> LedgerFilter:
    return LedgerFilter(
        firm=asked("firm"),
        institution_id=chosen_id("institution"),
        officer=asked("officer"),
        purpose=asked("purpose"),
        consent_no=asked("consent"),
        outcome=chosen_state(QueryOutcome, "outcome"),
        kind=chosen_state(QueryKind, "kind"),
        first_day=asked_day("from"),
        last_day=asked_day("to"),
    )


def _entry(event_id: UUID) -> LogRow:
    rows = ledger_queries.by_ids([event_id])
    if not rows:
        raise NotFound("没有找到这条查询记录。")
    return rows[0]


def _consent(consent_id: UUID | None) -> Row | None:
    found = consents.find(consent_id) if consent_id else None
    if found is None:
        return None
    limit = "不限" if found.max_uses is None else f"{found.max_uses} 次"
    return {
        "number": found.consent_no,
        "facts": [
            {"label": "状态", "value": wording.CONSENT_STATES[consenting.state_of(found)]},
            {"label": "用途", "value": look_words.purpose_name(found.purpose)},
            {
                "label": "有效期",
                "value": f"{format_day(found.valid_from)} 至 {format_day(found.valid_until)}",
            },
            {"label": "次数", "value": f"已用 {found.use_count} 次，上限 {limit}"},
        ],
    }


def _evidence(event_id: UUID) -> dict[str, Any]:
    """Return proof and the words on it; trouble is said, never hidden."""
    try:
        proof = evidence.proof_of(event_id)
    except NotFound:
        return {"proof": None, "trouble": "", "waiting": False}
    except LedgerBroken as error:
        return {"proof": None, "trouble": error.message, "waiting": False}
    return {
        "proof": None if proof is None else _proof_row(proof),
        "trouble": "",
        "waiting": proof is None,
    }


def _proof_row(proof: InclusionProof) -> Row:
    states = {proof.matter, proof.person}
    return {
        "is_fine": not states & {OpeningState.DIFFERS, OpeningState.MISSING},
        "facts": [
            {"label": "位置", "value": f"{proof.month} 月段第 {proof.leaf_index:,} 条"},
            {
                "label": "检查点",
                "value": f"{format_moment(proof.sealed_at)} 封存，共 {proof.size:,} 条",
            },
            {"label": "见证方", "value": "、".join(proof.witnesses) or "尚无见证签名"},
            {"label": "查询内容", "value": OPENING_WORDS[proof.matter]},
            {"label": "人员信息", "value": OPENING_WORDS[proof.person]},
        ],
    }


def _csv(rows: Any) -> str:
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADINGS)
    writer.writerows([_safe(cell) for cell in _cells(row)] for row in rows)
    return BYTE_ORDER_MARK + file.getvalue()


def _cells(row: Any) -> tuple[object, ...]:
    shown = look_words.row_of(row)
    return (
        format_moment(row.happened_at),
        shown["kind"],
        wording.QUERY_OUTCOMES[row.outcome],
        row.institution_name,
        wording.ROLES[row.role],
        mask_name(row.actor_name),
        row.enterprise_name,
        row.uscc,
        shown["purpose"],
        row.consent_no,
        shown["what"],
        row.record_count,
        shown["causes"],
        row.result_hash,
        row.id,
    )


def _safe(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_SIGNS) else text
