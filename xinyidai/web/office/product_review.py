"""What a reviewer sees beside a version: differences, examples, the trial, 审核依据."""

from uuid import UUID

from flask import g, render_template
from flask.typing import ResponseReturnValue

from xinyidai.institutions import queries as institutions
from xinyidai.kernel.access import allow
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import page_args
from xinyidai.kernel.masking import mask_name
from xinyidai.products import queries, service
from xinyidai.products.models import ProductVersion
from xinyidai.products.rules import criteria_changes
from xinyidai.products.values import OUTCOME_NAMES, ExampleOrigin
from xinyidai.web import shadow_view
from xinyidai.web.office import product_view
from xinyidai.web.office.base import OFFICE, Row, blueprint, pager_of

NO_RUN = "这个版本还没有试运行。"


@blueprint.get("/products/<uuid:version_id>/shadow")
@allow(*OFFICE)
def product_shadow(version_id: UUID) -> ResponseReturnValue:
    """Show the trial of a version with its firms, masked: who they are is not for the review."""
    version = service.read_version(g.actor, version_id)
    run = queries.find_shadow_run(version.id)
    if run is None:
        raise NotFound(NO_RUN)
    page = page_args()
    changes = queries.list_shadow_changes(run.id)
    rows = [
        {
            "name": f"{mask_name(firm.name[:2])}（{firm.section or '行业未知'} 类）",
            "side": shadow_view.SIDES[change.side],
            "why": shadow_view.reasons(run, change) or "过去某月的情况",
        }
        for change, firm in changes[page.offset : page.offset + page.size]
    ]
    return render_template(
        "office/product_shadow.html",
        version=version,
        firms=rows,
        pager=pager_of(page, len(changes)),
        **shadow_view.summary(run),
    )


def review_context(version: ProductVersion) -> Row:
    """Return what the page of a version shows a reviewer beside its facts."""
    results = service.tried_examples(version)
    run = queries.find_shadow_run(version.id)
    former = queries.find_listed_version(version.product_id)
    former = None if former is None or former.id == version.id else former
    return {
        "former": former,
        "fact_changes": [] if former is None else _fact_changes(former, version),
        "rule_changes": [] if former is None else _rule_changes(former, version),
        "examples": [
            {
                "name": one.example.name,
                "name_sub": "程序按条件生成" if one.example.origin is ExampleOrigin.SCRIPT else "",
                "expected": OUTCOME_NAMES[one.example.expected],
                "got": OUTCOME_NAMES[one.got],
                "why": "；".join(f.criterion.threshold_text() for f in one.decisive)
                or "条件都满足",
            }
            for one in results
        ],
        "examples_failed": sum(not one.passes for one in results),
        "shadow": run,
        "shadow_stale": run is not None and run.rules_digest != service.rules_digest(version),
        "shadow_text": "" if run is None else service.change_text(run),
        "shadow_reach": "" if run is None else service.shown_count(run.reach),
    }


def _fact_changes(former: ProductVersion, version: ProductVersion) -> list[Row]:
    institution = institutions.get_institution(version.product.institution_id)
    old = product_view.review_rows(former, institution)
    new = product_view.review_rows(version, institution)
    changes = [
        {"what": after["label"], "before": before["value"], "after": after["value"]}
        for before, after in zip(old, new, strict=True)
        if before["value"] != after["value"]
    ]
    if former.description != version.description:
        changes.append(
            {"what": "产品说明", "before": former.description, "after": version.description}
        )
    return changes


def _rule_changes(former: ProductVersion, version: ProductVersion) -> list[Row]:
    names = service.indicator_names()
    changes = criteria_changes(
        queries.all_criteria(former, names), queries.all_criteria(version, names)
    )
    rows = [{"what": c.what, "before": c.before or None, "after": c.after or None} for c in changes]
    gone = [text for text in former.text_conditions if text not in version.text_conditions]
    new = [text for text in version.text_conditions if text not in former.text_conditions]
    rows += [{"what": "删去（人工核对）", "before": text, "after": None} for text in gone]
    return rows + [{"what": "新增（人工核对）", "before": None, "after": text} for text in new]
