"""What a bank filled in about a product: what is wrong at any time, and what review still needs."""

import re
from collections.abc import Callable, Collection
from decimal import Decimal

from xinyidai.catalogue.list_types import LIST_TYPES
from xinyidai.products.rules.costs import cost_problems
from xinyidai.products.rules.members import unknown_regions
from xinyidai.products.values import (
    CostCode,
    ProductFacts,
    TargetGroup,
    Terms,
    industry_path,
    meaning_of,
    region_path,
)

_PRODUCT_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]{1,39}")
LONGEST_NAME = 80
LONGEST_TERM_MONTHS = 360
LONGEST_PROMISE_DAYS = 90
ONE = Decimal(1)
LONGEST_TEXTS = {"target": 1000, "description": 4000, "source": 1000, "fee_note": 500}
MOST_ENTRIES = 100
LONGEST_ENTRY = 1000
MOST_NAMED = 5
LONGEST_NAMED = 12
_TEXTS = ("target", "description", "source")
_LISTS = (
    *("region_codes", "industry_codes", "target_groups", "required_items"),
    *("text_conditions", "documents"),
)


def check_facts(facts: ProductFacts) -> dict[str, str]:
    """Return one Chinese sentence for each field that cannot be right; empty when none."""
    problems = _terms_problems(facts.terms) | cost_problems(facts.terms) | _price_problems(facts)
    if not _PRODUCT_CODE.fullmatch(facts.code):
        problems["code"] = "产品编号须为 2 至 40 位字母、数字、横线或下划线。"
    if not 1 <= len(facts.name.strip()) <= LONGEST_NAME:
        problems["name"] = f"请填写产品名称，不超过 {LONGEST_NAME} 字。"
    return problems | _whom_problems(facts) | _length_problems(facts)


def _price_problems(facts: ProductFacts) -> dict[str, str]:
    """Return what is wrong with the price of a product that lends nothing: a premium is a fee."""
    if meaning_of(facts.kind).lends:
        return {}
    terms = facts.terms
    problems: dict[str, str] = {}
    if terms.rate_min is not None or terms.rate_max is not None:
        problems["rate_max"] = (
            "信用保险不发放贷款，没有利率，请留空；保费填在费用清单的“保险费”里。"
        )
    if not any(item.code is CostCode.INSURANCE_FEE for item in terms.cost_items or ()):
        problems["cost_items"] = "请在费用清单里填写“保险费”：怎样计费、谁承担。"
    return problems


def _whom_problems(facts: ProductFacts) -> dict[str, str]:
    problems: dict[str, str] = {}
    places = [code for code in facts.region_codes if region_path(code) is None]
    places += [code for code in unknown_regions(facts.region_codes) if code not in places]
    if places:
        problems["region_codes"] = f"没有这些地区：{_named(places)}。请填地名或行政区划代码。"
    unknown = [code for code in facts.industry_codes if industry_path(code) is None]
    if unknown:
        problems["industry_codes"] = f"行业代码有误：{_named(unknown)}。例如 C、F51。"
    strange = [code for code in facts.target_groups if code not in set(TargetGroup)]
    if strange:
        problems["target_groups"] = f"没有这些适用人群：{'、'.join(strange)}，请重新选择。"
    if facts.whitelist_code is not None and facts.whitelist_code not in LIST_TYPES:
        problems["whitelist_code"] = "没有这个名单，请从列表里选择。"
    return problems


def _length_problems(facts: ProductFacts) -> dict[str, str]:
    problems: dict[str, str] = {}
    texts = {"fee_note": facts.terms.fee_note, **{name: getattr(facts, name) for name in _TEXTS}}
    for name, text in texts.items():
        if len(text) > LONGEST_TEXTS[name]:
            problems[name] = f"这里写了 {len(text)} 字，请不要超过 {LONGEST_TEXTS[name]} 字。"
    for name in _LISTS:
        entries = getattr(facts, name)
        if len(entries) > MOST_ENTRIES:
            problems[name] = f"这里有 {len(entries)} 项，最多 {MOST_ENTRIES} 项。"
        elif any(len(entry) > LONGEST_ENTRY for entry in entries):
            problems[name] = f"有一项太长了，每项不超过 {LONGEST_ENTRY} 字。"
    return problems


