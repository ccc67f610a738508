"""Listed firms for a bank, 白名单企业: by list, with what the bank may do next."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.list_types import LIST_TYPES, get_list_type
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.reference import regions
from xinyidai.kernel.access import allow
from xinyidai.kernel.http import page_args
from xinyidai.web.bank import showing
from xinyidai.web.bank.base import OFFICER, PAGE_SIZES, blueprint, pager_of
from xinyidai.web.chrome import format_day
from xinyidai.whitelist import queries
from xinyidai.whitelist.queries import EntryRow


@blueprint.get("/whitelist")
@allow(*OFFICER)
def list_whitelist() -> ResponseReturnValue:
    """Show current members, all or of one list."""
    page = page_args()
    chosen = request.args.get("type", "")
    list_type = get_list_type(chosen).code if chosen else None
    rows, total = queries.members(page, list_type=list_type)
    return render_template(
        "bank/whitelist.html",
        rows=[_row(row) for row in rows],
        pager=pager_of(page, total),
        types=[{"value": t.code, "label": t.name} for t in LIST_TYPES.values()],
        chosen={"type": chosen, "size": page.size},
        about=get_list_type(chosen).text if chosen else "",
        sizes=[{"value": size, "label": f"{size} 条"} for size in PAGE_SIZES],
    )


def _row(row: EntryRow) -> dict[str, Any]:
    firm = row.enterprise
    ask = url_for("bank.consent_form", uscc=firm.uscc)
    return {
        "firm": firm.name,
        "firm_sub": firm.uscc,
        "list": LIST_TYPES[row.entry.list_type].name,
        "industry": showing.industry_of(firm),
        "region": _region(firm),
        "listed": showing.unbroken(format_day(row.entry.listed_at)),
        "nominator": row.nominator,
        "next": showing.unbroken(showing.link(ask, "申请授权")),
    }


def _region(firm: Enterprise) -> str | None:
    region = regions().get(firm.region_code or "")
    return region.name if region else firm.region_code
