"""The JSON form of a cost sheet, read strictly, and what keeps a sheet from being right.

One item: code, basis, `rate` (a decimal fraction as text) or `amount_fen`, borne_by, note; where
both numbers are null the fee exists and its amount is not published, 未公布.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import LARGEST_FEN
from xinyidai.products.values import (
    FEE_CEILINGS,
    BorneBy,
    CostBasis,
    CostCode,
    CostItem,
    Terms,
    ceiling_value,
)

KEYS = frozenset({"code", "basis", "rate", "amount_fen", "borne_by", "note"})
MOST_ITEMS = 20
LONGEST_NOTE = 200
FINEST_RATE = Decimal("0.000001")
CARRIED_OVER = "其他费用"

C = TypeVar("C", bound=StrEnum)


def cost_item_to_json(item: CostItem) -> dict[str, Any]:
    """Return the JSON form; `parse_cost_items` reads it back to an equal item."""
    is_fixed = item.basis is CostBasis.ONCE_FIXED
    known = item.value is not None
    return {
        "code": item.code.value,
        "basis": item.basis.value,
        "rate": str(item.value) if known and not is_fixed else None,
        "amount_fen": item.value if is_fixed else None,
        "borne_by": item.borne_by.value,
        "note": item.note,
    }


def parse_cost_items(raw: Sequence[Mapping[str, Any]] | None) -> tuple[CostItem, ...] | None:
    """Return the sheet, None where nothing is published.

    Raises:
        InvalidInput: `cost_items.<place>` with one Chinese sentence for each bad item.

    """
    if raw is None:
        return None
    problems: dict[str, str] = {}
    items: list[CostItem] = []
    for place, entry in enumerate(raw):
        try:
            items.append(_item(entry))
        except InvalidInput as error:
            problems[f"cost_items.{place}"] = error.message
    if problems:
        raise InvalidInput("费用清单有误，请按提示修改。", fields=problems)
    return tuple(items)


def cost_problems(terms: Terms) -> dict[str, str]:
    """Return what is wrong with the sheet of these terms; empty when nothing is."""
    items = terms.cost_items or ()
    if len(items) > MOST_ITEMS:
        return {"cost_items": f"费用最多 {MOST_ITEMS} 项。"}
    found = {
        f"cost_items.{place}": sentence
        for place, item in enumerate(items)
        if (sentence := _item_problem(item) or _ceiling_problem(item, terms))
    }
    twice = [key for key, count in Counter(map(_key, items)).items() if count > 1]
    if twice and not found:
        found["cost_items"] = f"“{twice[0][-1]}”重复，同一项费用只填一次。"
    if _yearly(items) > 1:
        found.setdefault("cost_items", "每年的费用合计不能超过借款金额。")
    if terms.cost_items is not None and terms.fee_rate not in {None, _yearly(items)}:
        found["fee_rate"] = "“其他费用年化”须等于费用清单里企业承担的每年费率之和。"
    return found


def settled(terms: Terms) -> Terms:
    """Return the terms with sheet and `fee_rate` in step; a yearly fee alone becomes an item."""
    items = terms.cost_items
    if items is None and terms.fee_rate:
        items = (
            CostItem(
                CostCode.OTHER,
                CostBasis.PER_YEAR_OF_AMOUNT,
                terms.fee_rate,
                BorneBy.FIRM,
                (terms.fee_note or CARRIED_OVER)[:LONGEST_NOTE],
            ),
        )
    if items is None:
        return terms
    return replace(terms, cost_items=items, fee_rate=_yearly(items))


def _yearly(items: Sequence[CostItem]) -> Decimal:
    return sum(
        (
            Decimal(item.value)
            for item in items
            if item.borne_by is BorneBy.FIRM
            and item.basis is CostBasis.PER_YEAR_OF_AMOUNT
            and item.value is not None
        ),
        Decimal(0),
    )


def _key(item: CostItem) -> tuple[str, ...]:
    return (item.basis.value, item.borne_by.value, item.name)


def _item_problem(item: CostItem) -> str:
    if item.code is CostCode.OTHER and not item.note.strip():
        return "“其他费用”请写明是什么费用。"
    if len(item.note) > LONGEST_NOTE:
        return f"费用说明不超过 {LONGEST_NOTE} 字。"
    if item.value is None:
        return ""
    if item.basis is CostBasis.ONCE_FIXED:
        is_sum = isinstance(item.value, int) and 0 <= item.value <= LARGEST_FEN
        return "" if is_sum else f"“{item.name}”的金额须是不小于零的数，精确到分。"
    rate = Decimal(item.value)
    is_share = rate.is_finite() and 0 <= rate <= 1 and rate == rate.quantize(FINEST_RATE)
    return "" if is_share else f"“{item.name}”的比例须在 0 至 100% 之间，最多四位小数。"


def _ceiling_problem(item: CostItem, terms: Terms) -> str:
    """Say that a fee of a public tariff is dearer than any; dearer ones go by another name."""
    if item.value is None or item.code not in FEE_CEILINGS:
        return ""
    if item.value <= ceiling_value(item, terms.reference_case[0]):
        return ""
    return (
        f"“{item.name}”超过借款金额的 {FEE_CEILINGS[item.code] * 100:.0f}%，请核对；"
        "确实这么高的，改列为“其他费用”并写明。"
    )


def _item(entry: Mapping[str, Any]) -> CostItem:
    if not isinstance(entry, Mapping) or not {"code", "basis"} <= set(entry) <= KEYS:
        raise InvalidInput("每项费用须写明种类、计费方式、数额和承担方，不能有其他内容。")
    basis = _member(CostBasis, entry["basis"], "计费方式")
    note = entry.get("note", "")
    if not isinstance(note, str):
        raise InvalidInput("费用说明须是文字。")
    return CostItem(
        _member(CostCode, entry["code"], "费用种类"),
        basis,
        _value(basis, entry.get("rate"), entry.get("amount_fen")),
        _member(BorneBy, entry.get("borne_by", BorneBy.FIRM.value), "承担方"),
        note.strip(),
    )


def _member(kind: type[C], raw: object, what: str) -> C:
    try:
        return kind(str(raw))
    except ValueError as error:
        raise InvalidInput(f"没有“{raw}”这种{what}。") from error


def _value(basis: CostBasis, rate: object, amount_fen: object) -> Decimal | int | None:
    if basis is CostBasis.ONCE_FIXED:
        if rate is not None or isinstance(amount_fen, bool):
            raise InvalidInput("固定金额的费用填写以分计的整数，不填比例。")
        if amount_fen is not None and not isinstance(amount_fen, int):
            raise InvalidInput("固定金额的费用填写以分计的整数。")
        return amount_fen
    if amount_fen is not None:
        raise InvalidInput("按比例的费用填写小数形式的比例，不填金额。")
    return _fraction(rate)


def _fraction(raw: object) -> Decimal | None:
    if raw is None:
        return None
    try:
        return Decimal(str(raw))
    except InvalidOperation as error:
        raise InvalidInput(f"“{raw}”不是比例，请填写小数，例如 0.005。") from error
