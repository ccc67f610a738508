"""What banks' own models said of the firm, 联合结果: which model, which data, what came out."""

from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.joint_results import queries, service
from xinyidai.joint_results.models import JointResult
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.http import page_args
from xinyidai.web import joint_words
from xinyidai.web.chrome import format_moment
from xinyidai.web.enterprise.base import actor, blueprint, firm_id
from xinyidai.web.office.base import pager_of


@blueprint.get("/joint-results")
@allow(Role.ENTERPRISE_USER)
def joint_results() -> ResponseReturnValue:
    """Show each result that left, and how much each bank has learned in sum."""
    page = page_args()
    found, total = service.results_of(actor(), firm_id(), page)
    told = service.told_of(actor(), firm_id())
    names = queries.institution_names({one.institution_id for one in found})
    return render_template(
        "enterprise/joint_results.html",
        rows=[result_row(one, names[one.institution_id]) for one in found],
        told=[
            {"name": one.name, "results": one.results, "bits": joint_words.bits_words(one.bits)}
            for one in told
        ],
        pager=pager_of(page, total),
    )


def result_row(result: JointResult, bank: str = "") -> dict[str, Any]:
    """Return one result in words: the firm sees all of it."""
    version = result.version
    return {
        "bank": bank,
        "at": format_moment(result.made_at),
        "band": result.band,
        "model": version.label,
        "purpose": version.plain_purpose,
        "bands": "、".join(version.band_names),
        "used": joint_words.input_names(result.inputs),
        "withheld": joint_words.input_names(result.withheld),
        "consent_url": url_for("enterprise.consent", consent_id=result.consent_id),
        "look_url": url_for("enterprise.look", event_id=result.event_id),
    }
