"""What came of products, 办理结果, as the public order counts it; each number with its list."""

from typing import Any
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.applications import service as applications
from xinyidai.applications.values import OutcomeRow
from xinyidai.institutions.queries import get_institution
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.kernel.http import Page, page_args
from xinyidai.matching import service as matching
from xinyidai.matching.models import ProductStandingRow
from xinyidai.matching.rules import standing_from
from xinyidai.products.queries import get_product
from xinyidai.web import standing_words as words
from xinyidai.web.chrome import format_day
from xinyidai.web.office.base import OVERSIGHT, asked, blueprint, link, pager_of

DECIDED, PROMISED = "decided", "promised"


@blueprint.get("/standings")
@allow(*OVERSIGHT)
def standings() -> ResponseReturnValue:
    """Show the newest count of every product."""
    rows = matching.read_standing_rows(g.actor, clock.today())
    return render_template(
        "office/standings.html",
        rows=[_standing_row(row) for row in rows],
        on=rows[0].counted_on if rows else None,
        too_few=words.TOO_FEW,
    )


@blueprint.get("/standings/<uuid:product_id>")
@allow(*OVERSIGHT)
def standing(product_id: UUID) -> ResponseReturnValue:
    """Show one product's counts day by day, and the applications behind the newest."""
    history = matching.read_standing_history(g.actor, product_id)
    if not history:
        raise NotFound("这个产品还没有办理结果。")
    which, page = asked("list") or DECIDED, page_args()
    rows, total = _behind(which, history[0], page)
    product = get_product(product_id)
    return render_template(
        "office/standing.html",
        product=product,
        institution=get_institution(product.institution_id),
        newest=_standing_row(history[0]),
        history=[_standing_row(row) for row in history],
        tabs=_tabs(product_id, which, history[0]),
        rows=[_outcome_row(row) for row in rows],
        pager=pager_of(page, total),
    )


def _behind(which: str, row: ProductStandingRow, page: Page) -> tuple[list[OutcomeRow], int]:
    readers = {
        DECIDED: applications.read_decided_behind,
        PROMISED: applications.read_promised_behind,
    }
    if which not in readers:
        raise InvalidInput("没有这份明细，请重新选择。")
    rows, total = readers[which](g.actor, row.product_id, row.counted_on, page)
    return list(rows), total


def _tabs(product_id: UUID, which: str, row: ProductStandingRow) -> list[dict[str, Any]]:
    names = {DECIDED: ("已决定的申请", row.decided), PROMISED: ("到期的承诺", row.promised)}
    return [
        {
            "label": label,
            "count": number,
            "href": url_for("office.standing", product_id=product_id, list=code),
            "current": code == which,
        }
        for code, (label, number) in names.items()
    ]


def _standing_row(row: ProductStandingRow) -> dict[str, Any]:
    product, counted = get_product(row.product_id), standing_from(row.counts, row.counted_on)
    url = url_for("office.standing", product_id=row.product_id)
    return {
        "product": link(url, product.name),
        "product_sub": get_institution(product.institution_id).short_name,
        "decided": link(f"{url}?list={DECIDED}", f"{row.approved} / {row.decided}"),
        "approval": words.share(counted.approval_rate),
        "approval_sub": words.BASES[counted.basis],
        "kept": link(f"{url}?list={PROMISED}", f"{row.kept} / {row.promised}"),
        "kept_share": words.share(counted.kept_promise),
        "leads": link(
            url_for("office.institution_leads", institution_id=product.institution_id),
            f"{row.leads_fit} / {row.leads_judged}",
        ),
        "lead_quality": words.share(counted.lead_quality),
        "on": format_day(row.counted_on),
        "version": row.rules_version,
    }


def _outcome_row(row: OutcomeRow) -> dict[str, Any]:
    return {
        "number": row.application_no,
        "promised": format_day(row.promised_on) if row.promised_on else None,
        "answered": format_day(row.answered_on) if row.answered_on else None,
        "outcome": words.OUTCOMES[row.outcome] if row.outcome else "还没有答复",
    }
