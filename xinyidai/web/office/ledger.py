"""The log of queries for oversight, 查询台账: who looked at whose data, refused looks too."""

from collections.abc import Mapping
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import ITEMS
from xinyidai.catalogue.purposes import PLATFORM_PURPOSES, PURPOSES
from xinyidai.consents.values import REFUSAL_SENTENCES, RefusalReason
from xinyidai.credit_records.values import QueryKind, QueryOutcome
from xinyidai.kernel.access import allow
from xinyidai.kernel.http import page_args
from xinyidai.web import wording
from xinyidai.web.chrome import format_moment
from xinyidai.web.office import ledger_queries
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
from xinyidai.web.office.ledger_queries import LedgerFilter

QUERY_KINDS: Mapping[QueryKind, str] = {
    QueryKind.DISCLOSURE: "对外提供",
    QueryKind.PLATFORM: "平台处理",
    QueryKind.OWN: "企业看自己",
}
SILENT: Mapping[QueryKind, str] = {
    QueryKind.PLATFORM: "平台计算，结果不含明细",
    QueryKind.OWN: "自己的信息",
}
FILTERS = ("uscc", "institution", "outcome", "kind", "from", "to")


@blueprint.get("/queries")
@allow(*OVERSIGHT)
def query_ledger() -> ResponseReturnValue:
    """Search the log by firm, institution, outcome, kind and day."""
    page = page_args()
    wanted = LedgerFilter(
        uscc=asked("uscc"),
        institution_id=chosen_id("institution"),
        outcome=chosen_state(QueryOutcome, "outcome"),
        kind=chosen_state(QueryKind, "kind"),
        first_day=asked_day("from"),
        last_day=asked_day("to"),
    )
    found, total = ledger_queries.search(wanted, page)
    return render_template(
        "office/queries.html",
        rows=[_row(row) for row in found],
        counts=ledger_queries.counts(),
        pager=pager_of(page, total),
        chosen={name: asked(name) for name in FILTERS},
        banks=bank_options(),
        outcomes=options(wording.QUERY_OUTCOMES),
        kinds=options(QUERY_KINDS),
    )


def _row(row: Any) -> Row:
    is_refused = row.outcome is QueryOutcome.REFUSED
    return {
        "at": format_moment(row.happened_at),
        "who": row.institution_name or wording.ROLES[row.role],
        "who_sub": row.actor_name,
        "firm": row.enterprise_name or _firms(row.firm_count),
        "firm_sub": row.uscc or "",
        "purpose": _purpose(row.purpose),
        "what": _what(row),
        "refused": is_refused,
        "causes": "".join(REFUSAL_SENTENCES[RefusalReason(code)] for code in row.reasons),
        "kind": QUERY_KINDS[row.kind],
        "proof": (row.result_hash or "")[:12],
    }


def _firms(count: int | None) -> str | None:
    return None if count is None else f"{count} 家企业"


def _purpose(code: str) -> str:
    found = PURPOSES.get(code) or PLATFORM_PURPOSES.get(code)
    return found.name if found else code


def _what(row: Any) -> str:
    if row.kind is not QueryKind.DISCLOSURE:
        return SILENT[row.kind]
    known = {subject.value: name for subject, name in wording.DISCLOSURE_SUBJECTS.items()}
    subject = known.get(row.subject, row.subject)
    items = "、".join(ITEMS[code].name for code in row.items if code in ITEMS)
    return f"{subject}（{items}）" if items else subject
