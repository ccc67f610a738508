"""Compare products with the firm's own outcome and for the loan it wishes, 产品对比."""

from collections.abc import Mapping

from flask import render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.matching import service
from xinyidai.matching.models import MatchRun
from xinyidai.products.values import Outcome
from xinyidai.web import compare_view
from xinyidai.web.compare_view import Compared
from xinyidai.web.enterprise.base import UNPROCESSABLE, actor, blueprint, firm_id
from xinyidai.web.wording import OUTCOMES

OWN, LACKING = "我的企业", "还差什么"
NOT_MATCHED = "还没有核对，请先做产品匹配"
NOT_AMONG = "上次匹配没有列出这款产品"


@blueprint.get("/compare")
@allow(Role.ENTERPRISE_USER)
def compare() -> ResponseReturnValue:
    """Show the picked products side by side, the firm's outcome first."""
    run = service.read_current_run(actor(), firm_id())
    wish = run.wish if run else {}
    picks = compare_view.read_picks(request.args)
    case = compare_view.read_case(request.args, wish.get("amount_fen"), wish.get("term_months"))
    page = render_template(
        "enterprise/compare.html",
        has_run=run is not None,
        **compare_view.context(picks, case, lambda one: _outcome(run, one)),
    )
    return (page, UNPROCESSABLE) if picks.refused or case.errors else page


def _outcome(run: MatchRun | None, one: Compared) -> Mapping[str, str]:
    if run is None:
        return {OWN: NOT_MATCHED, LACKING: "—"}
    found = next((m for m in run.matches if m.product_version_id == one.version.id), None)
    if found is None:
        return {OWN: NOT_AMONG, LACKING: "—"}
    lacking = [f"{row['field_name']}：{row['text']}" for row in found.unmet]
    lacking += [f"{row['field_name']}：{row['cause_text']}" for row in found.missing]
    words = OUTCOMES[Outcome(found.outcome)]
    return {OWN: f"{words}（第 {found.rank} 位）", LACKING: "；".join(lacking) or "没有"}
