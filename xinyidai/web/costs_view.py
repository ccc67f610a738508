"""A cost sheet and what a loan costs in words, 综合融资成本, wherever a product is shown."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from flask import url_for

from xinyidai.kernel.money import format_wan, format_yuan
from xinyidai.products.values import (
    BASIS_NAMES,
    BORNE_BY_NAMES,
    AllInCost,
    CostBasis,
    CostCode,
    CostItem,
    ProductKind,
    RepaymentMethod,
    Terms,
    meaning_of,
)

UNPUBLISHED = "未公布"
NOT_LENT = "不适用"
MONTHS_A_YEAR = 12
HOW_RECKONED = (
    "按内部收益率计算：企业到手的钱与以后要付的每一笔（利息和由企业承担的费用）折成一年的成本，复利。"
    "未公布的费用不按零计。"
)
NONE_BEYOND = "除利息外没有其他费用"
PERCENT = 100
HUNDREDTH = Decimal("0.01")
Row = dict[str, Any]


def percent(rate: Decimal) -> str:
    """Return a fraction as a percentage: two decimals, four where the third is not zero."""
    text = f"{rate * PERCENT:.4f}"
    return f"{text.removesuffix('00')}%"


def yearly(rate: Decimal) -> str:
    """Return a reckoned yearly cost as a percentage with two decimals, halves up."""
    return f"{(rate * PERCENT).quantize(HUNDREDTH, ROUND_HALF_UP)}%"


def value_text(item: CostItem) -> str:
    """Return what an item comes to, in words; never zero for what is not published."""
    if item.value is None:
        return UNPUBLISHED
    if item.basis is CostBasis.ONCE_FIXED:
        return format_yuan(int(item.value))
    return percent(Decimal(item.value))


def sheet_rows(terms: Terms, kind: ProductKind) -> list[Row]:
    """Return the sheet line by line, interest first; of what lends nothing, that there is none."""
    rows = [_interest_row(terms, kind)]
    for item in terms.cost_items or ():
        note = "" if item.note == item.name else item.note
        rows.append(
            {
                "name": item.name,
                "basis": basis_name(item.basis, kind),
                "value": value_text(item),
                "payer": BORNE_BY_NAMES[item.borne_by],
                "note": note,
            }
        )
    if terms.cost_items is None:
        words = terms.fee_note or "银行没有公布费用清单"
        rows.append(
            {"name": "其他费用", "basis": "—", "value": UNPUBLISHED, "payer": "—", "note": words}
        )
    return rows


def _interest_row(terms: Terms, kind: ProductKind) -> Row:
    meaning = meaning_of(kind)
    if not meaning.lends:
        return {
            "name": meaning.charge,
            "basis": "—",
            "value": "不收",
            "payer": "—",
            "note": f"{meaning.basis}；保费列在下面，是费用，不是利息",
        }
    rate = UNPUBLISHED if terms.rate_max is None else f"最高 {percent(terms.rate_max)}"
    return {
        "name": meaning.charge,
        "basis": meaning.basis,
        "value": rate,
        "payer": "企业",
        "note": "",
    }


def basis_name(basis: CostBasis, kind: ProductKind) -> str:
    """Return how a fee is reckoned; insurance reckons by the sum insured."""
    name = BASIS_NAMES[basis]
    return name if meaning_of(kind).lends else name.replace("借款金额", meaning_of(kind).amount)


def premium_of(terms: Terms) -> CostItem | None:
    """Return the premium of an insurance, or None where the sheet names none."""
    items = terms.cost_items or ()
    return next((item for item in items if item.code is CostCode.INSURANCE_FEE), None)


def price_text(terms: Terms, kind: ProductKind, rates: str | None) -> str | None:
    """Return the price under `meaning_of(kind).price`: the rates as given, or the premium."""
    if meaning_of(kind).lends:
        return rates
    premium = premium_of(terms)
    return f"{value_text(premium)}（保费，不是利息）" if premium else None


def _insured_rows(terms: Terms, kind: ProductKind) -> list[Row]:
    """Return what an insurance costs in the reference case."""
    amount, months = terms.reference_case
    case = f"投保 {format_wan(amount)}、{months} 个月"
    premium = premium_of(terms)
    rows = [{"label": "综合融资成本（年化）", "value": NOT_LENT, "note": meaning_of(kind).basis}]
    if premium is None or premium.value is None:
        return [*rows, {"label": "保费合计", "value": UNPUBLISHED, "note": case}]
    fen = Decimal(premium.value)
    if premium.basis is not CostBasis.ONCE_FIXED:
        fen *= amount
    if premium.basis is CostBasis.PER_YEAR_OF_AMOUNT:
        fen = fen * months / MONTHS_A_YEAR
    words = format_yuan(int(fen.quantize(Decimal(1), ROUND_HALF_UP)))
    return [*rows, {"label": "保费合计", "value": words, "note": case}]


def fees_text(terms: Terms, kind: ProductKind) -> str:
    """Return the fees beside interest in one line."""
    if terms.cost_items is None:
        return f"{UNPUBLISHED}。{terms.fee_note}" if terms.fee_note else UNPUBLISHED
    parts = [
        f"{item.name} {value_text(item)}（{basis_name(item.basis, kind)}，"
        f"{BORNE_BY_NAMES[item.borne_by]}承担）"
        for item in terms.cost_items
    ]
    return "；".join(parts) or NONE_BEYOND


def rate_text(cost: AllInCost | None) -> str:
    """Return the yearly cost in words; a floor is called one."""
    if cost is None:
        return UNPUBLISHED
    if cost.rate is None:
        return "费用与借款金额相比过大，请看各项合计"
    shown = yearly(cost.rate)
    return shown if cost.is_complete else f"不低于 {shown}（另有费用未公布）"


def nominal_text(cost: AllInCost | None) -> str:
    """Return the yearly cost without compounding, the way a contract states its rate."""
    if cost is None or cost.nominal is None:
        return rate_text(cost)
    shown = yearly(cost.nominal)
    return shown if cost.is_complete else f"不低于 {shown}"


def cost_rows(cost: AllInCost | None, amount_fen: int, months: int) -> list[Row]:
    """Return what the loan costs in this case, sum by sum, for a list of facts."""
    case = f"借 {format_wan(amount_fen)}、{months} 个月，按最高利率"
    if cost is None:
        return [{"label": "综合融资成本（年化）", "value": UNPUBLISHED, "note": "银行未公布利率"}]
    rows = [
        {"label": "综合融资成本（年化）", "value": rate_text(cost), "note": case},
        {"label": "折成合同利率口径", "value": nominal_text(cost)},
        {"label": "利息合计", "value": format_yuan(cost.interest_fen)},
    ]
    for line in cost.lines:
        payer = BORNE_BY_NAMES[line.item.borne_by]
        sum_text = UNPUBLISHED if line.fen is None else format_yuan(line.fen)
        rows.append({"label": line.item.name, "value": sum_text, "note": f"{payer}承担"})
    label = "企业一共多付" if cost.is_complete else "企业一共至少多付"
    return [*rows, {"label": label, "value": format_yuan(cost.firm_fen)}]


def reference_rows(terms: Terms, kind: ProductKind) -> list[Row]:
    """Return the cost in the case for which every product page shows it."""
    if not meaning_of(kind).lends:
        return _insured_rows(terms, kind)
    amount, months = terms.reference_case
    return cost_rows(terms.cost_of(amount, months), amount, months)


def product_costs(product_id: UUID, terms: Terms, kind: ProductKind) -> dict[str, Any]:
    """Return what the card of a product's page shows: the sheet, an example, the calculator."""
    meaning = meaning_of(kind)
    return {
        "title": "综合融资成本" if meaning.lends else "保费和其他费用",
        "about": meaning.about,
        "sheet": sheet_rows(terms, kind),
        "example": reference_rows(terms, kind),
        "reckoned": HOW_RECKONED if meaning.lends else "",
        "calculator": calculator_url(product_id, terms) if meaning.lends else "",
    }