def _named(codes: Collection[str]) -> str:
    shown = [code[:LONGEST_NAMED] for code in list(codes)[:MOST_NAMED]]
    more = len(codes) - len(shown)
    return "、".join(shown) + (f"等 {more + len(shown)} 个" if more else "")


def shortfalls_for_review(
    facts: ProductFacts, *, known_items: Collection[str], allowed_items: Collection[str]
) -> dict[str, str]:
    """Return what keeps a draft from review: items nobody has, or beyond a pre-loan look.

    A product may ask only for catalogue items that the purpose 贷前审查 covers (最小必要).
    """
    problems = check_facts(facts)
    unknown = [item for item in facts.required_items if item not in known_items]
    beyond = [
        item for item in facts.required_items if item in known_items and item not in allowed_items
    ]
    if unknown:
        problems["required_items"] = f"信用信息目录中没有：{'、'.join(unknown)}。"
    elif beyond:
        problems["required_items"] = f"贷前审查不需要这些信息，请去掉：{'、'.join(beyond)}。"
    if not facts.description.strip():
        problems["description"] = "请用一两句话向企业说明这个产品。"
    return problems


def _terms_problems(terms: Terms) -> dict[str, str]:
    problems: dict[str, str] = {}
    for field, is_wrong, sentence in _CHECKS:
        if is_wrong(terms):
            problems.setdefault(field, sentence)
    return problems


def _reversed(low: Decimal | int | None, high: Decimal | int | None) -> bool:
    return low is not None and high is not None and low > high


def _outside(value: Decimal | int | None, low: Decimal | int, high: Decimal | int) -> bool:
    return value is not None and not low <= value <= high


_Check = tuple[str, Callable[[Terms], bool], str]
_CHECKS: tuple[_Check, ...] = (
    ("amount_min", lambda t: (t.amount_min_fen or 0) < 0, "最低额度不能是负数。"),
    (
        "amount_max",
        lambda t: t.amount_max_fen is not None and t.amount_max_fen <= 0,
        "最高额度须大于零。",
    ),
    (
        "amount_max",
        lambda t: _reversed(t.amount_min_fen, t.amount_max_fen),
        "最低额度不能高于最高额度。",
    ),
    (
        "term_min",
        lambda t: _outside(t.term_min_months, 1, LONGEST_TERM_MONTHS),
        f"期限须在 1 至 {LONGEST_TERM_MONTHS} 个月之间。",
    ),
    (
        "term_max",
        lambda t: _outside(t.term_max_months, 1, LONGEST_TERM_MONTHS),
        f"期限须在 1 至 {LONGEST_TERM_MONTHS} 个月之间。",
    ),
    (
        "term_max",
        lambda t: _reversed(t.term_min_months, t.term_max_months),
        "最短期限不能长于最长期限。",
    ),
    ("rate_min", lambda t: _outside(t.rate_min, 0, ONE), "年利率须在 0 至 100% 之间。"),
    ("rate_max", lambda t: _outside(t.rate_max, 0, ONE), "年利率须在 0 至 100% 之间。"),
    ("rate_max", lambda t: _reversed(t.rate_min, t.rate_max), "最低利率不能高于最高利率。"),
    ("fee_rate", lambda t: _outside(t.fee_rate, 0, ONE), "费率须在 0 至 100% 之间。"),
    (
        "promise_days",
        lambda t: _outside(t.promise_days, 1, LONGEST_PROMISE_DAYS),
        f"承诺办理时限须在 1 至 {LONGEST_PROMISE_DAYS} 个工作日之间。",
    ),
)
