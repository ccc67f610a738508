"""How the service of whitelisted firms is put into words, 优先满足; for office and bank pages."""

from collections.abc import Callable, Sequence

from xinyidai.applications.values import ApplicationState
from xinyidai.catalogue.list_types import LIST_TYPES
from xinyidai.financing_needs.values import OFFER_STATE_NAMES, OfferState
from xinyidai.kernel.errors import InvalidInput
from xinyidai.reporting.values import (
    NEED_MARKS,
    PRIORITY_NAMES,
    BehindPriority,
    PriorityMark,
    PriorityRow,
)
from xinyidai.web.chrome import format_day, format_percent
from xinyidai.web.wording import APPLICATION_STATES

M = PriorityMark
Row = dict[str, str | None]
Href = Callable[[PriorityRow, PriorityMark], str]
Link = Callable[[str, str], str]
APPLICATION_MARKS = (M.PROMISED, M.ANSWERED, M.GRANTED, M.LATE, M.WAITING)
OFFER_MARKS = (M.OFFERED, M.CONTACTED, M.CONVERTED, M.MISSED)
ABOUT = (
    "应答复：期内提交、因在白名单内而缩短了答复日，且已答复或已到答复日的申请。",
    "企业按时撤回或改投的、正在等企业补件的不算应答复。",
    "按时答复率 = 在承诺日当天或以前授信、报价或拒绝的 ÷ 应答复；满足率 = 已授信的 ÷ 应答复。",
    "应联系：期内企业授权的需求名额中，已联系或已过应联系日的。",
    "按时联系率 = 按时联系的 ÷ 应联系；满足率 = 转为申请的 ÷ 应联系。",
    "优先只影响办理顺序和时限，不影响准入条件、信用评分和产品排序，也不收费。",
)


def read_mark(text: str) -> PriorityMark:
    """Return the mark of a list, or refuse a word that is none."""
    try:
        return PriorityMark(text)
    except ValueError as error:
        raise InvalidInput("没有这份清单，请从统计页面进入。") from error


def application_columns(first: str) -> list[dict[str, object]]:
    """Return the columns of the applications' table."""
    return _columns(first, APPLICATION_MARKS, ("按时答复率", "满足率"))


def offer_columns(first: str) -> list[dict[str, object]]:
    """Return the columns of the needs' table."""
    return _columns(first, OFFER_MARKS, ("按时联系率", "满足率"))


def application_rows(rows: Sequence[PriorityRow], href: Href, link: Link) -> list[Row]:
    """Return the applications' table; every number leads to its list."""
    return [
        {
            **_numbers(row, APPLICATION_MARKS, href, link),
            "on_time": format_percent(row.answered_share, 0),
            "met": format_percent(row.granted_share, 0),
        }
        for row in rows
    ]


def offer_rows(rows: Sequence[PriorityRow], href: Href, link: Link) -> list[Row]:
    """Return the needs' table; every number leads to its list."""
    return [
        {
            **_numbers(row, OFFER_MARKS, href, link),
            "on_time": format_percent(row.contacted_share, 0),
            "met": format_percent(row.converted_share, 0),
        }
        for row in rows
    ]


def behind_row(row: BehindPriority, mark: PriorityMark, number: str, *, named: bool) -> Row:
    """Return a line of a list; `named` shows the firm."""
    listed = LIST_TYPES[row.list_type].name if row.list_type in LIST_TYPES else row.list_type
    return {
        "number": number,
        "firm": row.enterprise_name if named else None,
        "bank": row.institution_name,
        "list": listed,
        "list_sub": f"{format_day(row.listed_on)}入库",
        "since": format_day(row.since),
        "promised": format_day(row.promised_on),
        "done": format_day(row.done_on) if row.done_on else None,
        "state": _state_name(row, mark),
    }


def _state_name(row: BehindPriority, mark: PriorityMark) -> str:
    if mark in NEED_MARKS:
        return OFFER_STATE_NAMES[OfferState(row.state)]
    return APPLICATION_STATES[ApplicationState(row.state)]


def title_of(mark: PriorityMark) -> str:
    """Return what a list is of."""
    return f"白名单企业：{PRIORITY_NAMES[mark]}"


def _columns(
    first: str, marks: Sequence[PriorityMark], shares: Sequence[str]
) -> list[dict[str, object]]:
    labels = {mark.value: PRIORITY_NAMES[mark] for mark in marks}
    labels |= dict(zip(("on_time", "met"), shares, strict=True))
    head: dict[str, object] = {"key": "name", "label": first, "head": True}
    return [head, *({"key": key, "label": label, "num": True} for key, label in labels.items())]


def _numbers(row: PriorityRow, marks: Sequence[PriorityMark], href: Href, link: Link) -> Row:
    cells: Row = {"name": row.institution_name}
    for mark in marks:
        number = row.counts[mark]
        cells[mark.value] = link(href(row, mark), str(number)) if number else "0"
    return cells