def calculator_url(product_id: UUID, terms: Terms) -> str:
    """Return the calculator with the product's terms filled in."""
    amount, months = terms.reference_case
    method = "" if terms.repayment is RepaymentMethod.NEGOTIABLE else terms.repayment.value
    rate = "" if terms.rate_max is None else percent(terms.rate_max).rstrip("%")
    amount_text = format_wan(amount).removesuffix(" 万元").replace(",", "")
    return url_for(
        "calculator.show",
        product=product_id,
        amount=amount_text,
        rate=rate,
        months=months,
        method=method,
    )


def reference_text(terms: Terms, kind: ProductKind) -> str:
    """Return the cost in the reference case with that case, in one line."""
    if not meaning_of(kind).lends:
        return f"{NOT_LENT}（{meaning_of(kind).basis}）"
    amount, months = terms.reference_case
    cost = terms.cost_of(amount, months)
    if cost is None:
        return UNPUBLISHED
    return f"{rate_text(cost)}，借 {format_wan(amount)}、{months} 个月"


def short_text(terms: Terms) -> str:
    """Return the cost in the reference case in a few words, for a card."""
    cost = terms.cost_of(*terms.reference_case)
    if cost is None or cost.rate is None:
        return UNPUBLISHED
    if terms.cost_items is None:
        return f"{yearly(cost.rate)}起（费用未公布）"
    return yearly(cost.rate) if cost.is_complete else f"{yearly(cost.rate)}起"


def case_text(terms: Terms) -> str:
    """Say for which loan the yearly cost is shown."""
    amount, months = terms.reference_case
    return f"按借 {format_wan(amount)}、{months} 个月、最高利率计"
