"""A proposal as a mapping that `--mapping` takes, and as JSON for a page or another program."""

from collections.abc import Mapping
from typing import Any

import pyarrow.compute as pc
import yaml

from xinyidai.catalogue.kinds import find_banned_field
from xinyidai.credit_records.collecting import codes
from xinyidai.credit_records.collecting.binding_guess import Guess, fits
from xinyidai.credit_records.collecting.fields import FieldSpec, FieldType
from xinyidai.credit_records.collecting.headings import clean_heading
from xinyidai.credit_records.collecting.mapping import bind, find_kind, mapping_of
from xinyidai.credit_records.collecting.reading import RawTable
from xinyidai.credit_records.collecting.suggesting import (
    ALTERNATIVES,
    UNKNOWN,
    Suggestion,
    is_day_first,
    letter_of,
    samples_of,
)
from xinyidai.credit_records.values import REGISTRATION
from xinyidai.kernel.errors import DomainError
from xinyidai.kernel.uscc import compact

ALL_FILLED = 0.999
SHORTEST_OPTION = 2
KNOWN_OPTIONS = 0.99


def mapping_text(suggestion: Suggestion) -> str | None:
    """Return the mapping as YAML, or None when no kind fits."""
    raw = mapping_draft(suggestion)
    if raw is None:
        return None
    text: str = yaml.safe_dump(raw, allow_unicode=True, sort_keys=False, width=100)
    return text


def mapping_draft(suggestion: Suggestion) -> dict[str, Any] | None:
    """Return the keys of the mapping, in the order in which a person reads them."""
    best = suggestion.best
    if best is None:
        return None
    spec = best.kind.spec
    fields = suggestion.fields
    constants = _constants(suggestion)
    lacking = [
        field.code
        for field in spec.facts
        if field.required
        and field.code not in fields
        and field.code not in constants
        and field.code != spec.occurred_on
    ]
    draft: dict[str, Any] = {"kind": spec.code}
    if spec.code == REGISTRATION:
        draft["register"] = True
    draft |= _layout(suggestion)
    draft["subject"] = _subject(suggestion)
    draft["columns"] = {field: guess.column.written for field, guess in fields.items()}
    optional: dict[str, Any] = {
        "constants": constants,
        "absent": lacking,
        "undated": _is_undated(suggestion),
        "day_first": is_day_first(suggestion),
        "ignore": _left_over(suggestion),
    }
    return draft | {key: value for key, value in optional.items() if value}


def _layout(suggestion: Suggestion) -> dict[str, Any]:
    layout = suggestion.found.layout
    usual = {"header_row": 1, "header_rows": 1, "footer_rows": 0, "sheet": None}
    return {
        key: getattr(layout, key) for key, value in usual.items() if getattr(layout, key) != value
    }


def _subject(suggestion: Suggestion) -> dict[str, str]:
    code, name = suggestion.code, suggestion.name
    subject = {}
    if code:
        subject["code"] = code.column.written
    if name:
        subject["name"] = name.column.written
    if code and name and not _all_right(suggestion.raw, code):
        subject["bad_code"] = "by_name"
    return subject


def _all_right(raw: RawTable, code: Guess) -> bool:
    """Check every code of the file: a sample misses the few that are wrong."""
    distinct = pc.unique(raw.rows.column(f"c{code.column.place}")).to_pylist()
    told = [compact(cell) for cell in distinct if cell and cell.strip()]
    return codes.broken_rules(told).count(None) == len(told)


def _constants(suggestion: Suggestion) -> dict[str, str]:
    """Read a required option that has no column from the title: 小巨人 is a level."""
    title = clean_heading(" ".join((suggestion.path.name, *suggestion.found.titles)))
    found = {}
    for field in suggestion.best.kind.spec.facts if suggestion.best else ():
        if field.type is FieldType.ENUM and field.required and field.code not in suggestion.fields:
            texts = [t for t in field.values if len(t) >= SHORTEST_OPTION and t in title]
            if texts:
                found[field.code] = field.values[max(texts, key=len)]
    return found


def _is_undated(suggestion: Suggestion) -> bool:
    spec = suggestion.best.kind.spec if suggestion.best else None
    if spec is None or not spec.occurred_on:
        return False
    day = suggestion.fields.get(spec.occurred_on)
    return day is None or day.column.shape.filled < ALL_FILLED


def _used(suggestion: Suggestion) -> set[int]:
    guesses = [*suggestion.fields.values(), suggestion.code, suggestion.name]
    return {guess.column.place for guess in guesses if guess}


def _left_over(suggestion: Suggestion) -> list[str]:
    used = _used(suggestion)
    return [c.written or c.heading for c in suggestion.columns if c.place not in used]


