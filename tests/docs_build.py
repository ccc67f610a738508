"""Documents that follow from the code: `python -m tests.docs_build [--check]`.

Writes the credit record catalogue, the indicator dictionary, the word list in the glossary and,
as soon as a slice has routes, the description of the API. With `--check` nothing is written and a
difference gives exit code 1.
"""

import ast
import dataclasses
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xinyidai import slices
from xinyidai.catalogue import dictionary
from xinyidai.catalogue import kinds as catalogue
from xinyidai.catalogue.indicators import Indicator, indicator_dictionary
from xinyidai.catalogue.values import RecordKind

CHECKOUT = Path(__file__).parents[1]
DOCS = CHECKOUT / "docs"
PACKAGE = CHECKOUT / "xinyidai"
BEGIN, END = "<!-- word list: begin -->", "<!-- word list: end -->"
HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Word:
    """A member of a fixed list, and what pages call it."""

    name: str
    value: str
    chinese: str


@dataclass(frozen=True)
class WordList:
    """One fixed list of the code: where it stands, what it means, its members."""

    place: str
    name: str
    meaning: str
    words: tuple[Word, ...]

    @property
    def is_spoken(self) -> bool:
        """Tell whether every member has the word that pages use."""
        return all(HAN.search(word.chinese) for word in self.words)


def word_lists(package: Path = PACKAGE) -> Iterator[WordList]:
    """Yield every StrEnum of the package."""
    for path in sorted(package.rglob("*.py")):
        if "_shipped" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ClassDef) and _is_enum(node):
                words = tuple(_words(node, lines))
                place = str(path.relative_to(package).with_suffix("")).replace("/", ".")
                meaning = (ast.get_docstring(node) or "").split("\n")[0]
                yield WordList(place, node.name, meaning, words)


def _is_enum(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in node.bases)


