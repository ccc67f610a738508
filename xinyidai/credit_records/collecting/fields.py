"""What a column must be, as the collection sees it: a field of the catalogue or of a raw table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from xinyidai.catalogue.kinds import Field as CatalogueField
from xinyidai.catalogue.kinds import RecordKind
from xinyidai.credit_records.collecting.headings import clean_heading


class FieldType(StrEnum):
    """How the texts of a column are read."""

    TEXT = "text"  # 文本
    DATE = "date"  # 日期
    MONTH = "month"  # 月份
    NUMBER = "number"  # 数值
    INTEGER = "integer"  # 整数
    BOOLEAN = "boolean"  # 是否
    ENUM = "enum"  # 选项
    USCC = "uscc"  # 统一社会信用代码
    AMOUNT_YUAN = "amount_yuan"  # 金额（元）
    AMOUNT_WAN = "amount_wan"  # 金额（万元）
    CAPITAL = "capital"  # 注册资本文字，如“12万人民币”


AMOUNTS = frozenset({FieldType.AMOUNT_YUAN, FieldType.AMOUNT_WAN, FieldType.CAPITAL})
NUMBERS = AMOUNTS | {FieldType.NUMBER, FieldType.INTEGER}
DAYS = frozenset({FieldType.DATE, FieldType.MONTH})


@dataclass(frozen=True)
class FieldSpec:
    """One field.

    `values` maps every cleaned text of an option to the code kept; `headings` are the cleaned
    headings under which the field is recognised.
    """

    code: str
    name: str
    type: FieldType
    required: bool = False
    personal: bool = False
    signed: bool = False
    year_only: bool = False
    future_days: int = 0
    max_length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    headings: frozenset[str] = field(default_factory=frozenset)

    def option(self, text: str) -> str | None:
        """Return the code of an option seen in a file, or None."""
        return self.values.get(clean_heading(text))


@dataclass(frozen=True)
class KindSpec:
    """One kind: its fields and which of them fill the columns every record has."""

    code: str
    name: str
    fields: tuple[FieldSpec, ...]
    subject_code: str = "uscc"
    subject_name: str = "name"
    natural_key: tuple[str, ...] = ()
    occurred_on: str | None = None
    valid_until: str | None = None
    amount: str | None = None
    quantity: str | None = None
    level: str | None = None

    @property
    def facts(self) -> tuple[FieldSpec, ...]:
        """Return the fields that tell something, without the two that say about whom."""
        subject = {self.subject_code, self.subject_name}
        return tuple(spec for spec in self.fields if spec.code not in subject)

    def named(self, code: str) -> FieldSpec | None:
        """Return a field by its code, or None."""
        return next((spec for spec in self.fields if spec.code == code), None)


def field_of(raw: Mapping[str, Any]) -> FieldSpec:
    """Build a field from the form that `record_kinds.yaml` describes, for tables of our own."""
    return FieldSpec(
        code=raw["code"],
        name=raw["name"],
        type=FieldType(raw["type"]),
        required=bool(raw.get("required")),
        personal=bool(raw.get("personal")),
        signed=bool(raw.get("signed")),
        year_only=bool(raw.get("year_only")),
        future_days=int(raw.get("future_days") or 0),
        max_length=raw.get("max_length"),
        minimum=_decimal(raw.get("min")),
        maximum=_decimal(raw.get("max")),
        values=_texts_of(raw.get("values") or {}, raw.get("value_synonyms") or {}),
        headings=_headings_of(raw["code"], raw["name"], raw.get("synonyms") or ()),
    )


def kind_of(kind: RecordKind) -> KindSpec:
    """Build the specification of a kind of the catalogue."""
    columns = kind.map
    return KindSpec(
        code=kind.code,
        name=kind.name,
        fields=tuple(map(_of_catalogue, kind.fields)),
        subject_code=columns.subject_code,
        subject_name=columns.subject_name,
        natural_key=columns.natural_key,
        occurred_on=columns.occurred_on,
        valid_until=columns.valid_until,
        amount=columns.amount,
        quantity=columns.quantity,
        level=columns.level,
    )


def _of_catalogue(field_: CatalogueField) -> FieldSpec:
    return FieldSpec(
        code=field_.code,
        name=field_.name,
        type=FieldType(field_.type.value),
        required=field_.required,
        personal=field_.personal,
        signed=field_.signed,
        year_only=field_.year_only,
        future_days=field_.future_days,
        max_length=field_.max_length,
        minimum=field_.minimum,
        maximum=field_.maximum,
        values=_texts_of(field_.values, field_.value_synonyms),
        headings=field_.headings,
    )


def _decimal(number: Any) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _headings_of(*names: Any) -> frozenset[str]:
    code, name, synonyms = names
    return frozenset(map(clean_heading, (code, name, *synonyms)))


def _texts_of(values: Any, synonyms: Mapping[Any, str]) -> dict[str, str]:
    """Map codes, Chinese names and synonyms, cleaned, to the code."""
    named = values if isinstance(values, Mapping) else {value: value for value in values}
    texts = {clean_heading(str(code)): str(code) for code in named}
    texts |= {clean_heading(str(name)): str(code) for code, name in named.items()}
    return texts | {clean_heading(str(text)): str(code) for text, code in synonyms.items()}
