"""How the columns of one source's file become the fields of a kind, 归集映射.

A mapping is a YAML file; without one, headings are recognised by the names and synonyms of the
catalogue. `docs` of every key: see `mappings/README.md`.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from xinyidai.catalogue.kinds import KINDS, find_dropped_field, get_kind, require_collectable
from xinyidai.credit_records.collecting.fields import (
    FieldSpec,
    KindSpec,
    field_of,
    kind_of,
)
from xinyidai.credit_records.collecting.headings import clean_heading
from xinyidai.credit_records.collecting.reading import Layout, RawTable
from xinyidai.kernel.errors import InvalidInput

FOLDER = Path(__file__).parents[1] / "mappings"
REGISTRATION = "registration"
MAPPING_KEYS = frozenset(
    {
        "about", "kind", "source", "file", "columns", "constants", "ignore", "skip_rows",
        "header_row", "header_rows", "footer_rows", "delimiter", "sheet", "values",
        "blank", "subject", "code", "namespace", "raw",
        "aggregate", "undated", "absent", "register",
        "wording", "day_first",
    }
)  # fmt: skip
MOST_HEADER_ROWS = 5
MOST_TITLE_ROWS = 1000
SUBJECT_KEYS = frozenset({"code", "name", "bad_code", "name_prefix"})


@dataclass(frozen=True)
class SubjectRule:
    """Where the firm's code and name stand, and what to do without a usable code.

    `by_name_if_bad`: a code that fails the check counts as none, and the name decides.
    `namespace`: the code column is an id of the source's own, and a valid code is invented for it.
    """

    code: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    by_name_if_bad: bool = False
    namespace: str | None = None
    name_prefix: str = ""


@dataclass(frozen=True)
class SourceMapping:
    """A mapping as loaded; headings are cleaned, fields are codes."""

    kind: str
    source: str | None = None
    file: str | None = None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    ignore: frozenset[str] = field(default_factory=frozenset)
    layout: Layout = field(default_factory=Layout)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    blanks: tuple[str, ...] = ()
    subject: SubjectRule = field(default_factory=SubjectRule)
    raw: tuple[FieldSpec, ...] = ()
    aggregate: str | None = None
    undated: bool = False
    absent: frozenset[str] = field(default_factory=frozenset)
    register: bool = False
    wording: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    day_first: bool = False


@dataclass(frozen=True)
class Binding:
    """Which columns of a file feed which fields; column names are those of the raw table."""

    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str]
    code_columns: tuple[str, ...]
    name_columns: tuple[str, ...]


def load_mapping(path: Path) -> SourceMapping:
    """Read a mapping file; raise `InvalidInput` naming what is wrong with it."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        raise bad_mapping(f"映射文件“{path.name}”无法读取或不是合法的 YAML。") from error
    if not isinstance(raw, dict) or "kind" not in raw:
        raise bad_mapping(f"映射文件“{path.name}”里没有写明信息类别 kind。")
    _refuse_strange(set(raw) - MAPPING_KEYS, path)
    _refuse_strange(set(raw.get("subject") or {}) - SUBJECT_KEYS, path)
    try:
        return mapping_of(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise bad_mapping(f"映射文件“{path.name}”的写法有误：{error}。") from error


def bad_mapping(sentence: str) -> InvalidInput:
    """Build the error for a mapping that cannot be used."""
    return InvalidInput(sentence, code="bad_mapping")


def _refuse_strange(keys: set[str], path: Path) -> None:
    if keys:
        raise bad_mapping(f"映射文件“{path.name}”里有不认识的项：{'、'.join(sorted(keys))}。")


def mapping_of(raw: Mapping[str, Any]) -> SourceMapping:
    """Build a mapping from its keys; wrong types raise `TypeError`, `ValueError` and the like."""
    return SourceMapping(
        kind=str(raw["kind"]),
        source=raw.get("source"),
        file=raw.get("file"),
        columns={code: _cleaned(heads) for code, heads in (raw.get("columns") or {}).items()},
        constants={code: str(value) for code, value in (raw.get("constants") or {}).items()},
        ignore=frozenset(_cleaned(raw.get("ignore") or [])),
        layout=_layout_of(raw),
        values={
            code: {clean_heading(str(seen)): str(kept) for seen, kept in texts.items()}
            for code, texts in (raw.get("values") or {}).items()
        },
        blanks=tuple(str(text).lower() for text in raw.get("blank") or ()),
        subject=_subject_of(raw),
        raw=tuple(map(field_of, raw.get("raw") or ())),
        aggregate=raw.get("aggregate"),
        undated=bool(raw.get("undated")),
        absent=frozenset(raw.get("absent") or ()),
        register=bool(raw.get("register")),
        wording={code: _around(text) for code, text in (raw.get("wording") or {}).items()},
        day_first=bool(raw.get("day_first")),
    )


def _layout_of(raw: Mapping[str, Any]) -> Layout:
    named = raw.get("header_row")
    layout = Layout(
        header_row=int(raw.get("skip_rows") or 0) + 1 if named is None else int(named),
        sheet=raw.get("sheet"),
        header_rows=int(raw.get("header_rows") or 1),
        footer_rows=int(raw.get("footer_rows") or 0),
        delimiter=raw.get("delimiter"),
    )
    if layout.header_row < 0 or not 1 <= layout.header_rows <= MOST_HEADER_ROWS:
        raise ValueError(f"header_row 不能小于 0，header_rows 只能是 1 到 {MOST_HEADER_ROWS}")
    if layout.header_row > MOST_TITLE_ROWS or not 0 <= layout.footer_rows <= MOST_TITLE_ROWS:
        raise ValueError(f"header_row 和 footer_rows 不能超过 {MOST_TITLE_ROWS}")
    if layout.delimiter is not None and len(str(layout.delimiter)) != 1:
        raise ValueError("delimiter 只能是一个字")
    return layout


def _subject_of(raw: Mapping[str, Any]) -> SubjectRule:
    subject = raw.get("subject") or {}
    invented = raw.get("code") == "invented"
    if invented and not raw.get("namespace"):
        raise ValueError("code: invented 需要 namespace")
    return SubjectRule(
        code=_cleaned(subject.get("code") or []),
        name=_cleaned(subject.get("name") or []),
        by_name_if_bad=subject.get("bad_code") == "by_name",
        namespace=str(raw["namespace"]) if invented else None,
        name_prefix=str(subject.get("name_prefix") or ""),
    )


def _around(text: str) -> tuple[str, str]:
    before, mark, after = text.partition("{}")
    if not mark:
        raise ValueError("wording 需要 {}")
    return before, after


def _cleaned(headings: str | Iterable[str]) -> tuple[str, ...]:
    listed = [headings] if isinstance(headings, str) else headings
    return tuple(clean_heading(str(heading)) for heading in listed)


def find_kind(code: str) -> KindSpec:
    """Return the specification of a kind; an unknown one raises `InvalidInput` with near ones."""
    if code == REGISTRATION:
        return registration_kind()
    if code in KINDS:
        return kind_of(get_kind(code))
    names = {kind.code: kind.name for kind in KINDS.values()} | {REGISTRATION: "企业登记"}
    by_name = {name: known for known, name in names.items()}
    near = difflib.get_close_matches(code, [*names, *by_name], n=3, cutoff=0.5)
    hint = "、".join(f"{by_name.get(n, n)}（{names[by_name.get(n, n)]}）" for n in near)
    raise InvalidInput(
        f"目录中没有信息类别“{code}”。" + (f"您是不是要找：{hint}？" if hint else "请先查目录。"),
        code="unknown_kind",
    )


def registration_kind() -> KindSpec:
    """Return the register extract, 登记信息, that fills enterprises instead of records."""
    raw = yaml.safe_load((FOLDER / "registration_fields.yaml").read_text(encoding="utf-8"))
    return KindSpec(REGISTRATION, "企业登记", tuple(map(field_of, raw["fields"])))


def bind(headings: tuple[str, ...], kind: KindSpec, mapping: SourceMapping) -> Binding:
    """Find the columns of every field; what the catalogue drops, 不予留存, feeds none.

    Raises:
        BannedFieldRefused: a heading asks for what may never be collected, even if ignored.
        InvalidInput: a column is neither mapped nor ignored nor in the catalogue, two columns
            want to be the same field, or a required field has no column.

    """
    require_collectable(headings)
    places = {heading: f"c{n}" for n, heading in enumerate(headings)}
    _refuse_unknown_fields(kind, mapping)
    _refuse_dropped(mapping)
    code = _placed(mapping.subject.code, places)
    name = _placed(mapping.subject.name, places)
    columns = {field_: _placed(heads, places) for field_, heads in mapping.columns.items()}
    taken = {place for placed in [code, name, *columns.values()] for place in placed}
    free = {
        heading: place
        for heading, place in places.items()
        if place not in taken
        and heading not in mapping.ignore
        and find_dropped_field(heading) is None
    }
    columns |= _recognised(free, kind, set(columns) | set(mapping.constants))
    code = code or columns.pop(kind.subject_code, ())
    name = name or columns.pop(kind.subject_name, ())
    binding = Binding(columns, mapping.constants, code, name)
    _require_complete(binding, kind, mapping)
    return binding


def _refuse_unknown_fields(kind: KindSpec, mapping: SourceMapping) -> None:
    named = {
        *mapping.columns,
        *mapping.constants,
        *mapping.values,
        *mapping.absent,
        *mapping.wording,
    }
    strange = named - {spec.code for spec in kind.fields}
    if strange:
        raise bad_mapping(
            f"映射里的字段 {'、'.join(sorted(strange))} 不在“{kind.name}”的目录字段中。"
        )


def dropped_headings(raw: RawTable) -> tuple[str, ...]:
    """Return, as they are written, the headings of columns that are read past and thrown away."""
    pairs = zip(raw.headings, raw.written, strict=True)
    return tuple(written for heading, written in pairs if find_dropped_field(heading))


def _refuse_dropped(mapping: SourceMapping) -> None:
    """Refuse a mapping that would store what is dropped; a firm's code may stand in such a column.

    The code column is no way round: what fails the check of a firm's code is not stored.
    """
    named = [*mapping.subject.name, *(head for heads in mapping.columns.values() for head in heads)]
    for heading in named:
        dropped = find_dropped_field(heading)
        if dropped:
            raise bad_mapping(
                f"列“{heading}”属于{dropped.name}，不予留存（{dropped.reason}），不能对应到字段。"
                "请从映射中去掉这一列。"
            )


def _placed(headings: tuple[str, ...], places: Mapping[str, str]) -> tuple[str, ...]:
    absent = [heading for heading in headings if heading not in places]
    if absent:
        raise InvalidInput(
            f"文件中没有映射要求的列“{'、'.join(absent)}”；现有列：{'、'.join(places)}。",
            code="missing_column",
        )
    return tuple(places[heading] for heading in headings)


def _recognised(
    free: Mapping[str, str], kind: KindSpec, settled: set[str]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    strange: list[str] = []
    for heading, place in free.items():
        specs = [spec for spec in kind.fields if heading in spec.headings]
        codes = [spec.code for spec in specs if spec.code not in settled and spec.code not in found]
        if codes:
            found[codes[0]] = (place,)
        else:
            strange.append(heading)
    if strange:
        raise InvalidInput(
            f"列“{'、'.join(strange)}”不在“{kind.name}”的目录字段中（或与另一列重复）。"
            "目录以外的信息不归集：请删除这些列，或在映射文件的 ignore 中列出。",
            code="unknown_column",
        )
    return found


def _require_complete(binding: Binding, kind: KindSpec, mapping: SourceMapping) -> None:
    if not binding.code_columns and not binding.name_columns:
        raise InvalidInput(
            "文件既没有统一社会信用代码列，也没有企业名称列，无法知道说的是哪家企业。",
            code="missing_column",
        )
    given = {*binding.columns, *binding.constants, *mapping.absent}
    if mapping.undated and kind.occurred_on:
        given.add(kind.occurred_on)
    lacking = [spec.name for spec in kind.facts if spec.required and spec.code not in given]
    if lacking:
        raise InvalidInput(
            f"文件缺少必填列：{'、'.join(lacking)}。请补上，或在映射文件里指明对应的列。",
            code="missing_column",
        )
