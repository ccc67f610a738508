"""The form of a product version, 产品表单: what was typed becomes facts, and facts become text."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from werkzeug.datastructures import MultiDict

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import format_wan
from xinyidai.products.rules import read_value, write_value
from xinyidai.products.values import (
    FIELDS,
    Field,
    GuaranteeKind,
    Operator,
    ProductFacts,
    ProductKind,
    RepaymentMethod,
    Terms,
)
from xinyidai.web.bank import costs_form
from xinyidai.web.bank.criteria_form import criteria_of
from xinyidai.web.bank.form_reading import FormReader

PERCENT = 100


def facts_from(form: MultiDict[str, str]) -> ProductFacts:
    """Return what the manager filled in.

    Raises:
        InvalidInput: every field that cannot be read, criteria as `criteria.<row>`.

    """
    reader = FormReader(form)
    reader.require(code="请填写产品编号。", name="请填写产品名称。")
    kind = reader.choice("kind", ProductKind, "请选择产品类型。")
    terms = _terms(reader)
    effective_from = reader.day("effective_from")
    places = _members(reader, "region_codes", FIELDS["region_code"])
    trades = _members(reader, "industry_codes", FIELDS["industry"])
    criteria, faults = criteria_of(form)
    reader.errors |= faults
    reader.check()
    if kind is None or terms is None:
        raise InvalidInput("请补全产品信息。")
    return ProductFacts(
        code=reader.text("code"),
        name=reader.text("name"),
        kind=kind,
        terms=terms,
        region_codes=places,
        criteria=tuple(criteria),
        text_conditions=reader.lines("text_conditions"),
        required_items=tuple(form.getlist("required_items")),
        documents=reader.lines("documents"),
        target=reader.text("target"),
        description=reader.text("description"),
        whitelist_code=reader.text("whitelist_code") or None,
        effective_from=effective_from,
        source=reader.text("source"),
        industry_codes=trades,
        target_groups=tuple(form.getlist("target_groups")),
    )


def _terms(reader: FormReader) -> Terms | None:
    stated = Terms(
        amount_min_fen=reader.wan("amount_min"),
        amount_max_fen=reader.wan("amount_max"),
        term_min_months=reader.whole("term_min"),
        term_max_months=reader.whole("term_max"),
        rate_min=reader.percent("rate_min"),
        rate_max=reader.percent("rate_max"),
        cost_items=costs_form.items_of(reader),
        fee_note=reader.text("fee_note"),
        promise_days=reader.whole("promise_days"),
    )
    guarantee = reader.choice("guarantee", GuaranteeKind, "请选择担保方式。")
    repayment = reader.choice("repayment", RepaymentMethod, "请选择还款方式。")
    if guarantee is None or repayment is None:
        return None
    return replace(stated, guarantee=guarantee, repayment=repayment)


def _members(reader: FormReader, name: str, field: Field) -> tuple[str, ...]:
    """Return the codes of places or trades typed by name or code; each once."""
    if not reader.text(name):
        return ()
    try:
        found = read_value(field, Operator.IS_NONE_OF, reader.text(name))
    except InvalidInput as error:
        reader.errors[name] = error.message
        return ()
    return tuple(dict.fromkeys(str(code) for code in found)) if isinstance(found, list) else ()


def values_of(facts: ProductFacts) -> dict[str, str]:
    """Return a version's facts as the text that stands in the fields."""
    terms = facts.terms
    return {
        "code": facts.code,
        "name": facts.name,
        "kind": facts.kind.value,
        "amount_min": _wan(terms.amount_min_fen),
        "amount_max": _wan(terms.amount_max_fen),
        "term_min": _whole(terms.term_min_months),
        "term_max": _whole(terms.term_max_months),
        "rate_min": percent_text(terms.rate_min),
        "rate_max": percent_text(terms.rate_max),
        **costs_form.values_of(terms),
        "fee_note": terms.fee_note,
        "guarantee": terms.guarantee.value,
        "repayment": terms.repayment.value,
        "promise_days": _whole(terms.promise_days),
        "region_codes": _names(FIELDS["region_code"], facts.region_codes),
        "industry_codes": _names(FIELDS["industry"], facts.industry_codes),
        "text_conditions": _joined(facts.text_conditions),
        "documents": _joined(facts.documents),
        "target": facts.target,
        "description": facts.description,
        "whitelist_code": facts.whitelist_code or "",
        "effective_from": facts.effective_from.isoformat() if facts.effective_from else "",
        "source": facts.source,
    }


def _names(field: Field, codes: Sequence[str]) -> str:
    return write_value(field, Operator.IS_NONE_OF, codes) if codes else ""


def percent_text(rate: Decimal | None) -> str:
    """Return a decimal fraction as the number of a percentage, without needless zeros."""
    if rate is None:
        return ""
    text = f"{rate * PERCENT:.4f}"
    return text.rstrip("0").rstrip(".")


def _wan(fen: int | None) -> str:
    return "" if fen is None else format_wan(fen).removesuffix(" 万元").replace(",", "")


def _whole(number: int | None) -> str:
    return "" if number is None else str(number)


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines)
