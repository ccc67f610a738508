"""Credit commitments at the credit office, 信用承诺: figures, desk, findings."""

from typing import Any
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.commitments import CommitmentKind
from xinyidai.commitments import queries, service
from xinyidai.commitments.values import KIND_NAMES, CommitmentState, Tally
from xinyidai.enterprises import queries as enterprises
from xinyidai.enterprises.reference import region_name, regions
from xinyidai.kernel.access import allow
from xinyidai.web.chrome import format_percent
from xinyidai.web.office import promise_desk
from xinyidai.web.office.base import OFFICE, OVERSIGHT, Row, blueprint

PLACE = "office"
S = CommitmentState
SHOWN = (S.ACTIVE, S.SUPPLIED, S.KEPT, S.BROKEN, S.EXPIRED)


@blueprint.get("/commitments")
@allow(*OVERSIGHT)
def commitment_figures() -> ResponseReturnValue:
    """Count commitments by kind and area with the rate kept; each number leads to its list."""
    by_kind = service.tallies(g.actor, "kind")
    by_region = service.tallies(g.actor, "region")
    firms = enterprises.figures()
    return render_template(
        "promises/figures.html",
        kinds=[_row(one, "kind", KIND_NAMES[CommitmentKind(one.code)]) for one in by_kind],
        regions=[_row(one, "region", _region(one.code)) for one in by_region],
        total=sum(one.total for one in by_kind),
        firms_with=queries.firms_with_any(),
        firms=firms.total,
        waiting=queries.waiting()[0],
    )


@blueprint.get("/commitments/list")
@allow(*OVERSIGHT)
def commitments() -> ResponseReturnValue:
    """List commitments by kind, state and area, the earliest due first."""
    return promise_desk.commitment_list(PLACE)


@blueprint.get("/commitments/<uuid:commitment_id>")
@allow(*OVERSIGHT)
def commitment(commitment_id: UUID) -> ResponseReturnValue:
    """Show one commitment with what the actor may do next."""
    return promise_desk.commitment_page(PLACE, commitment_id, {})


@blueprint.post("/commitments/<uuid:commitment_id>")
@allow(*OFFICE)
def commitment_step(commitment_id: UUID) -> ResponseReturnValue:
    """Find a commitment kept or broken."""
    return promise_desk.commitment_step(PLACE, commitment_id)


@blueprint.post("/commitments/<uuid:commitment_id>/files/<uuid:file_id>")
@allow(*OFFICE)
def commitment_file(commitment_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Give a file of evidence, to save."""
    return promise_desk.commitment_file(commitment_id, file_id)


def _row(tally: Tally, by: str, name: str) -> Row:
    def listed(state: CommitmentState | None) -> str:
        named: dict[str, Any] = {by: tally.code} | ({"state": state.value} if state else {})
        return url_for("office.commitments", **named)

    counts = {
        state.value: {"value": tally.counts.get(state, 0), "href": listed(state)} for state in SHOWN
    }
    return {
        "name": name,
        "total": {"value": tally.total, "href": listed(None)},
        "counts": counts,
        "rate": format_percent(tally.kept_rate, 1),
    }


def _region(code: str) -> str:
    return region_name(code) if code in regions() else "未登记区划"
