"""The data dictionary, 信用数据字典: every kind and field in words, from the catalogue alone.

The public page, its downloads and the document for developers are all made of this.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xinyidai.catalogue.kinds import (
    BANNED_FIELDS,
    CLASSES,
    DEPARTMENTS,
    DROPPED_FIELDS,
    EDITIONS,
    ITEMS,
    KINDS,
    VERSION,
)
from xinyidai.catalogue.values import (
    Absence,
    CollectionMode,
    Effect,
    Field,
    FieldType,
    OpenAttribute,
    RecordKind,
    RepairClass,
    Sensitivity,
    SourceNature,
    clean_heading,
)

MODES: Mapping[CollectionMode, str] = {
    CollectionMode.COLLECT: "归集",
    CollectionMode.INTERFACE: "接口",
    CollectionMode.VERIFY: "核验",
}
OPENNESS: Mapping[OpenAttribute, str] = {
    OpenAttribute.PUBLIC: "公开",
    OpenAttribute.AUTHORIZED: "授权",
    OpenAttribute.GOVERNMENT: "政务共享",
}
EFFECTS: Mapping[Effect, str] = {
    Effect.POSITIVE: "守信",
    Effect.NEGATIVE: "失信",
    Effect.NEUTRAL: "中性",
}
SENSITIVITIES: Mapping[Sensitivity, str] = {
    Sensitivity.GENERAL: "一般",
    Sensitivity.SENSITIVE: "商业秘密",
    Sensitivity.PERSONAL: "含个人信息",
}
NATURES: Mapping[SourceNature, str] = {
    SourceNature.PUBLIC: "公共",
    SourceNature.MARKET: "市场",
    SourceNature.DECLARED: "自主填报",
    SourceNature.BANK: "银行反馈",
}
GRADES: Mapping[RepairClass, str] = {
    RepairClass.MINOR: "轻微",
    RepairClass.GENERAL: "一般",
    RepairClass.SERIOUS: "严重",
}
ABSENCES: Mapping[Absence, str] = {
    Absence.ZERO: "没有记录就是零",
    Absence.UNKNOWN: "没有记录算数据不足",
}
TYPES: Mapping[FieldType, str] = {
    FieldType.TEXT: "文本",
    FieldType.DATE: "日期",
    FieldType.MONTH: "月份",
    FieldType.NUMBER: "数值",
    FieldType.INTEGER: "整数",
    FieldType.BOOLEAN: "是否",
    FieldType.ENUM: "选项",
    FieldType.USCC: "统一社会信用代码",
    FieldType.AMOUNT_YUAN: "金额",
    FieldType.AMOUNT_WAN: "金额",
}
_AMOUNT_UNITS = {FieldType.AMOUNT_YUAN: "元", FieldType.AMOUNT_WAN: "万元"}
_UNIT_IN_NAME = re.compile(r"（([^（）]+)）$")
COLUMNS = (
    "大类", "类别代码", "类别名称", "数据项代码", "数据项名称", "国家标准字段", "类型", "单位",
    "必填", "个人信息", "公开属性", "取值", "信源单位", "来源性质", "共享方式", "信用属性",
    "敏感程度", "更新周期", "公示", "留存", "依据",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FieldEntry:
    """One field in words; `limits` are its options or bounds."""

    code: str
    name: str
    standard_code: str
    type: str
    unit: str
    required: bool
    personal: bool
    open_attribute: str
    is_closer: bool
    limits: str


@dataclass(frozen=True, kw_only=True)
class KindEntry:
    """One kind in words."""

    code: str
    name: str
    class_name: str
    item: str
    department: str
    mode: str
    open_attribute: str
    effect: str
    nature: str
    sensitivity: str
    legal_basis: str
    update_cycle: str
    publicity: str
    retention: str
    repair: str
    absence: str
    natural_key: str
    fields: tuple[FieldEntry, ...]


def kind_entry(kind: RecordKind) -> KindEntry:
    """Return a kind in words."""
    return KindEntry(
        code=kind.code,
        name=kind.name,
        class_name=kind.class_name,
        item=ITEMS[kind.item].name,
        department=kind.department.name,
        mode=MODES[kind.mode],
        open_attribute=OPENNESS[kind.open_attribute],
        effect=EFFECTS[kind.effect],
        nature=NATURES[kind.nature],
        sensitivity=SENSITIVITIES[kind.sensitivity],
        legal_basis=kind.legal_basis,
        update_cycle=f"{kind.update_cycle_days} 天内",
        publicity=_publicity(kind),
        retention=f"{kind.retention_months} 个月" if kind.retention_months else "长期留存",
        repair=_repair(kind),
        absence=ABSENCES[kind.absence],
        natural_key="、".join(kind.field(code).name for code in kind.map.natural_key),
        fields=tuple(_field_entry(kind, field) for field in kind.fields),
    )


def find_kinds(text: str = "", class_code: str = "") -> tuple[RecordKind, ...]:
    """Return the kinds of a class that a text names: by code, name, source, field or basis."""
    wanted = clean_heading(text)
    return tuple(
        kind
        for kind in KINDS.values()
        if class_code in {"", kind.class_code}
        and (not wanted or any(wanted in clean_heading(name) for name in _names(kind)))
    )


def table() -> Iterator[tuple[str, ...]]:
    """Yield one row for each field of each kind, in the order of `COLUMNS`."""
    for kind in KINDS.values():
        words = kind_entry(kind)
        about = (
            words.department, words.nature, words.mode, words.effect, words.sensitivity,
            words.update_cycle, words.publicity, words.retention, words.legal_basis,
        )  # fmt: skip
        for field in words.fields:
            yield (
                words.class_name, words.code, words.name, field.code, field.name,
                field.standard_code, field.type, field.unit, "是" if field.required else "否",
                "是" if field.personal else "否", field.open_attribute, field.limits, *about,
            )  # fmt: skip


def document() -> dict[str, Any]:
    """Return the whole catalogue for other programs: codes as stored, names in Chinese."""
    return {
        "version": VERSION,
        "editions": [
            {
                "version": edition.version,
                "published_on": edition.published_on.isoformat(),
                "changes": list(edition.changes),
            }
            for edition in EDITIONS
        ],
        "classes": dict(CLASSES),
        "departments": {code: department.name for code, department in DEPARTMENTS.items()},
        "items": {code: {"name": item.name, "text": item.text} for code, item in ITEMS.items()},
        "kinds": [_kind_document(kind) for kind in KINDS.values()],
        "banned_fields": [
            {"code": ban.code, "name": ban.name, "legal_basis": ban.legal_basis}
            for ban in BANNED_FIELDS
        ],
        "dropped_fields": [
            {
                "code": dropped.code,
                "name": dropped.name,
                "standard_codes": list(dropped.standard_codes),
                "reason": dropped.reason,
            }
            for dropped in DROPPED_FIELDS
        ],
    }


def _names(kind: RecordKind) -> Iterator[str]:
    yield from (kind.code, kind.name, kind.class_name, kind.department.name, kind.legal_basis)
    for field in kind.fields:
        yield from (field.code, field.name, *field.synonyms)


def _publicity(kind: RecordKind) -> str:
    if kind.open_attribute is not OpenAttribute.PUBLIC:
        return kind.publicity_rule
    shown = [
        f"没有写明截止期的公示 {kind.publicity_months} 个月" if kind.publicity_months else "",
        f"最长 {kind.publicity_most_months} 个月" if kind.publicity_most_months else "",
    ]
    return "；".join([kind.publicity_rule, *filter(None, shown)])


def _repair(kind: RecordKind) -> str:
    if kind.repair is None:
        return "不适用"
    months = kind.repair.min_publicity_months
    least = f"公示满 {months} 个月后可以申请" if months else "履行义务后即可申请"
    return f"{GRADES[kind.repair.grade]}失信，{least}"


def _field_entry(kind: RecordKind, field: Field) -> FieldEntry:
    return FieldEntry(
        code=field.code,
        name=field.name,
        standard_code=field.standard_code or "",
        type=TYPES[field.type],
        unit=_unit(field),
        required=field.required,
        personal=field.personal,
        open_attribute=OPENNESS[field.open_attribute],
        is_closer=field.open_attribute is not kind.open_attribute,
        limits=_limits(field),
    )


def _unit(field: Field) -> str:
    if field.type.is_amount:
        return _AMOUNT_UNITS[field.type]
    named = _UNIT_IN_NAME.search(field.name)
    return named[1] if named and field.type in {FieldType.NUMBER, FieldType.INTEGER} else ""


def _limits(field: Field) -> str:
    bounds = [
        "、".join(field.values.values()),
        f"不超过 {field.max_length} 字" if field.max_length else "",
        f"不小于 {field.minimum}" if field.minimum is not None else "",
        f"不大于 {field.maximum}" if field.maximum is not None else "",
        "可以为负" if field.signed else "",
        "可以只写年份" if field.year_only else "",
    ]
    return "；".join(filter(None, bounds))


def _kind_document(kind: RecordKind) -> dict[str, Any]:
    return {
        "code": kind.code,
        "name": kind.name,
        "class": kind.class_code,
        "item": kind.item,
        "department": kind.department.code,
        "mode": kind.mode.value,
        "open_attribute": kind.open_attribute.value,
        "effect": kind.effect.value,
        "nature": kind.nature.value,
        "sensitivity": kind.sensitivity.value,
        "legal_basis": kind.legal_basis,
        "update_cycle_days": kind.update_cycle_days,
        "publicity": {
            "rule": kind.publicity_rule,
            "months": kind.publicity_months,
            "most_months": kind.publicity_most_months,
        },
        "retention_months": kind.retention_months,
        "absence": kind.absence.value,
        "natural_key": list(kind.map.natural_key),
        "fields": [_field_document(field) for field in kind.fields],
    }


def _field_document(field: Field) -> dict[str, Any]:
    return {
        "code": field.code,
        "name": field.name,
        "standard_code": field.standard_code,
        "type": field.type.value,
        "unit": _unit(field) or None,
        "required": field.required,
        "personal": field.personal,
        "open_attribute": field.open_attribute.value,
        "max_length": field.max_length,
        "values": dict(field.values),
        "synonyms": list(field.synonyms),
    }
