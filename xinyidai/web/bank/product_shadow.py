"""The trial of a version on the past twelve months, 试运行, as its bank sees it.

Counts below five are not told. Firms are named only where this bank holds a live authorization and
the change is still so on their present facts; the others are counted.
"""

from typing import Any
from uuid import UUID

from flask import flash, g, render_template
from flask.typing import ResponseReturnValue

from xinyidai.consents import queries as consents
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import RuleBroken
from xinyidai.matching import service as matching
from xinyidai.products import queries, service
from xinyidai.products.models import ProductVersion, ShadowRun
from xinyidai.products.values import ProductVersionState as S
from xinyidai.web import shadow_view
from xinyidai.web.bank.base import MANAGER, UNPROCESSABLE, bank_id, blueprint, see_other
from xinyidai.web.bank.product_pages import own_version

PURPOSE = "pre_loan"
SHOWN_FIRMS = 200


@blueprint.get("/products/<uuid:version_id>/shadow")
@allow(*MANAGER)
def show_shadow(version_id: UUID) -> ResponseReturnValue:
    """Show the newest trial of a version."""
    return _page(own_version(version_id), {})


@blueprint.post("/products/<uuid:version_id>/shadow")
@allow(*MANAGER)
def run_shadow(version_id: UUID) -> ResponseReturnValue:
    """Try the version beside the listed one; a large city is tried in the background."""
    try:
        with own_transaction():
            run = matching.shadow_run(g.actor, own_version(version_id).id)
    except RuleBroken as error:
        return _page(own_version(version_id), {"run": error.message}), UNPROCESSABLE
    words = "试运行完成。" if run else "企业较多，正在后台试运行，完成后会通知您。"
    flash(words, "ok")
    return see_other("show_shadow", version_id=version_id)


def _page(version: ProductVersion, errors: dict[str, str]) -> str:
    run = queries.find_shadow_run(version.id)
    return render_template(
        "bank/product_shadow.html",
        version=version,
        run=run,
        errors=errors,
        may_run=version.state not in {S.DELISTED, S.DISCARDED},
        is_stale=run is not None and run.rules_digest != service.rules_digest(version),
        **({} if run is None else shadow_view.summary(run) | _firms(run)),
    )


def _firms(run: ShadowRun) -> dict[str, Any]:
    allowed = {c.enterprise_id for c in consents.active_of_institution(bank_id(), PURPOSE)}
    rows = [
        {
            "name": firm.name,
            "side": shadow_view.SIDES[change.side],
            "why": shadow_view.reasons(run, change),
        }
        for change, firm in queries.list_shadow_changes(run.id)
        if firm.id in allowed and change.facts_version == firm.facts_version
    ]
    return {"firms": rows[:SHOWN_FIRMS], "firm_count": len(rows)}
