"""Rules of joint checks, pure: what an answer is, when it is due, how a file of codes is read."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from xinyidai.catalogue.credit_lists import SERIOUS_KINDS
from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.measures import RULES, measures_for
from xinyidai.credit_lists.values import Membership
from xinyidai.joint_checks.values import (
    Answer,
    CheckOutcome,
    CodeRow,
    Gap,
    Handling,
    HandlingDecision,
    Missing,
)
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.uscc import compact, describe_problem, find_problem
from xinyidai.kernel.working_days import add_working_days, working_days_between

VERSION = "2026.1"
MOST_ROWS = 5000
MOST_BYTES = 2 * 1024 * 1024
LONGEST_CASE = 100
LONGEST_WORDS = 1000
SHORTEST_WORDS = 2
LONGEST_GIVEN = 40
DELIMITERS = ",;\t，；"


def answer(occasion: str, hits: Sequence[Membership], missing: Sequence[Missing]) -> Answer:
    """Return what a check says; nothing that could not be looked at ever makes 未命中.

    A firm on a list of serious dishonesty is offered no incentives.

    Raises:
        UnknownOccasion: the occasion is not listed.

    """
    offered = measures_for(offered_lists(hits), occasion)
    return Answer(
        outcome=_outcome(hits, missing),
        hits=tuple(hits),
        measures=tuple(one.code for one in offered),
        missing=tuple(missing),
    )


def offered_lists(hits: Sequence[Membership]) -> frozenset[str]:
    """Return the lists from which measures follow: the serious ones, else the honours."""
    serious = frozenset(hit.list_type.code for hit in hits if hit.list_type.is_serious)
    return serious or frozenset(hit.list_type.code for hit in hits)


def source_gaps(collected: Mapping[str, datetime], moment: datetime) -> tuple[Missing, ...]:
    """Return which sources of the serious lists were never collected, or are stale."""
    found = []
    for code in sorted(SERIOUS_KINDS):
        kind, last = KINDS[code], collected.get(code)
        days = max(RULES.stale_least_days, RULES.stale_cycles * kind.update_cycle_days)
        if last is None:
            found.append(Missing(Gap.NEVER_COLLECTED, f"“{kind.name}”从未归集"))
        elif last < moment - timedelta(days=days):
            words = f"“{kind.name}”最近一次归集在 {last:%Y年%m月%d日}，已过期"
            found.append(Missing(Gap.STALE, words))
    return tuple(found)


def unreleased_gap(number: int) -> tuple[Missing, ...]:
    """Return the gap of records that no release has gone through yet."""
    if not number:
        return ()
    words = "来源部门有名单记录尚未经发布批次核对，不能答复未命中，请向信用办核实"
    return (Missing(Gap.UNRELEASED, words),)


def due_on(asked_on: date) -> date:
    """Return the last day of the feedback, in working days."""
    return add_working_days(asked_on, RULES.feedback_days)


def warn_until(today: date) -> date:
    """Return the last due day of which a department is reminded today."""
    return add_working_days(today, RULES.warn_days)


def days_left(due: date, on: date) -> int:
    """Return the working days left, 0 on the last day, negative once it is over."""
    left = working_days_between(on, due)
    return min(left, -1) if due < on else left


def order_faults(case_no: str) -> dict[str, str]:
    """Return a sentence when the case number is not sound."""
    if 1 <= len(case_no.strip()) <= LONGEST_CASE:
        return {}
    return {"case_no": f"请填写办件编号，最多 {LONGEST_CASE} 个字。"}


def handling_faults(handling: Handling) -> dict[str, str]:
    """Return a sentence for each bad field of what a department did."""
    faults = {}
    is_applied = handling.decision is HandlingDecision.APPLIED
    if is_applied and not handling.measures:
        faults["measures"] = "请勾选采取了哪些措施；没有采取请选“未采取措施”。"
    if not is_applied and handling.measures:
        faults["measures"] = "选了“未采取措施”，请不要勾选措施。"
    if not is_applied and len(handling.reason.strip()) < SHORTEST_WORDS:
        faults["reason"] = "请写明未采取措施的原因。"
    if len(handling.reason) > LONGEST_WORDS:
        faults["reason"] = f"最多 {LONGEST_WORDS} 个字。"
    return faults


def result_faults(result: str) -> dict[str, str]:
    """Return a sentence when the feedback says nothing or too much."""
    if SHORTEST_WORDS <= len(result.strip()) <= LONGEST_WORDS:
        return {}
    return {"result": f"请写明办理结果，最多 {LONGEST_WORDS} 个字。"}


def read_codes(content: bytes) -> list[CodeRow]:
    """Read a file or list of codes, one a row; a heading names the column, else it is the first.

    Raises:
        InvalidInput: no text, too large, too many rows, or no row.

    """
    if len(content) > MOST_BYTES:
        raise _unreadable(f"文件超过 {MOST_BYTES // 1024 // 1024} MB，请拆分后再传。")
    lines = _lines(_decoded(content))
    if not lines:
        raise _unreadable("没有读到任何一行，请上传含统一社会信用代码的 CSV 或文本文件。")
    column, rows = _column(lines)
    if not 1 <= len(rows) <= MOST_ROWS:
        raise _unreadable(f"一次核查 1 到 {MOST_ROWS} 行，这次有 {len(rows)} 行，请拆分。")
    return _without_doubles([_row(number, cells, column) for number, cells in rows])


def _outcome(hits: Collection[Membership], missing: Collection[Missing]) -> CheckOutcome:
    if any(hit.list_type.is_serious for hit in hits):
        return CheckOutcome.SERIOUS
    if missing:
        return CheckOutcome.INSUFFICIENT
    return CheckOutcome.HONOUR if hits else CheckOutcome.NONE


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", errors="replace").encode()
    if b"\x00" in content or content.startswith(b"PK\x03\x04"):
        raise _unreadable("这不是文本文件。请把表格另存为 CSV 后再传。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable("文件的文字编码无法识别，请另存为 CSV UTF-8 后再传。")


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not empty with their numbers; the delimiter is what the file has."""
    head = text[:2000]
    delimiter = max(DELIMITERS, key=head.count)
    wanted = delimiter if head.count(delimiter) else ","
    reader = csv.reader(io.StringIO(text), delimiter=wanted)
    try:
        rows = [(place, [cell.strip() for cell in cells]) for place, cells in enumerate(reader, 1)]
    except csv.Error as error:
        raise _unreadable("文件的引号或换行不完整，请检查后再传。") from error
    return [(number, cells) for number, cells in rows if any(cells)]


