"""Joint checks of the whole city, 联合奖惩核查: counts with the list behind each, one check."""

from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.measures import MEASURES, OCCASIONS
from xinyidai.institutions import queries as institutions
from xinyidai.joint_checks import service
from xinyidai.joint_checks.queries import CheckFilter, CountRow
from xinyidai.joint_checks.values import (
    OUTCOME_NAMES,
    STATE_NAMES,
    CheckOutcome,
    CheckState,
)
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web import list_words
from xinyidai.web.office import check_desk
from xinyidai.web.office.applications import chosen_id
from xinyidai.web.office.base import (
    OVERSIGHT,
    Row,
    asked,
    blueprint,
    chosen_state,
    link,
    options,
    pager_of,
)

NEEDS_FEEDBACK = frozenset(CheckOutcome) - {CheckOutcome.NONE}
DUE = "due"


@blueprint.get("/checks")
@allow(*OVERSIGHT)
def checks() -> ResponseReturnValue:
    """Show how many checks each office made on which occasion, and what became of them."""
    found = service.figures(g.actor)
    return render_template(
        "office/checks.html",
        figures=found,
        rate=_rate(found.closed, found.due),
        rows=[_count_row(row) for row in found.counts],
        measures=[
            {
                "name": link(url_for("office.check_list", taken=code), one.name),
                "kind": "守信激励" if one.is_incentive else "失信惩戒",
                "basis": one.basis,
                "number": found.taken.get(code, 0),
            }
            for code, one in MEASURES.items()
            if found.taken.get(code)
        ],
    )


@blueprint.get("/checks/list")
@allow(*OVERSIGHT)
def check_list() -> ResponseReturnValue:
    """Show the checks behind a number."""
    page, wanted = page_args(), _filter()
    rows, total = service.list_of_city(g.actor, wanted, page)
    return render_template(
        "office/check_list.html",
        rows=[list_words.check_row(row) for row in rows],
        labels=STATE_NAMES,
        offices=options({one.id: one.name for one in institutions.list_departments()}),
        occasions=options(OCCASIONS),
        outcomes=options(OUTCOME_NAMES),
        states=options(STATE_NAMES),
        chosen={
            name: asked(name) for name in ("department", "occasion", "outcome", "state", "taken")
        },
        is_late=bool(asked("late")),
        taken=MEASURES[wanted.taken].name if wanted.taken else "",
        pager=pager_of(page, total),
    )


@blueprint.get("/checks/<uuid:check_id>")
@allow(*OVERSIGHT)
def check(check_id: UUID) -> ResponseReturnValue:
    """Show one check."""
    return check_desk.page("office", check_id)


def _filter() -> CheckFilter:
    occasion, taken = asked("occasion") or None, asked("taken") or None
    if occasion is not None and occasion not in OCCASIONS:
        raise InvalidInput("没有这个事由，请重新选择。", fields={"occasion": "请从列表里选择"})
    if taken is not None and taken not in MEASURES:
        raise InvalidInput("没有这项措施，请重新选择。", fields={"taken": "请从列表里选择"})
    state = chosen_state(CheckState)
    return CheckFilter(
        department_id=chosen_id("department"),
        occasion=occasion,
        outcomes=_outcomes(),
        states=frozenset({state} if state else ()),
        taken=taken,
        late_on=clock.today() if asked("late") else None,
    )


def _outcomes() -> frozenset[CheckOutcome]:
    """Return the outcomes asked for; «due» stands for all that need feedback."""
    if asked("outcome") == DUE:
        return NEEDS_FEEDBACK
    outcome = chosen_state(CheckOutcome, "outcome")
    return frozenset({outcome} if outcome else ())


def _count_row(row: CountRow) -> Row:
    named: Row = {"occasion": row.occasion}
    if row.department_id is not None:
        named["department"] = row.department_id
    return {
        "office": row.department or list_words.PLATFORM,
        "occasion": list_words.occasion_name(row.occasion),
        "checks": link(url_for("office.check_list", **named), f"{row.checks:,}"),
        "serious": link(
            url_for("office.check_list", **named, outcome="serious"), f"{row.serious:,}"
        ),
        "due": link(url_for("office.check_list", **named, outcome=DUE), f"{row.due:,}"),
        "closed": link(
            url_for("office.check_list", **named, outcome=DUE, state="closed"), f"{row.closed:,}"
        ),
        "rate": _rate(row.closed, row.due) or "—",
    }


def _rate(closed: int, due: int) -> str | None:
    return f"{closed / due * 100:.1f}%" if due else None
