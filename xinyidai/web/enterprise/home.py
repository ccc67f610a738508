"""The first screen of the enterprise user."""

from flask import render_template
from flask.typing import ResponseReturnValue

from xinyidai.applications import queries as applications
from xinyidai.consents import queries as consents
from xinyidai.financing_needs.queries.places import waiting_for_firm
from xinyidai.financing_needs.values import MOST_BANKS
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.matching import service as matching
from xinyidai.web.enterprise import application_view, home_view, profile_view
from xinyidai.web.enterprise.base import actor, blueprint, firm_id
from xinyidai.web.enterprise.consent_queries import unconfirmed
from xinyidai.web.enterprise.home_view import Desk
from xinyidai.web.enterprise.queries import get_firm


@blueprint.get("")
@allow(Role.ENTERPRISE_USER)
def home() -> ResponseReturnValue:
    """Show what to do now, the applications, the last looks, the products and the grade."""
    rows = applications.list_of_enterprise(firm_id())
    mine = actor().account_id
    pending = [
        consent
        for consent in consents.pending_of_enterprise(firm_id())
        if consent.first_signed_at is None or consent.first_signed_by != mine
    ]
    run = matching.read_current_run(actor(), firm_id())
    waiting, invited = waiting_for_firm(firm_id()), home_view.open_invitations(firm_id())
    desk = Desk(pending, unconfirmed(firm_id()), rows, run, waiting, invited)
    return render_template(
        "enterprise/home.html",
        firm=get_firm(firm_id()),
        action=home_view.next_action(desk),
        cards=application_view.cards_of(home_view.shown_rows(rows)),
        application_count=len(rows),
        waiting_needs=waiting,
        invitations=[{"lead_id": lead.id, "bank": bank.short_name} for lead, bank in invited],
        most_banks=MOST_BANKS,
        looks=home_view.last_looks(actor(), firm_id()),
        products=home_view.product_stats(run, matching.find_head(actor(), firm_id())),
        grade=profile_view.find_grade(firm_id(), most_reasons=profile_view.SHOWN_REASONS),
    )
