"""The examples of a draft, 样例: write them, take the proposed ones, see what the rules say.

A row is `ex-<n>-name`, `-expected`, and `-r-<field>` for each field that the criteria read; an
empty field is 缺数据. What the form does not show of an example travels in `-more`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict, InvalidInput
from xinyidai.products import queries, service
from xinyidai.products.models import ProductVersion
from xinyidai.products.rules import (
    fields_of,
    how_to_fill,
    is_proposed_name,
    read_reading,
    reading_to_json,
    write_reading,
)
from xinyidai.products.values import (
    LEAST_OF_EACH,
    MOST_EXAMPLES,
    OUTCOME_NAMES,
    Example,
    ExampleOrigin,
    Field,
    FieldType,
    Outcome,
)
from xinyidai.products.values import ProductVersionState as S
from xinyidai.web.bank.base import MANAGER, UNPROCESSABLE, blueprint, options, see_other
from xinyidai.web.bank.product_pages import CONFLICT, REMOVE, own_version
from xinyidai.web.bank.product_view import example_rows

_ROW = re.compile(r"ex-(\d{1,3})-name")
HINTS = {FieldType.FLAG: "是 或 否", FieldType.TAGS: "没有称号填“无”"}


@dataclass(frozen=True)
class ExampleRow:
    """One example as it stands in the form; `texts` by field code."""

    name: str = ""
    expected: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    origin: str = ExampleOrigin.PERSON


@blueprint.get("/products/<uuid:version_id>/examples")
@allow(*MANAGER)
def edit_examples(version_id: UUID) -> ResponseReturnValue:
    """Show the examples of a draft as a form."""
    version = _draft(version_id)
    rows = [_row_of(example) for example in service.examples_of(version)]
    return _page(version, rows, {}, mark=_mark(version))


@blueprint.post("/products/<uuid:version_id>/examples")
@allow(*MANAGER)
def save_examples(version_id: UUID) -> ResponseReturnValue:
    """Save the examples, or propose, add or remove some in the form."""
    deed = request.form.get("do", "save")
    version = _draft(version_id)
    rows = _rows_from(request.form, version)
    if deed == "propose":
        return _propose(version, rows)
    if deed == "add":
        return _page(version, [*rows, ExampleRow()][:MOST_EXAMPLES], {})
    if deed.startswith(REMOVE):
        place = deed.removeprefix(REMOVE)
        kept = [row for number, row in enumerate(rows) if str(number) != place]
        return _page(version, kept, {})
    raw, faults = _examples(rows, version)
    if not faults:
        try:
            with own_transaction():
                mark = request.form.get("mark") or None
                service.keep_examples(g.actor, version_id, raw, read_as=mark)
        except InvalidInput as error:
            faults = error.fields or {"examples": error.message}
        except Conflict as error:
            version = _draft(version_id)
            return _page(version, rows, {"examples": error.message}, mark=_mark(version)), CONFLICT
    if faults:
        return _page(_draft(version_id), rows, faults), UNPROCESSABLE
    return _saved(version_id)


def _mark(version: ProductVersion) -> str:
    return service.draft_mark(version, service.DraftPart.EXAMPLES)


def _saved(version_id: UUID) -> ResponseReturnValue:
    failed = sum(not one.passes for one in service.tried_examples(own_version(version_id)))
    if failed:
        flash(f"样例已保存，其中 {failed} 个与预期不符，请修改条件或样例。", "error")
        return see_other("edit_examples", version_id=version_id)
    flash("样例已保存，全部与预期相符。", "ok")
    return see_other("show_product", version_id=version_id)


def _propose(version: ProductVersion, rows: Sequence[ExampleRow]) -> ResponseReturnValue:
    try:
        proposed = service.proposed_examples(version)
    except InvalidInput as error:
        return _page(version, rows, error.fields), UNPROCESSABLE
    kept = [row for row in rows if row.name and not is_proposed_name(row.name)]
    return _page(version, [*kept, *map(_row_of, proposed)], {}, is_proposed=True)


def _draft(version_id: UUID) -> ProductVersion:
    version = own_version(version_id)
    if version.state is not S.DRAFT:
        raise Conflict("只有草稿可以修改样例；已上架的产品请另起新版本。")
    return version


def _fields(version: ProductVersion) -> dict[str, Field]:
    names = service.indicator_names()
    return fields_of(queries.all_criteria(version, names), names)


def _read_codes(version: ProductVersion) -> list[str]:
    criteria = queries.all_criteria(version, service.indicator_names())
    return list(dict.fromkeys(criterion.field.code for criterion in criteria))


def _row_of(example: Example) -> ExampleRow:
    names = service.indicator_names()
    fields = fields_of((), names)
    return ExampleRow(
        example.name,
        example.expected.value,
        {code: write_reading(fields[code], value) for code, value in example.readings.items()},
        example.origin,
    )


def _rows_from(form: MultiDict[str, str], version: ProductVersion) -> list[ExampleRow]:
    numbers = sorted({int(m.group(1)) for key in form if (m := _ROW.fullmatch(key))})
    known = _fields(version)
    return [_row_from(form, number, known) for number in numbers][:MOST_EXAMPLES]


def _row_from(form: MultiDict[str, str], number: int, known: Mapping[str, Field]) -> ExampleRow:
    begin = f"ex-{number}-r-"
    shown = {
        key.removeprefix(begin): text.strip() for key, text in form.items() if key.startswith(begin)
    }
    texts = _more(form.get(f"ex-{number}-more", "")) | shown
    return ExampleRow(
        form.get(f"ex-{number}-name", "").strip(),
        form.get(f"ex-{number}-expected", ""),
        {code: text for code, text in texts.items() if text and code in known},
    )


def _more(text: str) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(c): str(t) for c, t in found.items()} if isinstance(found, dict) else {}


def _examples(
    rows: Sequence[ExampleRow], version: ProductVersion
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    known = _fields(version)
    raw: list[dict[str, Any]] = []
    faults: dict[str, str] = {}
    for place, row in enumerate(rows):
        entry: dict[str, Any] = {"name": row.name, "expected": row.expected, "readings": {}}
        if not row.name:
            faults[f"ex-{place}-name"] = f"第 {place + 1} 个样例：请填写名称。"
        if row.expected not in set(Outcome):
            faults[f"ex-{place}-expected"] = f"第 {place + 1} 个样例：请选择应有的结论。"
        for code, text in row.texts.items():
            try:
                entry["readings"][code] = reading_to_json(read_reading(known[code], text))
            except InvalidInput as error:
                faults[f"ex-{place}-r-{code}"] = f"第 {place + 1} 个样例：{error.message}"
        raw.append(entry)
    return raw, faults


def _page(
    version: ProductVersion,
    rows: Sequence[ExampleRow],
    errors: Mapping[str, str],
    *,
    is_proposed: bool = False,
    mark: str | None = None,
) -> str:
    codes, known = _read_codes(version), _fields(version)
    results = example_rows(service.tried_examples(version))
    failing = {row["name"] for row in results if not row["passes"]}
    return render_template(
        "bank/product_examples.html",
        version=version,
        rows=rows,
        more=[json.dumps({c: t for c, t in row.texts.items() if c not in codes}) for row in rows],
        columns=[
            {
                "code": code,
                "name": known[code].name,
                "hint": HINTS.get(known[code].type) or how_to_fill(known[code]).rstrip("。"),
            }
            for code in codes
        ],
        outcomes=options(OUTCOME_NAMES),
        least=LEAST_OF_EACH,
        errors=errors,
        mark=request.form.get("mark", "") if mark is None else mark,
        is_added=request.form.get("do") == "add",
        is_proposed=is_proposed,
        results=results,
        opened=[
            not row.name
            or row.name in failing
            or (is_proposed and place == 0)
            or any(name.startswith(f"ex-{place}-") for name in errors)
            for place, row in enumerate(rows)
        ],
        outcome_names=OUTCOME_NAMES,
    )
