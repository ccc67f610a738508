"""Releases that a designating department drafts, 认定部门的名单批次."""

from uuid import UUID

from flask import g, render_template
from flask.typing import ResponseReturnValue

from xinyidai.credit_lists import service
from xinyidai.credit_lists.values import STATE_NAMES
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.http import page_args
from xinyidai.web import list_words
from xinyidai.web.department import blueprint
from xinyidai.web.office import list_desk
from xinyidai.web.office.base import pager_of

__all__ = ["blueprint"]


@blueprint.get("/lists")
@allow(Role.DEPARTMENT)
def credit_lists() -> ResponseReturnValue:
    """Show which lists the office designates, and its releases."""
    page = page_args()
    rows, total = service.list_own_releases(g.actor, page)
    counts = service.counts_in_force()
    return render_template(
        "department/lists.html",
        types=[list_words.type_row(one, counts[one.code]) for one in service.draftable(g.actor)],
        rows=[list_words.release_row(row) for row in rows],
        labels=STATE_NAMES,
        pager=pager_of(page, total),
    )


@blueprint.get("/lists/new")
@allow(Role.DEPARTMENT)
def list_release_form() -> ResponseReturnValue:
    """Ask for list and title of a release."""
    return list_desk.form("department")


@blueprint.post("/lists/new")
@allow(Role.DEPARTMENT)
def draft_list_release() -> ResponseReturnValue:
    """Draft a release."""
    return list_desk.draft("department")


@blueprint.get("/lists/<uuid:release_id>")
@allow(Role.DEPARTMENT)
def list_release(release_id: UUID) -> ResponseReturnValue:
    """Show one release of the actor's office."""
    return list_desk.page("department", release_id)


@blueprint.post("/lists/<uuid:release_id>")
@allow(Role.DEPARTMENT)
def list_release_step(release_id: UUID) -> ResponseReturnValue:
    """Drop a draft of the actor's office; the rest is the credit office's."""
    return list_desk.take_step("department", release_id)
