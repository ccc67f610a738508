"""How much was collected, 归集总量: against the targets, by library, kind, source and month."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import KINDS, get_kind
from xinyidai.catalogue.volumes import Library, volume_plan
from xinyidai.credit_records.service import volumes as collected
from xinyidai.credit_records.service.volumes import MonthVolume
from xinyidai.enterprises import queries as enterprises
from xinyidai.enterprises.queries import EnterpriseSearch
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.http import page_args
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.office.base import OVERSIGHT, Pager, Row, blueprint, link, pager_of
from xinyidai.web.office.data import kind_name, source_name

MONTHS_SHOWN = 24
WAN = 10_000
YI = 100_000_000


@blueprint.get("/data/volumes")
@allow(*OVERSIGHT)
def volumes() -> ResponseReturnValue:
    """Show the total against the targets, the libraries and every kind."""
    found = collected.read_volumes()
    return render_template(
        "office/volumes.html",
        totals=_totals(found),
        targets=_target_rows(_sum(found)),
        libraries=[_library_row(library, found) for library in volume_plan().libraries],
        kinds=_kind_rows(found),
        sources=_source_rows(found),
        chart=_chart(found),
        months=_month_rows(found),
    )


@blueprint.get("/data/volumes/<code>")
@allow(*OVERSIGHT)
def kind_volumes(code: str) -> ResponseReturnValue:
    """Show the deliveries of one kind, month by month and one by one."""
    kind = get_kind(code)
    page = page_args()
    found = [one for one in collected.read_volumes() if one.kind == code]
    batches = collected.read_deliveries(code, limit=page.size, offset=page.offset)
    pager: Pager = pager_of(page, sum(one.batches for one in found))
    return render_template(
        "office/kind_volumes.html",
        kind=kind,
        chart=_chart(found),
        months=_month_rows(found),
        batches=[
            {
                "at": format_moment(batch.finished_at) if batch.finished_at else None,
                "source": source_name(batch.source),
                "file": batch.file_name,
                "file_sub": batch.actor_name,
                "total": f"{batch.counts.total:,}",
                "accepted": f"{batch.counts.accepted:,}",
                "unchanged": f"{batch.counts.unchanged:,}",
                "rejected": f"{batch.counts.rejected:,}",
            }
            for batch in batches
        ],
        pager=pager,
    )


def _sum(found: Iterable[MonthVolume]) -> int:
    return sum(one.records for one in found)


def _totals(found: Sequence[MonthVolume]) -> list[Row]:
    total, firms = _sum(found), enterprises.count(EnterpriseSearch())
    month = clock.today().replace(day=1)
    this_month = _sum(one for one in found if one.month == month)
    kinds = {one.kind for one in found} & KINDS.keys()
    return [
        {
            "value": f"{total:,}",
            "label": "归集总量",
            "unit": "条",
            "href": "#kinds",
            "note": "各批次接收的行数之和，含更新",
        },
        {"value": f"{this_month:,}", "label": "本月归集", "unit": "条", "href": "#months"},
        {
            "value": f"{total / firms:.1f}" if firms else "—",
            "label": "户均",
            "unit": "条",
            "href": "#kinds",
            "note": f"按 {firms:,} 户经营主体计" if firms else "数据不足：还没有经营主体",
        },
        {
            "value": len(kinds),
            "label": "已归集类别",
            "unit": f"/ {len(KINDS)} 类",
            "href": "#libraries",
        },
    ]


def _target_rows(total: int) -> list[Row]:
    return [
        {
            "label": f"{target.year} 年目标 {target.records / YI:g} 亿条",
            "value": total,
            "text": f"{total / target.records:.2%}",
            "compare": target.records,
            "note": target.basis,
        }
        for target in volume_plan().targets
    ]


def _library_row(library: Library, found: Sequence[MonthVolume]) -> Row:
    here = [one for one in found if one.kind in library.kinds]
    newest = _newest(here)
    late = [code for code in newest if _is_late(code, newest[code])]
    return {
        "name": library.name,
        "name_sub": library.about,
        "records": f"{_sum(here):,}",
        "kinds": f"{len(newest)} / {len(library.kinds)}",
        "last": format_moment(max(newest.values())) if newest else None,
        "late": "、".join(map(kind_name, late)) if late else "都在更新周期内" if newest else None,
    }


def _newest(found: Iterable[MonthVolume]) -> dict[str, datetime]:
    newest: dict[str, datetime] = {}
    for one in found:
        newest[one.kind] = max(newest.get(one.kind, one.last_at), one.last_at)
    return newest


def _is_late(code: str, last_at: datetime) -> bool:
    return clock.now() - last_at > timedelta(days=get_kind(code).update_cycle_days)


def _kind_rows(found: Sequence[MonthVolume]) -> list[Row]:
    newest = _newest(found)
    by_kind: dict[str, int] = defaultdict(int)
    for one in found:
        by_kind[one.kind] += one.records
    listed = sorted(KINDS.values(), key=lambda kind: -by_kind.get(kind.code, 0))
    return [
        {
            "kind": link(url_for("catalogue.kind", code=kind.code), kind.name),
            "kind_sub": kind.class_name,
            "source": kind.department.name,
            "records": _count_link(kind.code, by_kind[kind.code]) if kind.code in newest else None,
            "last": format_day(newest[kind.code]) if kind.code in newest else "从未归集",
            "cycle": f"{kind.update_cycle_days} 天",
            "late": _lateness(kind.code, newest),
        }
        for kind in listed
    ]


def _lateness(code: str, newest: dict[str, datetime]) -> str:
    if code not in newest:
        return "数据不足"
    return "超过更新周期" if _is_late(code, newest[code]) else "及时"


def _count_link(code: str, count: int) -> object:
    return link(url_for("office.kind_volumes", code=code), f"{count:,}")


def _source_rows(found: Sequence[MonthVolume]) -> list[Row]:
    by_source: dict[str, list[MonthVolume]] = defaultdict(list)
    for one in found:
        by_source[one.source].append(one)
    return [
        {
            "source": source_name(source),
            "records": f"{_sum(here):,}",
            "batches": f"{sum(one.batches for one in here):,}",
            "kinds": len({one.kind for one in here}),
            "last": format_moment(max(one.last_at for one in here)),
        }
        for source, here in sorted(by_source.items(), key=lambda pair: -_sum(pair[1]))
    ]


def _month_rows(found: Sequence[MonthVolume]) -> list[Row]:
    months = _by_month(found)
    totals = list(accumulate(months.values()))
    rows = [
        {"month": f"{month:%Y-%m}", "records": f"{records:,}", "total": f"{total:,}"}
        for (month, records), total in zip(months.items(), totals, strict=True)
    ]
    return rows[-MONTHS_SHOWN:][::-1]


def _chart(found: Sequence[MonthVolume]) -> Row:
    """Return the last months, in 万条: each month, the total, and the target it goes to."""
    months = _by_month(found)
    totals = dict(zip(months, accumulate(months.values()), strict=True))
    shown = list(months)[-MONTHS_SHOWN:]
    return {
        "labels": [f"{month:%Y-%m}" for month in shown],
        "monthly": [_wan(months[month]) for month in shown],
        "total": [_wan(totals[month]) for month in shown],
        "target": [_wan(volume_plan().target_of(month.year).records) for month in shown],
    }


def _wan(records: int) -> float:
    return round(records / WAN, 2)


def _by_month(found: Sequence[MonthVolume]) -> dict[date, int]:
    """Return every month from the first delivery up to this one; without deliveries none."""
    if not found:
        return {}
    months, month = {}, min(one.month for one in found)
    while month <= clock.today():
        months[month] = 0
        month = (month + timedelta(days=31)).replace(day=1)
    for one in found:
        months[one.month] = months.get(one.month, 0) + one.records
    return months