def _column(lines: list[tuple[int, list[str]]]) -> tuple[int, list[tuple[int, list[str]]]]:
    heading = [unicodedata.normalize("NFKC", cell) for cell in lines[0][1]]
    for place, cell in enumerate(heading):
        if "代码" in cell or cell.lower() in {"uscc", "code"}:
            return place, lines[1:]
    return 0, lines


def _row(number: int, cells: Sequence[str], column: int) -> CodeRow:
    given = cells[column] if column < len(cells) else ""
    problem = find_problem(given)
    if problem is not None:
        fault = describe_problem(given, problem) if given else "这一行没有代码。"
        return CodeRow(number, given[:LONGEST_GIVEN], "", fault)
    return CodeRow(number, given[:LONGEST_GIVEN], compact(given), "")


def _without_doubles(rows: Sequence[CodeRow]) -> list[CodeRow]:
    first: dict[str, int] = {}
    found = []
    for row in rows:
        before = first.setdefault(row.uscc, row.number) if row.uscc else row.number
        if before != row.number:
            found.append(CodeRow(row.number, row.given, "", f"与第 {before} 行重复，只核查一次。"))
        else:
            found.append(row)
    return found


def _unreadable(words: str) -> InvalidInput:
    return InvalidInput(words, fields={"file": words}, code="unreadable")
