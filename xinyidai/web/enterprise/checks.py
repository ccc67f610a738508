"""Checks of the firm by offices, 谁核查过我: for what, what was found, what was done, objecting."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from xinyidai.credit_lists import service as lists
from xinyidai.joint_checks import service
from xinyidai.joint_checks.values import DECISION_NAMES, OUTCOME_NAMES, STATE_NAMES
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.http import page_args
from xinyidai.web import list_words
from xinyidai.web.enterprise.base import actor, blueprint
from xinyidai.web.office.base import pager_of


@blueprint.get("/checks")
@allow(Role.ENTERPRISE_USER)
def checks() -> ResponseReturnValue:
    """Show on which lists the firm is, and who checked it for what."""
    page = page_args()
    rows, total = service.list_of_firm(actor(), page)
    return render_template(
        "enterprise/checks.html",
        memberships=[list_words.hit_row(one) for one in lists.own_memberships(actor())],
        rows=[list_words.check_row(row) for row in rows],
        pager=pager_of(page, total),
    )


@blueprint.get("/checks/<uuid:check_id>")
@allow(Role.ENTERPRISE_USER)
def check(check_id: UUID) -> ResponseReturnValue:
    """Show one check of the firm, what came of it, and how to object."""
    view = service.read_check(actor(), check_id)
    found = view.check
    return render_template(
        "enterprise/check.html",
        number=found.number,
        outcome=OUTCOME_NAMES[found.outcome],
        tone=list_words.TONES[found.outcome],
        is_insufficient=found.outcome == "insufficient",
        missing=[one["text"] for one in found.missing],
        hits=[list_words.hit_row(hit) for hit in view.hits],
        ended=view.ended,
        facts=list_words.check_facts(view, to_firm=True),
        handling=list_words.handling_facts(view),
        decision=DECISION_NAMES[found.decision] if found.decision else STATE_NAMES[found.state],
        events=list_words.check_events(view.steps, to_firm=True),
        event_id=found.event_id,
    )
