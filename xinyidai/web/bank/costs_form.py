"""The cost sheet in the product form, 费用清单: one row is kind, basis, number, payer and note.

A row is `cost-<n>-code`, `-basis`, `-value`, `-borne_by`, `-note`; a row without a kind is not
used. Shares are typed in percent, fixed sums in 元; a row without a number is not published. A
row to spare stands at the end, and a button gives more without saving.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import FEN_PER_YUAN, Yuan
from xinyidai.products.values import (
    BORNE_BY_NAMES,
    COST_NAMES,
    BorneBy,
    CostBasis,
    CostCode,
    CostItem,
    Terms,
)
from xinyidai.web.bank.form_reading import FormReader

MOST_ROWS = 20
SPARE_ROWS = 1
MORE_ROWS = 3
PERCENT = 100
NO_FEES = "cost-none"
TYPED = ("code", "value", "note")
PARTS = ("code", "basis", "value", "borne_by", "note")
BASIS_LABELS: Mapping[CostBasis, str] = {
    CostBasis.PER_YEAR_OF_AMOUNT: "每年，借款金额的 %",
    CostBasis.ONCE_OF_AMOUNT: "一次，借款金额的 %",
    CostBasis.ONCE_FIXED: "一次，固定（元）",
}


def items_of(reader: FormReader) -> tuple[CostItem, ...] | None:
    """Return the sheet as typed; None where neither a row nor «no fees» was filled in."""
    places = [n for n in range(MOST_ROWS) if _is_used(reader, n)]
    items = tuple(item for n in places if (item := _item(reader, n)) is not None)
    if not reader.text(NO_FEES):
        return items if places else None
    if any(item.borne_by is BorneBy.FIRM for item in items):
        reader.errors[NO_FEES] = "已填写企业承担的费用，请去掉“没有其他费用”的勾，或删除这些费用。"
    return items


def values_of(terms: Terms) -> dict[str, str]:
    """Return a sheet as the text that stands in the fields."""
    values: dict[str, str] = {}
    for place, item in enumerate(terms.cost_items or ()):
        texts = (item.code, item.basis, _number(item), item.borne_by, item.note)
        values |= {
            f"cost-{place}-{part}": str(text) for part, text in zip(PARTS, texts, strict=True)
        }
    borne = {item.borne_by for item in terms.cost_items or ()}
    if terms.cost_items is not None and BorneBy.FIRM not in borne:
        values[NO_FEES] = "1"
    return values


def choices(values: Mapping[str, str], *, more: bool = False) -> dict[str, Any]:
    """Return what the section offers: a row to spare beyond those filled in, or `more`."""
    used = [n for n in range(MOST_ROWS) if any(values.get(f"cost-{n}-{p}") for p in TYPED)]
    first = max(used, default=-1) + 1
    rows = first + (MORE_ROWS if more else SPARE_ROWS)
    return {
        "cost_rows": range(min(rows, MOST_ROWS)),
        "cost_first": first,
        "cost_codes": _options(COST_NAMES),
        "cost_bases": _options(BASIS_LABELS),
        "cost_payers": _options(BORNE_BY_NAMES),
    }


def own_field(name: str, form: Mapping[str, str]) -> str:
    """Return the form's name of a fault the rules found: `cost_items.1` is the second item."""
    place = name.removeprefix("cost_items.")
    if not place.isdigit():
        return name
    reader = FormReader(form)
    used = [n for n in range(MOST_ROWS) if _is_used(reader, n)]
    return f"cost-{used[int(place)]}-code" if int(place) < len(used) else "cost_items"


def _options(names: Mapping[Any, str]) -> list[dict[str, str]]:
    return [{"value": code.value, "label": name} for code, name in names.items()]


def _is_used(reader: FormReader, place: int) -> bool:
    return any(reader.text(f"cost-{place}-{part}") for part in TYPED)


def _item(reader: FormReader, place: int) -> CostItem | None:
    name = f"cost-{place}-"
    code = reader.choice(f"{name}code", CostCode, f"第 {place + 1} 项费用：请选择费用种类。")
    basis = reader.choice(f"{name}basis", CostBasis, f"第 {place + 1} 项费用：请选择计费方式。")
    payer = reader.choice(f"{name}borne_by", BorneBy, f"第 {place + 1} 项费用：请选择谁承担。")
    if code is None or basis is None or payer is None:
        return None
    return CostItem(code, basis, _value(reader, place, basis), payer, reader.text(f"{name}note"))


def _value(reader: FormReader, place: int, basis: CostBasis) -> Decimal | int | None:
    name = f"cost-{place}-value"
    if basis is not CostBasis.ONCE_FIXED:
        return reader.percent(name)
    raw = reader.text(name).rstrip("元").strip()
    if not raw:
        return None
    try:
        return Yuan.of_yuan(raw).fen
    except InvalidInput as error:
        reader.errors[name] = error.message
        return None


def _number(item: CostItem) -> str:
    if item.value is None:
        return ""
    if item.basis is CostBasis.ONCE_FIXED:
        return _plain(Decimal(item.value) / FEN_PER_YUAN)
    return _plain(Decimal(item.value) * PERCENT)


def _plain(number: Decimal) -> str:
    text = f"{number:.4f}"
    return text.rstrip("0").rstrip(".")
