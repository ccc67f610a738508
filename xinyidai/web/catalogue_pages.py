"""The public credit record catalogue and its data dictionary, 公共信用信息目录: for anybody."""

import csv
import io
import json

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue import dictionary
from xinyidai.catalogue.kinds import (
    BANNED_FIELDS,
    CLASSES,
    DROPPED_FIELDS,
    EDITIONS,
    KINDS,
    VERSION,
    get_kind,
)
from xinyidai.catalogue.values import RecordKind
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import InvalidInput
from xinyidai.web.chrome import format_day
from xinyidai.web.office.base import Row, asked, link, options

LONGEST_SEARCH = 60
BOM = "\ufeff"  # a spreadsheet opens the file as UTF-8 only with it

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/catalogue")
@allow(Role.PUBLIC)
def catalogue() -> ResponseReturnValue:
    """Show every kind by class, or those that a word finds."""
    text, chosen = asked("q")[:LONGEST_SEARCH], asked("class")
    if chosen and chosen not in CLASSES:
        raise InvalidInput("没有这个大类，请从列表里选择。", fields={"class": "请从列表里选择"})
    found = dictionary.find_kinds(text, chosen)
    return render_template(
        "public/catalogue.html",
        text=text,
        chosen=chosen,
        classes=options(CLASSES),
        groups=_groups(found),
        found=len(found),
        totals=_totals(),
        editions=EDITIONS,
        banned=BANNED_FIELDS,
        dropped=DROPPED_FIELDS,
        version=VERSION,
        format_day=format_day,
    )


@blueprint.get("/catalogue/<code>")
@allow(Role.PUBLIC)
def kind(code: str) -> ResponseReturnValue:
    """Show one kind with every field."""
    found = get_kind(code)
    entry = dictionary.kind_entry(found)
    return render_template(
        "public/catalogue_kind.html",
        kind=entry,
        facts=_facts(entry),
        fields=[_field_row(field) for field in entry.fields],
        dropped=DROPPED_FIELDS,
        version=VERSION,
    )


@blueprint.get("/catalogue.json")
@allow(Role.PUBLIC)
def as_json() -> ResponseReturnValue:
    """Give the whole catalogue to programs."""
    content = json.dumps(dictionary.document(), ensure_ascii=False, indent=2)
    return _file(content + "\n", "application/json", "json")


@blueprint.get("/catalogue.csv")
@allow(Role.PUBLIC)
def as_csv() -> ResponseReturnValue:
    """Give the data dictionary as a table, one line for each field."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(dictionary.COLUMNS)
    writer.writerows(dictionary.table())
    return _file(BOM + stream.getvalue(), "text/csv; charset=utf-8", "csv")


def _file(content: str, content_type: str, ending: str) -> Response:
    name = f"credit-record-catalogue-{VERSION}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=content_type, headers=headers)


def _groups(found: tuple[RecordKind, ...]) -> list[Row]:
    groups = [
        {
            "code": code,
            "name": name,
            "rows": [_kind_row(kind) for kind in found if kind.class_code == code],
        }
        for code, name in CLASSES.items()
    ]
    return [group for group in groups if group["rows"]]


def _kind_row(found: RecordKind) -> Row:
    entry = dictionary.kind_entry(found)
    return {
        "name": link(url_for("catalogue.kind", code=entry.code), entry.name),
        "name_sub": entry.code,
        "department": entry.department,
        "mode": entry.mode,
        "open": entry.open_attribute,
        "effect": entry.effect,
        "cycle": entry.update_cycle,
        "fields": len(entry.fields),
    }


def _totals() -> list[Row]:
    fields = sum(len(kind.fields) for kind in KINDS.values())
    return [
        {"value": len(CLASSES), "label": "大类", "unit": "个"},
        {"value": len(KINDS), "label": "信息类别", "unit": "类"},
        {"value": fields, "label": "数据项", "unit": "项", "href": url_for("catalogue.as_csv")},
    ]


def _facts(entry: dictionary.KindEntry) -> list[Row]:
    named = {
        "大类": entry.class_name,
        "信源单位": entry.department,
        "来源性质": entry.nature,
        "共享方式": entry.mode,
        "公开属性": entry.open_attribute,
        "信用属性": entry.effect,
        "敏感程度": entry.sensitivity,
        "授权数据项": entry.item,
        "更新周期": entry.update_cycle,
        "公示": entry.publicity,
        "留存": entry.retention,
        "信用修复": entry.repair,
        "没有记录时": entry.absence,
        "区分同类记录": entry.natural_key,
        "依据": entry.legal_basis,
    }
    return [{"label": label, "value": value} for label, value in named.items()]


def _field_row(field: dictionary.FieldEntry) -> Row:
    return {
        "name": field.name,
        "name_sub": field.code,
        "standard": field.standard_code or None,
        "type": field.type,
        "type_sub": field.limits,
        "unit": field.unit or None,
        "required": "必填" if field.required else "选填",
        "required_sub": "个人信息" if field.personal else "",
        "open": field.open_attribute,
        "open_sub": "严于本类" if field.is_closer else "",
    }
