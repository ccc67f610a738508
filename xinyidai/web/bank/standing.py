"""The bank's own standing in the public order, 本行表现: every number with its list."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.applications import service as applications
from xinyidai.applications.values import JudgedLead, LeadUse, OutcomeRow
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import Page, page_args
from xinyidai.matching import service as matching
from xinyidai.matching.models import ProductStandingRow
from xinyidai.matching.rules import standing_from
from xinyidai.matching.values import OutcomeCounts
from xinyidai.products.queries import get_product
from xinyidai.products.values import ListedProduct
from xinyidai.web import standing_words as words
from xinyidai.web.bank.base import BANK, bank_id, blueprint, pager_of
from xinyidai.web.bank.showing import link
from xinyidai.web.chrome import format_day

Row = dict[str, Any]
NOTHING = OutcomeCounts()
DECIDED, PROMISED, LEADS = "decided", "promised", "leads"
LISTS = {DECIDED: "已决定的申请", PROMISED: "到期的承诺", LEADS: "有反馈的线索"}


@blueprint.get("/standing")
@allow(*BANK)
def own_standing() -> ResponseReturnValue:
    """Show what came of each of the bank's products, and what would better its place."""
    rows = matching.read_own_standing_rows(g.actor, clock.today())
    counted = {row.product_id: row for row in rows}
    on_sale = _on_sale()
    return render_template(
        "bank/standing.html",
        rows=[_product_row(product, counted.get(product.product_id)) for product in on_sale],
        on=rows[0].counted_on if rows else None,
        too_few=words.TOO_FEW,
        most=words.own_most(),
    )


@blueprint.get("/standing/<uuid:product_id>")
@allow(*BANK)
def product_standing(product_id: UUID) -> ResponseReturnValue:
    """Show one product: its points, what would better them, and what is behind each number."""
    history = matching.read_own_standing_history(g.actor, product_id)
    newest = history[0] if history else None
    which, page = request.args.get("list", DECIDED), page_args()
    rows, total = _behind(which, product_id, newest, page)
    listed = next((one for one in _on_sale() if one.product_id == product_id), None)
    counts = newest.counts if newest else NOTHING
    return render_template(
        "bank/product_standing.html",
        product=get_product(product_id),
        on=newest.counted_on if newest else None,
        points=round(matching.own_points(listed, counts), 1) if listed else None,
        most=words.own_most(),
        better=_better(listed, counts),
        tabs=_tabs(product_id, which, counts),
        which=which,
        rows=rows,
        history=[_numbers(row) for row in history],
        pager=pager_of(page, total),
    )


def _on_sale() -> list[ListedProduct]:
    listed = matching.current_index().products
    own = [product for product in listed if product.institution_id == bank_id()]
    return sorted(own, key=lambda product: (product.name, product.product_id))


def _product_row(product: ListedProduct, row: ProductStandingRow | None) -> Row:
    counts = row.counts if row else NOTHING
    url = url_for("bank.product_standing", product_id=product.product_id)
    numbers = _numbers(row)
    better = _better(product, counts)
    return numbers | {
        "product": link(url, product.name),
        "points": f"{matching.own_points(product, counts):.1f}",
        "decided": link(f"{url}?list={DECIDED}", numbers["decided"]),
        "kept": link(f"{url}?list={PROMISED}", numbers["kept"]),
        "leads": link(f"{url}?list={LEADS}", numbers["leads"]),
        "better": better[0] if better else "各项都是满分",
    }


def _numbers(row: ProductStandingRow | None) -> Row:
    counts = row.counts if row else NOTHING
    counted = standing_from(counts)
    return {
        "decided": f"{counts.approved} / {counts.decided}",
        "approval": words.share(counted.approval_rate),
        "approval_sub": words.BASES[counted.basis],
        "kept": f"{counts.kept} / {counts.promised}",
        "kept_share": words.share(counted.kept_promise),
        "leads": f"{counts.leads_fit} / {counts.leads_judged}",
        "lead_quality": words.share(counted.lead_quality),
        "on": format_day(row.counted_on) if row else None,
        "version": row.rules_version if row else None,
    }


def _better(product: ListedProduct | None, counts: OutcomeCounts) -> list[str]:
    if product is None:
        return []
    return [words.betterment_text(one) for one in matching.betterments(product, counts)]


def _tabs(product_id: UUID, which: str, counts: OutcomeCounts) -> list[Row]:
    numbers = {DECIDED: counts.decided, PROMISED: counts.promised, LEADS: counts.leads_judged}
    return [
        {
            "label": label,
            "count": numbers[code],
            "href": url_for("bank.product_standing", product_id=product_id, list=code),
            "current": code == which,
        }
        for code, label in LISTS.items()
    ]


def _behind(
    which: str, product_id: UUID, row: ProductStandingRow | None, page: Page
) -> tuple[list[Row], int]:
    if which not in LISTS:
        raise InvalidInput("没有这份明细，请重新选择。")
    if row is None:
        return [], 0
    if which == LEADS:
        judged = applications.read_leads_behind(g.actor, product_id, row.counted_on)
        # What counts stands first; the number in the tab is of these.
        judged.sort(key=lambda one: one.use is LeadUse.PENDING)
        return [_lead_row(one) for one in judged[page.offset :][: page.size]], len(judged)
    readers: Mapping[str, Any] = {
        DECIDED: applications.read_decided_behind,
        PROMISED: applications.read_promised_behind,
    }
    rows, total = readers[which](g.actor, product_id, row.counted_on, page)
    return [_outcome_row(one) for one in rows], total


def _outcome_row(row: OutcomeRow) -> Row:
    number: Any = row.application_no
    if g.actor.role is Role.BANK_OFFICER:
        url = url_for("bank.show_application", application_id=row.application_id)
        number = link(url, row.application_no)
    return {
        "number": number,
        "promised": format_day(row.promised_on) if row.promised_on else None,
        "answered": format_day(row.answered_on) if row.answered_on else None,
        "outcome": words.OUTCOMES[row.outcome] if row.outcome else "还没有答复",
        "kept": _kept(row),
    }


def _kept(row: OutcomeRow) -> str | None:
    if row.promised_on is None:
        return None
    is_kept = row.answered_on is not None and row.answered_on <= row.promised_on
    return "按时" if is_kept else "逾期"


def _lead_row(one: JudgedLead) -> Row:
    url = url_for("bank.show_search", search_id=one.search_id)
    return {
        "number": link(url, one.enterprise_name),
        "answered": format_day(one.given_at),
        "outcome": words.LEAD_USES[one.use],
    }
