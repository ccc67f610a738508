"""Compare products without sign-in, 产品对比."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.web import compare_view
from xinyidai.web.compare_view import Picks

UNPROCESSABLE = 422

blueprint = Blueprint("compare", __name__)


@blueprint.app_template_global("picking")
def picking() -> dict[str, Any]:
    """Return what a list needs to pick products for the comparison, from its own address."""
    picks = compare_view.read_picks(request.args)
    return {"picks": picks, "url": f"{_address()}?{picks.query}", "most": compare_view.MOST_PICKS}


@blueprint.app_template_global("pick_url")
def pick_url(picks: Picks, product_id: Any) -> str:
    """Return the address of the comparison with this product added."""
    return f"{_address()}?{picks.with_(product_id)}"


@blueprint.get("/compare")
@allow(Role.PUBLIC)
def show() -> ResponseReturnValue:
    """Show the picked products side by side for one loan."""
    picks = compare_view.read_picks(request.args)
    case = compare_view.read_case(request.args, None, None)
    page = render_template("public/compare.html", **compare_view.context(picks, case))
    return (page, UNPROCESSABLE) if picks.refused or case.errors else page


def _address() -> str:
    own = g.actor.role is Role.ENTERPRISE_USER
    return url_for("enterprise.compare" if own else "compare.show")
