"""Leads of all institutions, 线索: who sought whom, how many were invited, what came of it."""

from typing import Any
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.institutions.queries import get_institution
from xinyidai.kernel.access import allow
from xinyidai.kernel.http import page_args
from xinyidai.leads import rules, service
from xinyidai.leads.models import Lead, LeadFeedback, LeadSearch
from xinyidai.leads.service import LeadNumbers
from xinyidai.leads.values import REASON_NAMES
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.office.base import OVERSIGHT, blueprint, link, pager_of

NO_REASON = "有效"


@blueprint.get("/leads")
@allow(*OVERSIGHT)
def leads() -> ResponseReturnValue:
    """Show per institution what it searched, invited and reported."""
    return render_template(
        "office/leads.html",
        rows=[_numbers_row(numbers) for numbers in service.read_lead_numbers(g.actor)],
        reasons=REASON_NAMES,
        most=rules.MOST_COUNTS_A_DAY,
    )


@blueprint.get("/leads/<uuid:institution_id>")
@allow(*OVERSIGHT)
def institution_leads(institution_id: UUID) -> ResponseReturnValue:
    """Show the searches and the feedback behind one institution's numbers; no firm is named."""
    institution = get_institution(institution_id)
    page = page_args()
    searches, total = service.read_searches_behind(g.actor, institution_id, page)
    feedback, said = service.read_feedback_behind(g.actor, institution_id, page)
    return render_template(
        "office/lead_institution.html",
        institution=institution,
        searches=[_search_row(*row) for row in searches],
        feedback=[_feedback_row(*row) for row in feedback],
        pager=pager_of(page, max(total, said)),
        total=total,
        said=said,
    )


def _numbers_row(numbers: LeadNumbers) -> dict[str, Any]:
    url = url_for("office.institution_leads", institution_id=numbers.institution_id)
    invalid = sum(numbers.invalid.values())
    return {
        "name": link(url, numbers.name),
        "searches": link(f"{url}#searches", str(numbers.searches)),
        "counts": link(f"{url}#searches", str(numbers.counts)),
        "invited": link(f"{url}#searches", str(numbers.invited)),
        "authorized": link(f"{url}#feedback", str(numbers.authorized)),
        "valid": link(f"{url}#feedback", str(numbers.valid)),
        "invalid": link(f"{url}#feedback", str(invalid)),
        "invalid_sub": "，".join(
            f"{REASON_NAMES[reason]} {number}" for reason, number in numbers.invalid.items()
        ),
    }


def _search_row(search: LeadSearch, counted: int, invited: int) -> dict[str, Any]:
    return {
        "name": search.name,
        "conditions": "；".join(rules.reasons_of(service.criteria_of(search))),
        "counted": counted,
        "invited": invited,
        "weekly": format_day(search.saved_at) if search.saved_at else None,
        "on": format_moment(search.created_at),
    }


def _feedback_row(said: LeadFeedback, _lead: Lead, search: str) -> dict[str, Any]:
    return {
        "search": search,
        "outcome": NO_REASON if said.reason is None else f"无效：{REASON_NAMES[said.reason]}",
        "note": said.note or None,
        "on": format_moment(said.given_at),
    }
