"""Nightly comparisons, 对账: what was compared, and every difference with its ids."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from xinyidai.kernel.access import allow
from xinyidai.kernel.http import page_args
from xinyidai.oversight import queries
from xinyidai.oversight.models import Reconciliation
from xinyidai.oversight.values import DIFFERENCE_NAMES, Difference
from xinyidai.web.audit.base import blueprint
from xinyidai.web.chrome import format_moment
from xinyidai.web.office import ledger_queries
from xinyidai.web.office.base import OVERSIGHT, Row, link, pager_of

COMPARED: Mapping[str, str] = {
    "readings": "读取",
    "events": "留痕",
    "snapshots": "快照",
    "consents": "授权",
    "rows": "应入存证",
    "entries": "存证",
}


@blueprint.get("/reconciliations")
@allow(*OVERSIGHT)
def reconciliations() -> ResponseReturnValue:
    """List the comparisons, newest first."""
    page = page_args()
    found, total = queries.reconciliations(page)
    return render_template(
        "audit/reconciliations.html",
        rows=[_row(one) for one in found],
        pager=pager_of(page, total),
    )


def _row(found: Reconciliation) -> Row:
    compared = "，".join(f"{name} {found.compared[key]:,}" for key, name in COMPARED.items())
    return {
        "at": format_moment(found.run_at),
        "span": f"{format_moment(found.covered_from)} 至 {format_moment(found.covered_until)}",
        "compared": compared,
        "total": found.total,
        "differences": list(_differences(found)),
    }


def _differences(found: Reconciliation) -> Iterator[Row]:
    for code, one in found.differences.items():
        ids = [UUID(each) for each in one["ids"]]
        known = {row.id for row in ledger_queries.by_ids(ids)}
        yield {
            "name": DIFFERENCE_NAMES[Difference(code)],
            "total": f"{one['total']:,}",
            "ids": [_shown(each, known) for each in ids],
            "more": one["total"] - len(ids),
        }


def _shown(one: UUID, known: set[Any]) -> str | Markup:
    if one not in known:
        return str(one)
    return link(url_for("office.query_event", event_id=one), str(one))