def as_json(suggestion: Suggestion) -> dict[str, Any]:
    """Return the whole proposal; values are masked."""
    found, best = suggestion.found, suggestion.best
    return {
        "file": suggestion.path.name,
        "form": found.form,
        "encoding": found.encoding,
        "delimiter": found.delimiter,
        "sheet": found.layout.sheet,
        "header_row": found.layout.header_row,
        "header_rows": found.layout.header_rows,
        "footer_rows": found.layout.footer_rows,
        "rows": suggestion.raw.rows.num_rows + len(suggestion.raw.flaws),
        "kind": suggestion.kind,
        "kind_name": best.kind.spec.name if best else None,
        "confidence": suggestion.confidence,
        "why": list(best.why) if best else ["没有一类信息足够像，请由人判断"],
        "roles": {
            "code": _role(suggestion.code),
            "name": _role(suggestion.name),
            "date": _role(suggestion.day),
            "amount": _role(suggestion.amount),
        },
        "columns": _columns(suggestion),
        "alternatives": [
            {
                "kind": g.kind.spec.code,
                "kind_name": g.kind.spec.name,
                "confidence": round(g.score, 2),
            }
            for g in suggestion.ranked
            if g is not best
        ][:ALTERNATIVES],
        "missing": missing(suggestion),
        "mapping": mapping_text(suggestion),
    }


def _role(guess: Guess | None) -> dict[str, Any]:
    if guess is None:
        return {"column": None, "confidence": ABSENT}
    return {"column": guess.column.written, "confidence": guess.confidence}


ABSENT = 0.9
NOTHING: tuple[None, None, None] = (None, None, None)


def _columns(suggestion: Suggestion) -> list[dict[str, Any]]:
    spec = suggestion.best.kind.spec if suggestion.best else None
    named: dict[int, tuple[str | None, str | None, Guess | None]] = {
        guess.column.place: (field, _name_of(spec.named(field)) if spec else field, guess)
        for field, guess in suggestion.fields.items()
    }
    subject = (
        (spec.subject_code if spec else "uscc", "统一社会信用代码", suggestion.code),
        (spec.subject_name if spec else "name", "企业名称", suggestion.name),
    )
    named |= {entry[2].column.place: entry for entry in subject if entry[2]}
    listed = []
    for column in suggestion.columns:
        field, label, guess = named.get(column.place, NOTHING)
        listed.append(
            {
                "column": column.written or column.heading,
                "place": letter_of(column),
                "field": field,
                "field_name": label,
                "confidence": guess.confidence if guess else 0.0,
                "why": guess.why if guess else _why_not(column.heading),
                "filled": round(column.shape.filled, 3),
                "samples": samples_of(suggestion.raw, column),
            }
        )
    return listed


def _why_not(heading: str) -> str:
    banned = find_banned_field(heading)
    if banned:
        return f"不得采集（{banned.legal_basis}）"
    return "目录里没有相近的字段，不归集"


def missing(suggestion: Suggestion) -> list[str]:
    """Return, in Chinese, what a person must settle before the file can be collected."""
    if suggestion.best is None:
        return ["请先选定信息类别：用 --kind 写明，再看各列的建议。目录里没有的信息不归集。"]
    spec = suggestion.best.kind.spec
    sentences = [
        f"没有“{field.name}”列：映射里记为 absent，这样的记录注明不完整。"
        for field in spec.facts
        if field.required
        and field.code not in suggestion.fields
        and field.code not in _constants(suggestion)
        and field.code != spec.occurred_on
    ]
    if spec.occurred_on and suggestion.day is None:
        sentences.append(f"没有“{_name_of(spec.named(spec.occurred_on))}”列：按收到的日期记。")
    sentences += _unknown_options(suggestion)
    if not suggestion.code:
        sentences.append("没有统一社会信用代码列：按企业名称对应，对不上的待核名。")
    if len(suggestion.found.sheets) > 1:
        sentences.append(f"有 {len(suggestion.found.sheets)} 张工作表有内容，这里只看了一张。")
    return [*sentences, *_refusal(suggestion)]


def _name_of(field: FieldSpec | None) -> str:
    return field.name if field else ""


def _unknown_options(suggestion: Suggestion) -> list[str]:
    spec = suggestion.best.kind.spec if suggestion.best else None
    fields: Mapping[str, Guess] = suggestion.fields
    return [
        f"“{guess.column.written}”列有目录以外的选项：请在映射的 values 里写明各是什么。"
        for code, guess in fields.items()
        if spec
        and (field := spec.named(code))
        and field.type is FieldType.ENUM
        and fits(field, guess.column.shape) < KNOWN_OPTIONS
    ]


def _refusal(suggestion: Suggestion) -> list[str]:
    """Bind the draft as a collection would, and return why it would be refused."""
    draft = mapping_draft(suggestion)
    if draft is None or suggestion.kind == UNKNOWN:
        return []
    try:
        bind(suggestion.raw.headings, find_kind(suggestion.kind), mapping_of(draft))
    except DomainError as error:
        return [error.message]
    return []
