"""How one version of a product is shown to its bank."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import url_for

from xinyidai.catalogue.list_types import LIST_TYPES
from xinyidai.enterprises.reference import regions
from xinyidai.kernel import clock
from xinyidai.kernel.money import format_wan
from xinyidai.products import queries, service
from xinyidai.products.models import ProductVersion, ShadowRun
from xinyidai.products.rules import RULE_REASONS, parse_criteria
from xinyidai.products.values import (
    OUTCOME_NAMES,
    TARGET_GROUP_NAMES,
    ExampleOrigin,
    ExampleResult,
    ProductVersionState,
    TargetGroup,
    industry_name,
    meaning_of,
)
from xinyidai.web import costs_view, criterion_days, wording
from xinyidai.web.bank import showing
from xinyidai.web.bank.product_form import percent_text
from xinyidai.web.chrome import format_day

ORIGINS = {ExampleOrigin.PERSON: "", ExampleOrigin.SCRIPT: "按条件自动生成"}


def version_row(
    version: ProductVersion, run: ShadowRun | None = None, on_sale: ProductVersion | None = None
) -> dict[str, Any]:
    """Return one line of the list of products; `on_sale` is what firms see meanwhile."""
    url = url_for("bank.show_product", version_id=version.id)
    return {
        "name": showing.link(url, version.name),
        "name_sub": version.product.code,
        "kind": wording.PRODUCT_KINDS[version.kind],
        "amount": amount_words(version),
        "rate": rate_words(version),
        "term": term_words(version),
        "version": f"第 {version.version} 版",
        "version_sub": _meanwhile(version, on_sale),
        "state": version.state.value,
        "listed": format_day(version.listed_at),
        "reach": reach_link(version, run),
        "reach_sub": "" if run is None else f"{format_day(run.run_at)} 试运行",
    }


def _meanwhile(version: ProductVersion, on_sale: ProductVersion | None) -> str:
    if on_sale is None or on_sale.id == version.id:
        return ""
    return f"企业看到的是第 {on_sale.version} 版"


def fault_links(version_id: UUID, errors: Mapping[str, str]) -> list[dict[str, str]]:
    """Return each fault of the last step with the place where it is put right."""
    return [{"href": _place_of(version_id, name), "message": m} for name, m in errors.items()]


def _place_of(version_id: UUID, name: str) -> str:
    if name == "reason":
        return "#f-reason"
    if name.startswith("examples"):
        return url_for("bank.edit_examples", version_id=version_id)
    if name == "submit":
        return "#facts"
    place = name.removeprefix("criteria.")
    field = f"crit-{place}-field" if name != place and place.isdigit() else name.partition(".")[0]
    return url_for("bank.edit_product", version_id=version_id, _anchor=f"f-{field}")


def amount_words(version: ProductVersion) -> str | None:
    """Return the range of amounts in words; None where nothing is published."""
    low, high = version.amount_min_fen, version.amount_max_fen
    return _range(
        None if low is None else format_wan(low), None if high is None else format_wan(high)
    )


def rate_words(version: ProductVersion) -> str | None:
    """Return the range of yearly rates in percent."""
    low, high = version.rate_min, version.rate_max
    return _range(
        None if low is None else f"{percent_text(low)}%",
        None if high is None else f"{percent_text(high)}%",
    )


def term_words(version: ProductVersion) -> str | None:
    """Return the range of terms in months."""
    low, high = version.term_min_months, version.term_max_months
    return _range(None if low is None else f"{low} 个月", None if high is None else f"{high} 个月")


def _range(low: str | None, high: str | None) -> str | None:
    if low and high:
        return low if low == high else f"{low} – {high}"
    if high:
        return f"最高 {high}"
    return f"最低 {low}" if low else None


def version_context(version: ProductVersion) -> dict[str, Any]:
    """Return what the page of a version shows."""
    # Region and list stand among the facts already.
    criteria = parse_criteria(version.criteria, service.indicator_names(), stored=True)
    day = version.effective_from
    return {
        "is_waiting": day is not None and day > clock.today(),
        "facts": _facts(version),
        "criteria": [
            {
                "threshold": criterion.threshold_text(),
                "threshold_sub": criterion.field.about,
                "text": criterion.denial_text,
                "reason": RULE_REASONS[criterion.reason_code],
                "since": criterion_days.since_words(criterion, version),
                "shown": "公开" if criterion.show_threshold else "不公开",
            }
            for criterion in criteria
        ],
    }


def reach_link(version: ProductVersion, run: ShadowRun | None) -> Any:
    """Return whom the version reaches, linked to its trial; None where it was not tried."""
    if run is None:
        return None
    words = service.shown_count(run.reach)
    if run.listed_version_id is not None:
        words += f"（{service.change_text(run)}）"
    return showing.link(url_for("bank.show_shadow", version_id=version.id), words)


def trial_context(version: ProductVersion) -> dict[str, Any]:
    """Return how a version fares with its examples and in its trial."""
    results = service.tried_examples(version)
    run = queries.find_shadow_run(version.id)
    return {
        "example_rows": example_rows(results),
        "examples_failed": sum(not result.passes for result in results),
        "shadow": run,
        "shadow_stale": run is not None and run.rules_digest != service.rules_digest(version),
        "shortfalls": fault_links(version.id, _shortfalls(version)),
        "shadow_text": None if run is None else service.change_text(run),
        "shadow_reach": None if run is None else service.shown_count(run.reach),
    }


def _shortfalls(version: ProductVersion) -> dict[str, str]:
    return service.shortfalls_of(version) if version.state is ProductVersionState.DRAFT else {}


def example_rows(results: Sequence[ExampleResult]) -> list[dict[str, Any]]:
    """Return each example with what was expected, what came out, and which criterion decided."""
    return [
        {
            "name": result.example.name,
            "name_sub": ORIGINS[result.example.origin],
            "expected": OUTCOME_NAMES[result.example.expected],
            "got": OUTCOME_NAMES[result.got],
            "why": "；".join(f.criterion.threshold_text() for f in result.decisive) or "条件都满足",
            "passes": result.passes,
        }
        for result in results
    ]


def _facts(version: ProductVersion) -> list[dict[str, Any]]:
    listed = LIST_TYPES.get(version.whitelist_code or "")
    days = version.promise_days
    return [
        {"label": "产品编号", "value": version.product.code},
        {"label": "产品类型", "value": wording.PRODUCT_KINDS[version.kind]},
        {"label": "额度", "value": amount_words(version)},
        {
            "label": meaning_of(version.kind).price,
            "value": costs_view.price_text(version.terms, version.kind, rate_words(version)),
        },
        {"label": "期限", "value": term_words(version)},
        {"label": "其他费用", "value": costs_view.fees_text(version.terms, version.kind)},
        {
            "label": "综合融资成本（年化）",
            "value": costs_view.reference_text(version.terms, version.kind),
        },
        {"label": "担保方式", "value": wording.GUARANTEES[version.guarantee]},
        {"label": "还款方式", "value": wording.REPAYMENTS[version.repayment]},
        {"label": "承诺时限", "value": f"{days} 个工作日" if days else "平台默认"},
        {"label": "服务区域", "value": _regions(version)},
        {
            "label": "面向行业",
            "value": "、".join(map(industry_name, version.industry_codes)) or "不限",
        },
        {"label": "适用人群", "value": group_names(version) or "不限"},
        {"label": "面向名单", "value": listed.name if listed else "不限"},
        {"label": "须授权信息", "value": showing.item_names(version.required_items) or "无"},
        {"label": "申请材料", "value": "、".join(version.documents) or "无"},
        {"label": "适用对象", "value": version.target or "未填写"},
        {"label": "生效日期", "value": _begins(version)},
    ]


def _begins(version: ProductVersion) -> str:
    day = version.effective_from
    return "上架即生效" if day is None else format_day(day)


def group_names(version: ProductVersion) -> str:
    """Return the target groups of a version in one line."""
    return "、".join(TARGET_GROUP_NAMES[TargetGroup(code)] for code in version.target_groups)


def _regions(version: ProductVersion) -> str:
    known = regions()
    names = [known[code].name if code in known else code for code in version.region_codes]
    return "、".join(names) or "不限"
