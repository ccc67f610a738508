"""Consents that firms revoked, 撤回的授权: the list behind the number of the day."""

from datetime import timedelta

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.http import page_args
from xinyidai.web.chrome import format_moment
from xinyidai.web.office import ledger_queries, look_words, queries
from xinyidai.web.office.base import OVERSIGHT, Row, asked, asked_day, blueprint, link, pager_of
from xinyidai.web.office.queries import Revocation


@blueprint.get("/revocations")
@allow(*OVERSIGHT)
def revocations() -> ResponseReturnValue:
    """List what was revoked between two days, both included, newest first."""
    page, first, last = page_args(), asked_day("from"), asked_day("to")
    found, total = queries.revocations(
        None if first is None else ledger_queries.start_of(first),
        None if last is None else ledger_queries.start_of(last + timedelta(days=1)),
        page,
    )
    return render_template(
        "office/revocations.html",
        rows=[_row(one) for one in found],
        chosen={"from": asked("from"), "to": asked("to")},
        pager=pager_of(page, total),
    )


def _row(one: Revocation) -> Row:
    consent = one.consent
    looks = url_for("office.query_ledger", consent=consent.consent_no)
    return {
        "at": format_moment(consent.revoked_at),
        "firm": one.enterprise.name,
        "institution": one.institution.name,
        "purpose": look_words.purpose_name(consent.purpose),
        "number": consent.consent_no,
        "uses": link(looks, f"{consent.use_count:,} 次"),
    }
