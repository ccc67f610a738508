"""More pages of what a look showed: trends, timeline, relations; reading them spends nothing."""

from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.consents import service as consenting
from xinyidai.consents.service import ConsentRefused
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import DisclosureSubject, Snapshot
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel.access import allow
from xinyidai.kernel.http import page_args
from xinyidai.objections import service as objections
from xinyidai.profiles.service.portraits import Event
from xinyidai.web import look_parts, portrait_view, trend_view
from xinyidai.web.bank import look_view, showing
from xinyidai.web.bank.base import RECIPIENT
from xinyidai.web.enterprise.base import slice_of
from xinyidai.web.look_parts import LookParts
from xinyidai.web.portrait_view import wanted_of
from xinyidai.web.query_pages import blueprint, refused

EVENTS_AT_ONCE = 50
Fill = Callable[[Snapshot, LookParts, Collection[str]], dict[str, Any]]

__all__ = ["blueprint", "read_relations", "read_timeline", "read_trends"]


@blueprint.get("/queries/<uuid:snapshot_id>/trends")
@allow(*RECIPIENT)
def read_trends(snapshot_id: UUID) -> ResponseReturnValue:
    """Show the monthly series that a look showed."""
    return _page(snapshot_id, "trends", _trends)


@blueprint.get("/queries/<uuid:snapshot_id>/timeline")
@allow(*RECIPIENT)
def read_timeline(snapshot_id: UUID) -> ResponseReturnValue:
    """Show the dated events that a look showed, narrowed as asked."""
    return _page(snapshot_id, "timeline", _timeline)


@blueprint.get("/queries/<uuid:snapshot_id>/relations")
@allow(*RECIPIENT)
def read_relations(snapshot_id: UUID) -> ResponseReturnValue:
    """Show the relations that a look showed."""
    return _page(snapshot_id, "relations", _relations)


def _page(snapshot_id: UUID, name: str, fill: Fill) -> ResponseReturnValue:
    try:
        snapshot = credit_records.read_snapshot(g.actor, snapshot_id)
    except ConsentRefused as refusal:
        return refused(refusal)
    if snapshot.subject is not DisclosureSubject.PROFILE:
        return redirect(url_for("queries.read_query", snapshot_id=snapshot_id))
    consent = consenting.get_consent(g.actor, snapshot.consent_id)
    parts = look_parts.parts_of(snapshot, consent, f"queries.read_{name}")
    marks = objections.reading_marks(snapshot)
    return render_template(
        f"bank/look_{name}.html",
        snapshot=snapshot,
        firm=enterprises.find_enterprise(snapshot.enterprise_id),
        parts=parts,
        purpose=showing.purpose_name(consent.purpose),
        marked=look_view.marked_words(marks),
        **fill(snapshot, parts, marks["kinds"]),
    )


def _trends(_snapshot: Snapshot, parts: LookParts, _marked: Collection[str]) -> dict[str, Any]:
    return {"trends": trend_view.trend_charts(parts.portrait) if parts.portrait else []}


def _timeline(snapshot: Snapshot, parts: LookParts, marked: Collection[str]) -> dict[str, Any]:
    wanted, portrait = wanted_of(), parts.portrait
    chosen = portrait_view.chosen_events(portrait, wanted, parts.tags) if portrait else ()
    page = slice_of(chosen, page_args(EVENTS_AT_ONCE))

    def is_marked(event: Event) -> bool:
        return event.is_marked and event.kind in marked

    address = url_for("queries.read_timeline", snapshot_id=snapshot.id)
    return {
        "address": address,
        "events": portrait_view.event_rows(page.rows, is_marked, snapshot.made_at.date()),
        "page": page,
        "wanted": wanted,
        "filters": portrait_view.filters_of(portrait) if portrait else {},
        "cut": portrait_view.cut_kinds(portrait) if portrait else [],
        "page_url": f"{address}?{urlencode(wanted.asked() | {'page': ''})}",
    }


def _relations(snapshot: Snapshot, parts: LookParts, _marked: Collection[str]) -> dict[str, Any]:
    def link(kind: str) -> str:
        return look_parts.kind_link(snapshot.id, kind)

    portrait = parts.portrait
    groups = portrait_view.relation_groups(portrait, link, portrait.as_of) if portrait else []
    return {"groups": groups}
