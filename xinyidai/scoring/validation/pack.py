"""The validation pack (验证包): a PDF and a folder that answers a validator's thirty questions."""

import json
from pathlib import Path
from typing import Any

from xinyidai.kernel import pdf
from xinyidai.kernel.errors import Conflict
from xinyidai.scoring.validation import report
from xinyidai.scoring.validation.answering import Answer, answer, as_text
from xinyidai.scoring.validation.questions import questions
from xinyidai.scoring.validation.report import Check, ValidationReport
from xinyidai.scoring.validation.shaping import Shaped, Table, shape, shape_check
from xinyidai.scoring.validation.subject import SPLIT_NAMES, Split, Subject

TEMPLATE = Path(__file__).parent / "sheets" / "pack.typ"
PAPER = "validation.pdf"
INDEX = "README.md"
PLATFORM = "信易贷融资信用服务平台"
TITLE = "模型验证报告"


def write_pack(subject: Subject, found: ValidationReport, out: Path) -> Path:
    """Write the pack into a new or empty folder and return it.

    Each of the folders 01 to 30 holds answer.md, numbers.json and script.py. Raises `Conflict`
    where the folder holds something already.
    """
    if out.exists() and any(out.iterdir()):
        raise Conflict(f"{out} 里已有文件，请换一个空目录。", code="pack_exists")
    out.mkdir(parents=True, exist_ok=True)
    answers = [answer(question, subject, found) for question in questions()]
    for one in answers:
        folder = out / f"{one.question.number:02d}"
        folder.mkdir()
        (folder / "answer.md").write_text(answer_text(one), encoding="utf-8")
        (folder / "numbers.json").write_text(as_text(one.numbers), encoding="utf-8")
        (folder / "script.py").write_text(one.script, encoding="utf-8")
    (out / PAPER).write_bytes(pdf.render(TEMPLATE, sheet_of(subject, found, answers)))
    (out / INDEX).write_text(index_text(found, answers), encoding="utf-8")
    (out / "card.md").write_text(subject.artefact.card, encoding="utf-8")
    document = json.dumps(report.as_json(found), ensure_ascii=False, indent=1, allow_nan=False)
    (out / report.REPORT).write_text(document + "\n", encoding="utf-8")
    return out


def index_text(found: ValidationReport, answers: list[Answer]) -> str:
    """Return the pack's table of contents in Markdown."""
    rows = [
        f"| {a.question.number} | [{a.question.title}]({a.question.number:02d}/answer.md) "
        f"| {a.verdict} | [数字]({a.question.number:02d}/numbers.json) "
        f"| [脚本]({a.question.number:02d}/script.py) |"
        for a in answers
    ]
    return "\n".join(
        [
            f"# {TITLE}：{found.code} {found.version}",
            "",
            verdict_text(found),
            "",
            f"全文见 [{PAPER}]({PAPER})。每一问的脚本用法：`python 01/script.py 模型目录 标注表`。",
            "",
            "| 问 | 题目 | 结论 | | |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def verdict_text(found: ValidationReport) -> str:
    """Return the outcome as a sentence."""
    if found.passed:
        still_open = len(found.open_findings)
        return f"结论：通过。{len(found.checks)} 项检查，须说明或没有结论的 {still_open} 项。"
    return "结论：未通过，只能登记为参考模型，不得用于企业。" + "".join(found.unmet)


def answer_text(one: Answer) -> str:
    """Return one answer in Markdown."""
    question = one.question
    lines = [f"# {question.number}. {question.title}", "", question.question, "", question.answer]
    if question.missing:
        lines += ["", f"**没有数据**：{question.missing}"]
    for check in one.checks:
        lines += ["", f"## {check.name}：{check.verdict}", "", *_check_lines(check)]
        lines += [line for table in shape_check(check.numbers) for line in _markdown(table)]
    for values in one.facts.values():
        shaped = shape(values)
        lines += ["", *(f"- {name}：{value}" for name, value in shaped.lines)]
        lines += [line for table in shaped.tables for line in _markdown(table)]
    return "\n".join([*lines, "", "数字：`numbers.json`；重新计算：`script.py`。", ""])


def _check_lines(check: Check) -> list[str]:
    lines = [f"- 结果：{check.value}", f"- 限值：{check.limit}", f"- 样本：{check.n:,}"]
    lines += [f"- {check.note}"] if check.note else []
    return [*lines, f"- 由 `{check.made_by}` 得出"]


def _markdown(table: Table) -> list[str]:
    rows = [f"| {' | '.join(row)} |" for row in table.rows]
    more = [f"另有 {table.left_out} 行，见 numbers.json。"] if table.left_out else []
    head = [f"| {' | '.join(table.head)} |", f"|{' --- |' * len(table.head)}"]
    title = [f"{table.title}：", ""] if table.title else []
    return ["", *title, *head, *rows, *(["", *more] if more else [])]


def sheet_of(subject: Subject, found: ValidationReport, answers: list[Answer]) -> dict[str, Any]:
    """Return everything the template shows, as plain JSON data."""
    is_demo = subject.artefact.is_demo
    return {
        "title": f"{TITLE}：{found.code} {found.version}",
        "platform": PLATFORM,
        "demo": "演示模型：用虚构数据训练，数字不说明任何真实企业" if is_demo else "",
        "verdict": verdict_text(found),
        "cover": [
            ["模型", f"{found.code} {found.version}（{subject.artefact.title}）"],
            ["清单 SHA-256", found.manifest_hash],
            ["标注表", f"{found.table}，{found.rows:,} 行"],
            ["标注表 SHA-256", found.table_sha256],
            ["检验方式", SPLIT_NAMES[Split(found.split)]],
            ["验证时间", f"{found.made_at:%Y-%m-%d %H:%M}"],
        ],
        "checks": [[check.name, check.value, check.limit, check.verdict] for check in found.checks],
        "open": [
            [check.name, check.verdict, check.note or check.value] for check in found.open_findings
        ],
        "answers": [_answer_sheet(one) for one in answers],
    }


def _answer_sheet(one: Answer) -> dict[str, Any]:
    question = one.question
    shaped = [shape(values) for values in one.facts.values()]
    return {
        "heading": f"{question.number}. {question.title}",
        "verdict": one.verdict,
        "question": question.question,
        "answer": question.answer,
        "missing": question.missing,
        "checks": [
            {
                "name": f"{check.name}：{check.verdict}",
                "rows": [["结果", check.value], ["限值", check.limit], ["样本", f"{check.n:,}"]],
                "note": check.note,
                "made_by": check.made_by,
                "tables": [_table_sheet(table) for table in shape_check(check.numbers)],
            }
            for check in one.checks
        ],
        "facts": [list(line) for part in shaped for line in part.lines],
        "tables": _fact_tables(shaped),
        "script": f"{question.number:02d}/script.py",
    }


def _fact_tables(shaped: list[Shaped]) -> list[dict[str, Any]]:
    return [_table_sheet(table) for part in shaped for table in part.tables]


def _table_sheet(table: Table) -> dict[str, Any]:
    more = f"另有 {table.left_out} 行，见 numbers.json。" if table.left_out else ""
    return {
        "title": table.title,
        "head": list(table.head),
        "rows": [list(row) for row in table.rows],
        "more": more,
    }
