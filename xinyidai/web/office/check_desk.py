"""One check on a desk, 核查: the answer, what applies, the next step."""

from collections.abc import Mapping
from uuid import UUID

from flask import g, render_template, request, url_for

from xinyidai.joint_checks import rules, service
from xinyidai.joint_checks.values import (
    DECISION_NAMES,
    OPEN_STATES,
    OUTCOME_NAMES,
    STATE_NAMES,
    CheckAction,
)
from xinyidai.kernel import clock
from xinyidai.web import list_words
from xinyidai.web.office.base import options, typed

HOMES = {"department": "department.checks", "office": "office.check_list"}


def page(place: str, check_id: UUID, errors: Mapping[str, str] | None = None) -> str:
    """Show one check; entries that ended since say only that they ended."""
    view = service.read_check(g.actor, check_id)
    check = view.check
    is_open = check.state in OPEN_STATES and check.due_on is not None
    return render_template(
        "rights/check.html",
        title=view.row.firm or list_words.UNKNOWN,
        number=check.number,
        home=url_for(HOMES[place]),
        step_url=url_for("department.check", check_id=check_id),
        state=check.state.value,
        labels=STATE_NAMES,
        outcome=OUTCOME_NAMES[check.outcome],
        tone=list_words.TONES[check.outcome],
        is_insufficient=check.outcome == "insufficient",
        missing=[one["text"] for one in check.missing],
        hits=[list_words.hit_row(hit) for hit in view.hits],
        ended=view.ended,
        measures=list_words.measure_options(view.offered),
        left=rules.days_left(check.due_on, clock.today())
        if is_open and check.due_on is not None
        else None,
        facts=list_words.check_facts(view),
        handling=list_words.handling_facts(view),
        events=list_words.check_events(view.steps),
        can_handle=CheckAction.HANDLE in view.actions,
        can_close=CheckAction.FEEDBACK in view.actions,
        decisions=options(DECISION_NAMES),
        chosen=request.form.getlist("measures"),
        typed={name: typed(name) for name in ("decision", "reason", "result")},
        errors=errors or {},
    )
