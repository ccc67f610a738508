"""Look at what came in, 识别: straight on where the mapping is known, else a proposal."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from xinyidai.credit_records.collecting import SourceMapping
from xinyidai.credit_records.collecting.drafting import as_json, mapping_draft
from xinyidai.credit_records.collecting.mapping import bind, find_kind, mapping_of
from xinyidai.credit_records.collecting.suggesting import Suggestion, suggest
from xinyidai.deliveries import queries, store
from xinyidai.deliveries.models import Delivery, SavedMapping
from xinyidai.deliveries.rules import heading_signature
from xinyidai.deliveries.service import steps
from xinyidai.deliveries.service.kinds import kinds_for
from xinyidai.deliveries.values import DeliveryAction, DeliveryChannel, DeliveryState
from xinyidai.institutions import queries as institutions
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import DomainError

USUAL_LAYOUT: Mapping[str, Any] = {
    "header_row": 1,
    "header_rows": 1,
    "footer_rows": 0,
    "sheet": None,
}
LEAST_LIKELY = 0.3
MOST_OPTIONS = 20


def examine(delivery_id: UUID) -> None:
    """Find out what a delivery is, once: it is queued, waits for a clerk, or is refused."""
    delivery = queries.find(delivery_id, for_update=True)
    if delivery is None or delivery.state is not DeliveryState.RECEIVED:
        return
    try:
        proposal = proposal_of(
            store.path_of(delivery.stored or ""), delivery.kind, _own_kinds(delivery)
        )
    except DomainError as error:
        steps.refuse(delivery_id, error.message)
        return
    _settle(delivery, proposal)
    db.session.flush()


def proposal_of(path: Path, kind: str | None, own: Collection[str]) -> dict[str, Any]:
    """Return the assistant's proposal with all that the page and the next file need of it.

    Without a `kind` one of the source's `own` kinds is preferred to a likelier foreign one.

    Raises:
        InvalidInput: the file cannot be read as a table.

    """
    found = suggest(path, kind=kind)
    if kind is None and found.kind not in own:
        near = [g.kind.spec.code for g in found.ranked if g.score >= LEAST_LIKELY]
        # Who delivers one kind only has hardly sent another.
        only = list(own) if len(own) == 1 else []
        nearest = next((code for code in [*near, *only] if code in own), None)
        found = suggest(path, kind=nearest) if nearest else found
    draft = mapping_draft(found) or {}
    proposal = as_json(found)
    for entry, column in zip(proposal["columns"], found.columns, strict=True):
        options = column.shape.options
        entry["options"] = list(options) if len(options) <= MOST_OPTIONS else []
    return proposal | {
        "headings": list(found.raw.headings),
        "constants": draft.get("constants", {}),
        "by_name": (draft.get("subject") or {}).get("bad_code") == "by_name",
        "day_first": bool(draft.get("day_first")),
        "layout": _layout(found),
    }


def layout_of(proposal: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a mapping that say where the table of this very file stands."""
    return {
        key: proposal["layout"][key]
        for key, usual in USUAL_LAYOUT.items()
        if proposal["layout"][key] != usual
    }


def mapping_for(saved: SavedMapping, proposal: Mapping[str, Any]) -> str:
    """Return a saved mapping for a file whose table may stand elsewhere than in the first one."""
    draft = {
        key: value
        for key, value in yaml.safe_load(saved.content).items()
        if key not in USUAL_LAYOUT
    }
    return as_yaml(draft | layout_of(proposal))


def as_yaml(draft: Mapping[str, Any]) -> str:
    """Return the keys of a mapping as a person reads them."""
    text: str = yaml.safe_dump(dict(draft), allow_unicode=True, sort_keys=False, width=100)
    return text


def read_mapping(content: str) -> SourceMapping:
    """Return a mapping that was written by `as_yaml`."""
    return mapping_of(yaml.safe_load(content))


def source_actor(delivery: Delivery) -> Actor:
    """Return for whom a delivery is handled once nobody is at the page: its department."""
    return Actor(delivery.account_id, Role.DEPARTMENT, delivery.department_id, delivery.actor_name)


def _layout(found: Suggestion) -> dict[str, Any]:
    return {key: getattr(found.found.layout, key) for key in USUAL_LAYOUT}


def _own_kinds(delivery: Delivery) -> Collection[str]:
    office = institutions.get_department(delivery.department_id)
    return kinds_for(source_actor(delivery), office).keys()


def _settle(delivery: Delivery, proposal: dict[str, Any]) -> None:
    saved = queries.present_mapping(delivery.source_id, heading_signature(proposal["headings"]))
    delivery.proposal = proposal
    if saved is not None and delivery.kind in {None, saved.kind}:
        delivery.kind, delivery.saved_mapping_id = saved.kind, saved.id
        delivery.mapping = mapping_for(saved, proposal)
    elif not _binds_plainly(delivery, proposal):
        steps.take(SYSTEM, DeliveryAction.PROPOSE, delivery)
        return
    steps.take(SYSTEM, DeliveryAction.CONFIRM, delivery, mapping=str(delivery.saved_mapping_id))
    steps.enqueue(delivery)


def _binds_plainly(delivery: Delivery, proposal: Mapping[str, Any]) -> bool:
    """Tell whether a program names the kind and uses the catalogue's own headings: no guess."""
    if delivery.channel is DeliveryChannel.UPLOAD or delivery.kind is None:
        return False
    if layout_of(proposal):
        return False
    try:
        kind = find_kind(delivery.kind)
        bind(tuple(proposal["headings"]), kind, SourceMapping(kind.code))
    except DomainError:
        return False
    return True
