"""Words of the public credit record catalogue, 公共信用信息目录."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from xinyidai.catalogue.errors import UnknownField

_HEADING_NOISE = re.compile(r"[\s_\-*:;,.、\"'()\[\]【】“”《》]")


class FieldType(StrEnum):
    """What a field holds and how its text is read."""

    TEXT = "text"  # 文本
    DATE = "date"  # 日期
    MONTH = "month"  # 月份, stands for its first day
    NUMBER = "number"  # 数值
    INTEGER = "integer"  # 整数
    BOOLEAN = "boolean"  # 是否
    ENUM = "enum"  # 代码
    USCC = "uscc"  # 统一社会信用代码
    AMOUNT_YUAN = "amount_yuan"  # 金额, the file is in yuan
    AMOUNT_WAN = "amount_wan"  # 金额, the file is in 10,000 yuan

    @property
    def is_amount(self) -> bool:
        """Tell whether the value is money, kept as fen."""
        return self in {FieldType.AMOUNT_YUAN, FieldType.AMOUNT_WAN}

    @property
    def is_day(self) -> bool:
        """Tell whether the value gives a day."""
        return self in {FieldType.DATE, FieldType.MONTH}


class CollectionMode(StrEnum):
    """How the platform comes by a record, 共享方式."""

    COLLECT = "collect"  # 物理归集
    INTERFACE = "interface"  # 接口调用
    VERIFY = "verify"  # 数据核验
    DECLARE = "declare"  # 自主填报
    PLATFORM = "platform"  # 平台产生


# Records of these kinds come from a use case of the platform, and never in a file.
MADE_HERE = frozenset({CollectionMode.DECLARE, CollectionMode.PLATFORM})


class OpenAttribute(StrEnum):
    """Who may be shown a record, 公开属性."""

    PUBLIC = "public"  # 社会公开
    AUTHORIZED = "authorized"  # 授权查询
    GOVERNMENT = "government"  # 政务共享


class Effect(StrEnum):
    """What a record says about the firm, 信用属性."""

    POSITIVE = "positive"  # 守信
    NEGATIVE = "negative"  # 失信
    NEUTRAL = "neutral"  # 中性


class Sensitivity(StrEnum):
    """How carefully a record is kept, 敏感程度."""

    GENERAL = "general"  # 一般
    SENSITIVE = "sensitive"  # 商业秘密
    PERSONAL = "personal"  # 含个人信息


class SourceNature(StrEnum):
    """Where the facts of a kind come from, 信息来源."""

    PUBLIC = "public"  # 公共
    MARKET = "market"  # 市场
    DECLARED = "declared"  # 自主填报
    BANK = "bank"  # 银行反馈


class RepairClass(StrEnum):
    """How grave what a negative record tells of is, 失信程度 (Order 36)."""

    MINOR = "minor"  # 轻微
    GENERAL = "general"  # 一般
    SERIOUS = "serious"  # 严重


class Absence(StrEnum):
    """What it means that a firm has no record of a kind that is collected at all."""

    ZERO = "zero"  # 没有就是零
    UNKNOWN = "unknown"  # 没有不等于零，数据不足


def clean_heading(heading: str) -> str:
    """Return a heading without width, case, space and punctuation, for comparison."""
    return _HEADING_NOISE.sub("", unicodedata.normalize("NFKC", heading)).lower()


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a record kind, 数据项.

    `future_days` is how far a date may lie ahead of today; `signed` allows a negative number;
    `year_only` takes a bare year as its 1 January; `personal` marks data about a person.
    `open_attribute` is the kind's unless the field is kept closer; `standard_code` is the name that
    a national data standard gives the field, as XK_WSH in that of 双公示.
    """

    code: str
    name: str
    type: FieldType
    required: bool
    personal: bool
    signed: bool
    year_only: bool
    future_days: int
    max_length: int | None
    minimum: Decimal | None
    maximum: Decimal | None
    values: Mapping[str, str]
    value_synonyms: Mapping[str, str]
    synonyms: tuple[str, ...]
    open_attribute: OpenAttribute
    standard_code: str | None

    @cached_property
    def headings(self) -> frozenset[str]:
        """Return every cleaned heading under which the field is known."""
        known = (self.code, self.name, self.standard_code or self.code, *self.synonyms)
        return frozenset(map(clean_heading, known))

    def enum_code(self, text: str) -> str | None:
        """Return the code for a text seen in a file, or nothing when it is not on the list."""
        return self._enum_codes.get(clean_heading(text))

    @cached_property
    def enum_texts(self) -> frozenset[tuple[str, str]]:
        """Return every cleaned text of an option with its code."""
        labels = [(label, code) for code, label in self.values.items()]
        pairs = [(code, code) for code in self.values] + labels + [*self.value_synonyms.items()]
        return frozenset((clean_heading(text), code) for text, code in pairs)

    @cached_property
    def _enum_codes(self) -> dict[str, str]:
        return dict(self.enum_texts)


