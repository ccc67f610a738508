"""Pages of departments, parks and streets, 部门: their nominations and what became of them."""

from collections import Counter
from collections.abc import Collection, Mapping
from uuid import UUID

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.deliveries.queries import count_waiting
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import Page, page_args
from xinyidai.objections.queries import count_at_source
from xinyidai.web import wording
from xinyidai.web.office import nominating, promise_desk, queries
from xinyidai.web.office.base import Row, asked, attempted, done, pager_of
from xinyidai.web.office.whitelist import (
    check_rows,
    entry_facts,
    entry_row,
    standard_facts,
    step_events,
)
from xinyidai.whitelist import service
from xinyidai.whitelist.queries import WAITING
from xinyidai.whitelist.values import EntryState

NEWEST = 5
# The shelves of an office's own nominations, 推荐: their label and what stands on them.
SHELVES: Mapping[str, tuple[str, Collection[EntryState]]] = {
    "": ("推荐", ()),
    "waiting": ("审核中", WAITING),
    "listed": ("在册", (EntryState.LISTED,)),
    "removed": ("未入库或已移出", (EntryState.REMOVED,)),
}

blueprint = Blueprint("department", __name__, url_prefix="/department")


@blueprint.get("")
@allow(Role.DEPARTMENT)
def home() -> ResponseReturnValue:
    """Show how the office's own nominations stand, and the newest of them."""
    rows, total = service.list_own_nominations(g.actor, Page(1, NEWEST))
    return render_template(
        "department/home.html",
        nominated=_shelves(total),
        rows=[entry_row(row, "department.nomination") for row in rows],
        labels=wording.ENTRY_STATES,
        objections=_objections(),
        deliveries_waiting=_deliveries_waiting(),
        promises=promise_desk.waiting_rows(),
    )


def _shelves(total: int, current: str | None = None) -> list[Row]:
    """Return how many nominations stand on each shelf, with the list of each."""
    states = Counter(queries.nominations_by_state(g.actor.party_id))
    counts = {
        code: sum(states[state] for state in shelf) if shelf else total
        for code, (_, shelf) in SHELVES.items()
    }
    return [
        {
            "value": counts[code],
            "count": counts[code],
            "label": label,
            "unit": "家",
            "href": url_for("department.nominations", shelf=code or None),
            "current": code == current,
        }
        for code, (label, _) in SHELVES.items()
    ]


def _deliveries_waiting() -> int:
    actor: Actor = g.actor
    return count_waiting(actor.party_id) if actor.party_id else 0


def _objections() -> int:
    actor: Actor = g.actor
    return count_at_source(actor.party_id) if actor.party_id else 0


@blueprint.get("/nominations")
@allow(Role.DEPARTMENT)
def nominations() -> ResponseReturnValue:
    """Show the nominations of the actor's office, all of them or one shelf."""
    page, shelf = page_args(), asked("shelf")
    if shelf not in SHELVES:
        raise InvalidInput("没有这个状态，请重新选择。", fields={"shelf": "请从列表里选择"})
    rows, total = service.list_own_nominations(g.actor, page, states=SHELVES[shelf][1])
    _, everything = service.list_own_nominations(g.actor, Page(1, 1))
    return render_template(
        "department/nominations.html",
        shelves=_shelves(everything, shelf),
        rows=[entry_row(row, "department.nomination") for row in rows],
        labels=wording.ENTRY_STATES,
        pager=pager_of(page, total),
    )


@blueprint.get("/nominations/new")
@allow(Role.DEPARTMENT)
def nomination_form() -> ResponseReturnValue:
    """Show the nomination form for one list."""
    form = nominating.blank_form(asked("list_type"))
    return render_template("department/nominate.html", form=form, errors={})


@blueprint.post("/nominations/new")
@allow(Role.DEPARTMENT)
def nominate() -> ResponseReturnValue:
    """Nominate a firm."""
    form = nominating.typed_form()
    with attempted("uscc") as attempt, own_transaction():
        entry_id = nominating.nominate(g.actor).id
    if attempt.errors:
        page = render_template("department/nominate.html", form=form, errors=attempt.errors)
        return page, attempt.status
    words = "已推荐，等待信用办初审。"
    return done(words, "department.nomination", entry_id=entry_id)


@blueprint.get("/nominations/<uuid:entry_id>")
@allow(Role.DEPARTMENT)
def nomination(entry_id: UUID) -> ResponseReturnValue:
    """Show one nomination with its check result and steps."""
    row = service.read_entry(g.actor, entry_id)
    return render_template(
        "department/nomination.html",
        row=row,
        labels=wording.ENTRY_STATES,
        facts=entry_facts(row),
        checks=check_rows(row.entry),
        standards=standard_facts(row.entry),
        events=step_events(entry_id),
    )
