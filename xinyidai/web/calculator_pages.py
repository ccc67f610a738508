"""The repayment calculator, 还款计算器: open to anybody, its address says all that was asked."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import FEN_PER_YUAN, format_yuan
from xinyidai.products import queries as products
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import (
    BORNE_BY_NAMES,
    COST_RULE,
    AllInCost,
    CostItem,
    Instalment,
    RepaymentMethod,
    all_in_cost,
    repayment_plan,
)
from xinyidai.products.values.repayments import MONTHS_A_YEAR
from xinyidai.web import calculator_form, costs_view, wording
from xinyidai.web.bank.form_reading import FieldValues
from xinyidai.web.calculator_form import Asked
from xinyidai.web.chrome import format_day
from xinyidai.web.spreadsheet import csv_file

UNPROCESSABLE = 422
LONGEST_SHOWN = 36  # a longer plan is shown by years, its instalments folded away
HEAD = ("期次", "还款日", "应还合计（元）", "其中本金（元）", "其中利息（元）", "剩余本金（元）")
DAY_COUNT_LABELS = {"360": "一年按 360 天", "365": "一年按 365 天"}

blueprint = Blueprint("calculator", __name__)


@blueprint.app_template_global("product_costs")
def product_costs(version: ProductVersion) -> dict[str, Any]:
    """Return the card of costs for any page that shows a product."""
    return costs_view.product_costs(version.product_id, version.terms, version.kind)


@blueprint.get("/calculator")
@allow(Role.PUBLIC)
def show() -> ResponseReturnValue:
    """Show the form, and below it instalments, interest and the whole cost once asked."""
    values = calculator_form.typed(request.args)
    if not calculator_form.is_asked(values):
        return _page(values, {}, {})
    try:
        asked = calculator_form.read(values)
    except InvalidInput as error:
        return _page(values, error.fields, {}), UNPROCESSABLE
    return _page(values, {}, _answer(asked, _sheet(values, asked), values))


@blueprint.get("/calculator.csv")
@allow(Role.PUBLIC)
def as_csv() -> ResponseReturnValue:
    """Send the table of instalments as a file."""
    values = calculator_form.typed(request.args)
    try:
        asked = calculator_form.read(values)
    except InvalidInput as error:
        return _page(values, error.fields, {}), UNPROCESSABLE
    rows = [
        (
            str(one.number),
            format_day(one.due_on) if one.due_on else "",
            *(_plain(fen) for fen in _sums(one)),
        )
        for one in repayment_plan(asked.loan)
    ]
    return csv_file("repayments.csv", HEAD, rows)


def _page(values: dict[str, str], errors: dict[str, str], answer: dict[str, Any]) -> str:
    methods = {
        method: name
        for method, name in wording.REPAYMENTS.items()
        if method is not RepaymentMethod.NEGOTIABLE
    }
    return render_template(
        "public/calculator.html",
        values=FieldValues(values),
        errors=errors,
        methods=[{"value": method.value, "label": name} for method, name in methods.items()],
        day_counts=[{"value": days, "label": name} for days, name in DAY_COUNT_LABELS.items()],
        product=_product(values["product"]),
        rule=COST_RULE,
        **({"answer": None} | answer),
    )


def _product(raw: str) -> ProductVersion | None:
    """Return the listed product of the address; any other is as if none was named."""
    try:
        return products.find_listed_version(UUID(raw))
    except ValueError:
        return None


def _sheet(values: dict[str, str], asked: Asked) -> tuple[CostItem, ...] | None:
    """Return the product's fees and those typed; a sheet not published stays so."""
    product = _product(values["product"])
    if product is None:
        return asked.fees
    published = product.terms.cost_items
    if published is None:
        return asked.fees or None
    return published + asked.fees


def _answer(
    asked: Asked, sheet: tuple[CostItem, ...] | None, values: dict[str, str]
) -> dict[str, Any]:
    plan = repayment_plan(asked.loan)
    given: dict[str, Any] = {name: value for name, value in values.items() if value}
    cost = all_in_cost(asked.loan, sheet)
    return {
        "answer": {
            "facts": _facts(plan, cost),
            "fees": _fee_rows(cost),
            "rows": [_row(one) for one in plan],
            "years": _years(plan) if len(plan) > LONGEST_SHOWN else [],
            "csv": url_for("calculator.as_csv", **given),
            "is_floor": not cost.is_complete,
        }
    }


def _facts(plan: tuple[Instalment, ...], cost: AllInCost) -> list[dict[str, str]]:
    first, last = plan[0], plan[-1]
    rows = [{"label": "第一期还", "value": format_yuan(first.total_fen)}]
    if len(plan) > 1:
        rows.append({"label": "最后一期还", "value": format_yuan(last.total_fen)})
    return [
        *rows,
        {"label": "利息合计", "value": format_yuan(cost.interest_fen)},
        {"label": "费用合计（企业承担）", "value": format_yuan(cost.fees_fen)},
        {"label": "一共多付", "value": format_yuan(cost.firm_fen)},
        {"label": "综合融资成本（年化）", "value": costs_view.rate_text(cost)},
        {"label": "折成合同利率口径", "value": costs_view.nominal_text(cost)},
    ]


def _fee_rows(cost: AllInCost) -> list[dict[str, str]]:
    return [
        {
            "name": line.item.name,
            "basis": costs_view.value_text(line.item),
            "sum": costs_view.UNPUBLISHED if line.fen is None else format_yuan(line.fen),
            "payer": BORNE_BY_NAMES[line.item.borne_by],
        }
        for line in cost.lines
    ]


def _row(one: Instalment) -> dict[str, str]:
    total, principal, interest, balance = (_grouped(fen) for fen in _sums(one))
    return {
        "number": f"第 {one.number} 期",
        "number_sub": format_day(one.due_on) if one.due_on else "",
        "total": total,
        "principal": principal,
        "interest": interest,
        "balance": balance,
    }


def _years(plan: tuple[Instalment, ...]) -> list[dict[str, str]]:
    """Return the sums of every twelve instalments."""
    rows = []
    for start in range(0, len(plan), MONTHS_A_YEAR):
        part = plan[start : start + MONTHS_A_YEAR]
        totals = (sum(sums) for sums in zip(*(_sums(one)[:3] for one in part), strict=True))
        total, principal, interest = map(_grouped, totals)
        row = {"number": f"第 {start // MONTHS_A_YEAR + 1} 年", "total": total}
        rest = {"principal": principal, "interest": interest}
        rows.append(row | rest | {"balance": _grouped(part[-1].balance_fen)})
    return rows


def _sums(one: Instalment) -> tuple[int, int, int, int]:
    return one.total_fen, one.principal_fen, one.interest_fen, one.balance_fen


def _plain(fen: int) -> str:
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    return f"{yuan}.{rest:02}"


def _grouped(fen: int) -> str:
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    return f"{yuan:,}.{rest:02}"