@dataclass(frozen=True, kw_only=True)
class ColumnMap:
    """Which fields of a kind fill the generic columns of a record.

    The natural key tells records of one firm, kind and source apart. A month fills
    `occurred_on` with its first day. `document` and `organ` name the fields that say by which
    paper and by whom; without `organ` it was the source.
    """

    subject_code: str
    subject_name: str
    natural_key: tuple[str, ...]
    occurred_on: str
    valid_until: str | None
    amount: str | None
    quantity: str | None
    level: str | None
    document: str | None
    organ: str | None


@dataclass(frozen=True)
class RepairRule:
    """When a record of a kind may be repaired: so many months after it happened, 最短公示期."""

    grade: RepairClass
    min_publicity_months: int


@dataclass(frozen=True)
class Department:
    """A source of records, 信源单位."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class RecordKind:
    """One kind of public credit information, 信息类别; periods are in days and months.

    `repair` None means that records of the kind are not repaired on application, 不适用信用修复.
    `publicity_months` is how long a record is shown that names no end of its own;
    `publicity_most_months` how long at most even if it names a later one.
    """

    code: str
    name: str
    class_code: str
    class_name: str
    item: str
    department: Department
    mode: CollectionMode
    open_attribute: OpenAttribute
    effect: Effect
    nature: SourceNature
    sensitivity: Sensitivity
    legal_basis: str
    update_cycle_days: int
    publicity_rule: str
    publicity_months: int | None
    publicity_most_months: int | None
    retention_months: int | None
    repair: RepairRule | None
    absence: Absence
    fields: tuple[Field, ...]
    map: ColumnMap

    def field(self, code: str) -> Field:
        """Return a field by its code.

        Raises:
            UnknownField: the kind has no such field.

        """
        for field in self.fields:
            if field.code == code:
                return field
        raise UnknownField(f"“{self.name}”没有数据项 {code}。请对照目录检查。")

    def find_field(self, heading: str) -> Field | None:
        """Return the field that a file calls by this heading, if any."""
        wanted = clean_heading(heading)
        return next((field for field in self.fields if wanted in field.headings), None)


@dataclass(frozen=True)
class AuthorizationItem:
    """What a firm ticks when it authorizes, 授权数据项: a group of record kinds."""

    code: str
    name: str
    text: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class BannedField:
    """Information that is never collected, with the headings that give it away."""

    code: str
    name: str
    patterns: tuple[str, ...]
    legal_basis: str

    def covers(self, heading: str) -> bool:
        """Tell whether a heading asks for this information."""
        return _matches(self.patterns, heading)


@dataclass(frozen=True)
class DroppedField:
    """Information that a source's files may carry by a standard but that is never stored, 不予留存.

    A column under such a heading is read past and thrown away: the file is good without it.
    """

    code: str
    name: str
    patterns: tuple[str, ...]
    standard_codes: tuple[str, ...]
    reason: str

    def covers(self, heading: str) -> bool:
        """Tell whether a heading stands above this information."""
        cleaned = clean_heading(heading)
        return cleaned in map(clean_heading, self.standard_codes) or _matches(
            self.patterns, heading
        )


def _matches(patterns: tuple[str, ...], heading: str) -> bool:
    cleaned = clean_heading(heading)
    return any(re.search(pattern, cleaned) for pattern in patterns)


@dataclass(frozen=True)
class Edition:
    """One edition of the catalogue, 目录版本, with what changed in it."""

    version: str
    published_on: date
    changes: tuple[str, ...]
