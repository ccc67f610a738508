"""A product version in words, for the office's review and for the public catalogue."""

from decimal import Decimal

from xinyidai.catalogue.kinds import ITEMS
from xinyidai.catalogue.list_types import LIST_TYPES
from xinyidai.enterprises.reference import regions
from xinyidai.institutions.models import Institution
from xinyidai.kernel.money import format_wan
from xinyidai.products import queries, service
from xinyidai.products.models import ProductVersion
from xinyidai.products.rules import RULE_REASONS
from xinyidai.products.values import (
    TARGET_GROUP_NAMES,
    Criterion,
    TargetGroup,
    Terms,
    industry_name,
    meaning_of,
)
from xinyidai.web import costs_view, criterion_days, wording
from xinyidai.web.chrome import format_day, format_percent
from xinyidai.web.office.base import Row

UNPUBLISHED = "银行未公布"


def offer_rows(version: ProductVersion) -> list[Row]:
    """Return the five facts a product card shows."""
    terms, meaning = version.terms, meaning_of(version.kind)
    price = costs_view.price_text(terms, version.kind, rate_of(terms))
    return [
        {"label": meaning.amount, "value": amount_of(terms) or UNPUBLISHED},
        {"label": meaning.price, "value": price or UNPUBLISHED},
        *_if_lent(version, {"label": "综合年化成本", "value": costs_view.short_text(terms)}),
        {"label": "期限", "value": term_of(terms) or UNPUBLISHED},
        *_if_lent(version, {"label": "担保", "value": wording.GUARANTEES[version.guarantee]}),
    ]


def _if_lent(version: ProductVersion, *rows: Row) -> tuple[Row, ...]:
    """Return what only a product that lends has."""
    return rows if meaning_of(version.kind).lends else ()


def public_rows(version: ProductVersion, institution: Institution) -> list[Row]:
    """Return everything anyone may know of a version, line by line."""
    terms, meaning = version.terms, meaning_of(version.kind)
    cost = costs_view.reference_text(terms, version.kind)
    return [
        {"label": "提供机构", "value": institution.name},
        {"label": "产品类型", "value": wording.PRODUCT_KINDS[version.kind]},
        {"label": "面向", "value": version.target or "没有说明"},
        *([{"label": "这是什么", "value": meaning.about}] if meaning.about else []),
        _row(meaning.amount, amount_of(terms)),
        _row("期限", term_of(terms)),
        _row(meaning.price, costs_view.price_text(terms, version.kind, rate_of(terms))),
        {"label": "综合融资成本（年化）", "value": cost},
        {"label": "其他费用", "value": costs_view.fees_text(terms, version.kind)},
        *_if_lent(
            version,
            {"label": "担保方式", "value": wording.GUARANTEES[version.guarantee]},
            {"label": "还款方式", "value": wording.REPAYMENTS[version.repayment]},
        ),
        _row("办理承诺", _promise(terms.promise_days)),
        {"label": "服务区域", "value": _region_names(version.region_codes)},
        {"label": "需要授权的信息", "value": item_names(version.required_items)},
        {"label": "需要的材料", "value": "、".join(version.documents) or "没有说明"},
    ]


def review_rows(version: ProductVersion, institution: Institution) -> list[Row]:
    """Return what the office sees of a version: the public facts, and how it came about."""
    return [
        *public_rows(version, institution),
        {"label": "产品编号", "value": version.product.code, "note": f"第 {version.version} 版"},
        {
            "label": "面向行业",
            "value": "、".join(map(industry_name, version.industry_codes)) or "不限",
        },
        {"label": "适用人群", "value": _groups(version) or "不限"},
        {"label": "限定白名单", "value": _list_name(version.whitelist_code)},
        {"label": "生效日期", "value": _effective(version)},
        {"label": "来源", "value": version.source or "银行填报"},
    ]


def criterion_rows(version: ProductVersion, *, public: bool) -> list[Row]:
    """Return the criteria in words; in public a threshold is shown only where the bank agreed."""
    criteria = queries.all_criteria(version, service.indicator_names())
    return [_criterion_row(criterion, version, public=public) for criterion in criteria]


def _row(label: str, value: str | None) -> Row:
    """Return one line; only what is missing carries the reason why."""
    return {"label": label, "value": value} | ({} if value else {"note": UNPUBLISHED})


def item_names(codes: list[str]) -> str:
    """Return the names of authorization items in one line."""
    return "、".join(ITEMS[code].name for code in codes) or "不需要"


def amount_of(terms: Terms) -> str | None:
    """Say between which amounts the product lends."""
    low, high = terms.amount_min_fen, terms.amount_max_fen
    if high is None:
        return None if low is None else f"{format_wan(low)}起"
    if low == high:
        return format_wan(high)
    return f"最高 {format_wan(high)}" if not low else f"{format_wan(low)} 至 {format_wan(high)}"


def term_of(terms: Terms) -> str | None:
    """Say for how many months the product lends."""
    low, high = terms.term_min_months, terms.term_max_months
    if high is None:
        return None if low is None else f"{low} 个月起"
    if low == high:
        return f"{high} 个月"
    return f"最长 {high} 个月" if low is None else f"{low} 至 {high} 个月"


def rate_of(terms: Terms) -> str | None:
    """Say what the product costs a year."""
    low, high = terms.rate_min, terms.rate_max
    if low is None or high is None or low == high:
        return _percent(high if low is None else low)
    return f"{_percent(low)} 至 {_percent(high)}"


def _percent(value: Decimal | None) -> str | None:
    return None if value is None else format_percent(value)


def _promise(days: int | None) -> str | None:
    return None if days is None else f"提交后 {days} 个工作日内答复"


def _region_names(codes: list[str]) -> str:
    known = regions()
    return "、".join(known[code].name if code in known else code for code in codes) or "不限"


def _groups(version: ProductVersion) -> str:
    return "、".join(TARGET_GROUP_NAMES[TargetGroup(code)] for code in version.target_groups)


def _list_name(code: str | None) -> str:
    if code is None:
        return "不限定"
    return LIST_TYPES[code].name if code in LIST_TYPES else code


def _effective(version: ProductVersion) -> str:
    return "上架即生效" if version.effective_from is None else format_day(version.effective_from)


def _criterion_row(criterion: Criterion, version: ProductVersion, *, public: bool) -> Row:
    shown = criterion.show_threshold or not public
    said = criterion.threshold_text() if shown else criterion.field.name
    coming = criterion_days.coming_words(criterion) if public else ""
    return {
        "condition": f"{said}（{coming}）" if coming else said,
        "condition_sub": ("" if public else criterion.field.about)
        if shown
        else "银行未公布具体标准",
        "denial": criterion.denial_text,
        "published": "是" if criterion.show_threshold else "否",
        "reason": RULE_REASONS[criterion.reason_code],
        "since": criterion_days.since_words(criterion, version),
    }
