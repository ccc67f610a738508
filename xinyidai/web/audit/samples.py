"""Sampling review, 抽查: a month's drawn queries with all that is needed to judge them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import g, render_template
from flask.typing import ResponseReturnValue

from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import Page, page_args
from xinyidai.oversight import queries, service
from xinyidai.oversight.models import SampledQuery
from xinyidai.oversight.queries import SampleMonth
from xinyidai.oversight.values import CASE_NAMES, VERDICT_NAMES, SeenLook, Verdict
from xinyidai.web.audit.base import UNKNOWN, blueprint, names_of
from xinyidai.web.chrome import format_moment
from xinyidai.web.office import ledger_queries, look_words
from xinyidai.web.office.base import (
    OVERSIGHT,
    Row,
    asked,
    attempted,
    done,
    options,
    pager_of,
    typed,
)

SAMPLES_A_PAGE = 10


@blueprint.get("/samples")
@allow(*OVERSIGHT)
def samples() -> ResponseReturnValue:
    """Show a month's sample, those not yet judged first."""
    months = queries.sample_months()
    chosen = asked("month") or (months[0].month if months else "")
    return _page(months, chosen, page_args(SAMPLES_A_PAGE), {})


@blueprint.post("/samples/draw")
@allow(*OVERSIGHT)
def draw_sample() -> ResponseReturnValue:
    """Draw last month's sample, where the nightly job has not yet done so."""
    month, drawn = typed("month"), 0
    with attempted("month") as attempt, own_transaction():
        drawn = len(service.draw_sample(month, g.actor))
    if not attempt.errors:
        said = f"已抽取 {drawn} 条。" if drawn else "这个月没有对外提供的查询，无需抽查。"
        return done(said, "audit.samples", month=month if drawn else None)
    months = queries.sample_months()
    return _page(months, asked("month"), Page(1, SAMPLES_A_PAGE), attempt.errors), attempt.status


@blueprint.post("/samples/<uuid:sample_id>")
@allow(*OVERSIGHT)
def judge(sample_id: UUID) -> ResponseReturnValue:
    """Judge one sampled query."""
    with attempted("note") as attempt, own_transaction():
        service.judge(g.actor, sample_id, _verdict(), typed("note"))
    found = queries.get_sample(sample_id)
    if not attempt.errors:
        return done("抽查结论已记录。", "audit.samples", month=found.month)
    rows = _rows([found])
    page = render_template("audit/sample.html", row=rows[0], **_form(attempt.errors))
    return page, attempt.status


def _verdict() -> Verdict:
    try:
        return Verdict(typed("verdict"))
    except ValueError as error:
        raise InvalidInput("请选择抽查结论。", fields={"verdict": "请选择抽查结论"}) from error


def _page(months: Sequence[SampleMonth], chosen: str, page: Page, errors: Mapping[str, str]) -> str:
    found = next((month for month in months if month.month == chosen), None)
    last = service.last_month(clock.today())
    return render_template(
        "audit/samples.html",
        months=[{"value": one.month, "label": one.month} for one in months],
        found=found,
        chosen=chosen,
        drawn_at=format_moment(found.drawn_at) if found else "",
        undrawn=None if any(one.month == last for one in months) else last,
        rows=_rows(queries.samples(chosen, page)),
        pager=pager_of(page, found.drawn if found else 0),
        **_form(errors),
    )


def _form(errors: Mapping[str, str]) -> dict[str, Any]:
    return {
        "verdicts": options(VERDICT_NAMES),
        "values": {"verdict": typed("verdict"), "note": typed("note")},
        "errors": errors,
    }


def _rows(found: Sequence[SampledQuery]) -> list[Row]:
    entries = {row.id: row for row in ledger_queries.by_ids([one.event_id for one in found])}
    looks = [_look(entry) for entry in entries.values()]
    cases = dict(zip(entries, service.cases_around(looks), strict=True))
    names = names_of(one.reviewed_by for one in found)
    return [_row(one, entries.get(one.event_id), cases, names) for one in found]


def _row(
    sample: SampledQuery,
    entry: Any,
    cases: Mapping[UUID, frozenset[Any]],
    names: Mapping[UUID | None, str],
) -> Row:
    kinds = sorted(cases.get(sample.event_id, ()))
    return {
        "id": sample.id,
        "event_id": sample.event_id,
        "look": None if entry is None else look_words.row_of(entry),
        "items": UNKNOWN if entry is None else look_words.what(entry),
        "case": "、".join(CASE_NAMES[kind] for kind in kinds),
        "verdict": None if sample.verdict is None else sample.verdict.value,
        "verdict_name": "" if sample.verdict is None else VERDICT_NAMES[sample.verdict],
        "note": sample.note or "",
        "by": f"{names.get(sample.reviewed_by, UNKNOWN)} · {format_moment(sample.reviewed_at)}",
    }


def _look(entry: Any) -> SeenLook:
    return SeenLook(
        id=entry.id,
        happened_at=entry.happened_at,
        who="",
        account_id=entry.account_id,
        role=entry.role,
        institution_id=entry.institution_id,
        enterprise_id=entry.enterprise_id,
        purpose=entry.purpose,
    )