def _words(node: ast.ClassDef, lines: Sequence[str]) -> Iterator[Word]:
    for member in node.body:
        if isinstance(member, ast.Assign) and isinstance(member.value, ast.Constant):
            _, _, comment = lines[(member.end_lineno or member.lineno) - 1].partition("  # ")
            name = member.targets[0]
            assert isinstance(name, ast.Name)
            yield Word(name.id, str(member.value.value), comment.strip())


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a Markdown table."""
    lines = [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |"]
    return [*lines, *(f"| {' | '.join(map(_cell, row))} |" for row in rows)]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip() or "–"


# The glossary's second half


def render_word_lists() -> str:
    """Return the tables of every fixed list."""
    lines: list[str] = []
    for entry in filter(lambda one: one.is_spoken, word_lists()):
        title = f"### `{entry.name}`"
        lines += [title, "", f"`xinyidai.{entry.place}`: {entry.meaning}", ""]
        rows = [(f"`{word.value}`", word.chinese) for word in entry.words]
        lines += [*table(("English (stored)", "中文"), rows), ""]
    return "\n".join(lines).rstrip()


def render_glossary() -> str:
    """Return the glossary as it stands, with the word lists renewed."""
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{render_word_lists()}\n\n{END}{after}"


# The credit record catalogue


def render_catalogue() -> str:
    """Return the public credit record catalogue, 公共信用信息目录."""
    fields = sum(len(kind.fields) for kind in catalogue.KINDS.values())
    lines = [
        "# Credit record catalogue 公共信用信息目录",
        "",
        "Generated from `xinyidai/catalogue/record_kinds.yaml` by `make docs`; change the YAML.",
        "",
        f"Version {catalogue.VERSION}: {len(catalogue.KINDS)} kinds of record with {fields} fields,",
        f"in {len(catalogue.CLASSES)} classes and {len(catalogue.ITEMS)} authorization items (授权数据项).",
        "A kind that is not listed here is refused, and so is a file with a banned column.",
        "",
        "## Authorization items 授权数据项",
        "",
        "What a firm ticks when it authorizes; each kind belongs to exactly one item.",
        "",
        *table(("Item", "名称", "说明", "Kinds"), map(_item_row, catalogue.ITEMS.values())),
        "",
        "## What is never collected 禁止采集",
        "",
        "A file with such a column is refused.",
        "",
        *table(
            ("Code", "名称", "依据"),
            ((f"`{ban.code}`", ban.name, ban.legal_basis) for ban in catalogue.BANNED_FIELDS),
        ),
        "",
        "## What is never stored 不予留存",
        "",
        "A column of a file is read past and thrown away; the rest of the file is collected.",
        "",
        *table(
            ("Code", "名称", "Standard codes", "原因"),
            (
                (f"`{one.code}`", one.name, "、".join(one.standard_codes), one.reason)
                for one in catalogue.DROPPED_FIELDS
            ),
        ),
        "",
        "## Editions 历次版本",
        "",
        *_edition_lines(),
        "",
        "## Kinds 信息类别",
        "",
    ]
    for code, name in catalogue.CLASSES.items():
        lines += [f"### {name} `{code}`", ""]
        for kind in catalogue.KINDS.values():
            if kind.class_code == code:
                lines += [*_kind_lines(kind), ""]
    return "\n".join(lines).rstrip() + "\n"


def _item_row(item: catalogue.AuthorizationItem) -> tuple[str, ...]:
    return (f"`{item.code}`", item.name, item.text, f"{len(item.kinds)}")


def _edition_lines() -> Iterator[str]:
    for edition in catalogue.EDITIONS:
        yield from (f"{edition.version} ({edition.published_on}):", "")
        yield from (f"- {change}" for change in edition.changes)
        yield ""


def _kind_lines(kind: RecordKind) -> list[str]:
    entry = dictionary.kind_entry(kind)
    facts = (
        ("信源单位", entry.department),
        ("来源性质", f"{entry.nature} `{kind.nature}`"),
        ("授权数据项", f"{entry.item} `{kind.item}`"),
        ("共享方式", f"{entry.mode} `{kind.mode}`"),
        ("公开属性", f"{entry.open_attribute} `{kind.open_attribute}`"),
        ("信用属性", f"{entry.effect} `{kind.effect}`"),
        ("敏感程度", f"{entry.sensitivity} `{kind.sensitivity}`"),
        ("更新周期", entry.update_cycle),
        ("公示", entry.publicity),
        ("留存", entry.retention),
        ("信用修复", entry.repair),
        ("没有记录时", f"{entry.absence} `{kind.absence}`"),
        ("依据", entry.legal_basis),
        ("区分同类记录", "、".join(f"`{code}`" for code in kind.map.natural_key)),
    )
    heads = (
        "Field",
        "名称",
        "国家标准字段",
        "类型",
        "单位",
        "必填",
        "个人信息",
        "公开属性",
        "取值",
    )
    return [
        f"#### {kind.name} `{kind.code}`",
        "",
        *table(("", ""), facts),
        "",
        *table(heads, map(_field_row, entry.fields)),
    ]


def _field_row(field: dictionary.FieldEntry) -> tuple[str, ...]:
    needed, personal = "是" if field.required else "", "是" if field.personal else ""
    return (
        f"`{field.code}`",
        field.name,
        f"`{field.standard_code}`" if field.standard_code else "",
        field.type,
        field.unit,
        needed,
        personal,
        field.open_attribute,
        field.limits,
    )


# The indicator dictionary


def render_indicators() -> str:
    """Return the indicator dictionary, 指标字典."""
    dictionary = indicator_dictionary()
    lines = [
        "# Indicator dictionary 指标字典",
        "",
        "Generated from `xinyidai/catalogue/indicators.yaml` by `make docs`; change the YAML.",
        "The formulas stand in `xinyidai/profiles/indicators.py`, one definition for all engines.",
        "",
        f"Version {dictionary.version}, {len(dictionary.indicators)} indicators.",
        "A value that is not there is 数据不足 with its cause, never zero.",
        "",
    ]
    heads = ("Code", "名称", "Unit", "Direction", "Kinds", "无记录时", "Fresh (days)", "定义")
    for section, name in dictionary.sections.items():
        entries = [one for one in dictionary.indicators.values() if one.section == section]
        lines += [f"## {name} `{section}`", "", *table(heads, map(_indicator_row, entries)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _indicator_row(entry: Indicator) -> tuple[str, ...]:
    kinds = "、".join(f"`{kind}`" for kind in entry.kinds)
    fresh = str(entry.fresh_within_days) if entry.fresh_within_days else ""
    return (
        f"`{entry.code}`",
        entry.name,
        f"`{entry.unit}`",
        f"`{entry.direction}`",
        kinds,
        f"`{entry.when_absent}`",
        fresh,
        entry.definition,
    )


# The API


def render_openapi() -> str:
    """Return the description of the API; no database is touched for it."""
    from xinyidai.app import create_app
    from xinyidai.kernel.settings import Mode, load_settings

    nowhere = "postgresql+psycopg://nobody@localhost/nothing"
    settings = dataclasses.replace(
        load_settings(), mode=Mode.DEMO, database_url=nowhere, owner_database_url=nowhere
    )
    app = create_app(settings, guard=False)
    with app.test_request_context():
        document = app.extensions["xinyidai.api"].spec.to_dict()
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def documents() -> dict[Path, Callable[[], str]]:
    """Return every generated document and how it is made."""
    made: dict[Path, Callable[[], str]] = {
        DOCS / "credit-record-catalogue.md": render_catalogue,
        DOCS / "indicators.md": render_indicators,
        DOCS / "glossary.md": render_glossary,
    }
    if slices.ROUTES:
        made[DOCS / "openapi.json"] = render_openapi
    return made


def differences() -> list[str]:
    """Return the names of the documents that no longer follow from the code."""
    return [
        path.name
        for path, render in documents().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != render()
    ]


def main(arguments: Sequence[str]) -> int:
    """Write the documents, or with `--check` compare; return the exit code."""
    if list(arguments) == ["--check"]:
        wrong = differences()
        for name in wrong:
            sys.stdout.write(f"failed  docs/{name} differs: run `make docs`\n")
        return int(bool(wrong))
    if arguments:
        sys.stdout.write("usage: python -m tests.docs_build [--check]\n")
        return 2
    for path, render in documents().items():
        path.write_text(render(), encoding="utf-8")
        sys.stdout.write(f"ok      docs/{path.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
