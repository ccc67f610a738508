"""A clerk confirms or corrects a proposal, 确认映射; what is confirmed serves the next file too."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from xinyidai.credit_records.collecting.fields import FieldSpec, FieldType, KindSpec
from xinyidai.credit_records.collecting.headings import clean_heading
from xinyidai.credit_records.collecting.mapping import bind, find_kind, mapping_of
from xinyidai.deliveries import policies, queries, store
from xinyidai.deliveries.models import Delivery, SavedMapping
from xinyidai.deliveries.rules import choice_faults, draft_of, heading_signature
from xinyidai.deliveries.service import steps
from xinyidai.deliveries.service.examining import as_yaml, layout_of, proposal_of
from xinyidai.deliveries.service.kinds import require_kind
from xinyidai.deliveries.values import CODE, NAME, Choice, DeliveryAction
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import DomainError, InvalidInput, require_sound

ALL_FILLED = 0.999


def propose_as(actor: Actor, delivery_id: UUID, kind: str) -> Delivery:
    """Have the assistant look again, taking the file for a kind that the clerk names.

    Raises:
        NotFound, Forbidden: the delivery is none of the actor's.
        InvalidInput: the kind is not the source's.
        InvalidTransition: the delivery waits for no mapping any more.

    """
    delivery = _load(actor, delivery_id)
    require_kind(actor, institutions.get_department(delivery.department_id), kind)
    steps.take(actor, DeliveryAction.PROPOSE, delivery, kind=kind)
    delivery.proposal = proposal_of(store.path_of(delivery.stored or ""), kind, {kind})
    db.session.flush()
    return delivery


def confirm(actor: Actor, delivery_id: UUID, choice: Choice) -> Delivery:
    """Queue a delivery with the mapping that a clerk chose, and save it for the source.

    Raises:
        NotFound, Forbidden: the delivery is none of the actor's.
        InvalidInput: the choice makes no mapping; `columns` or `kind` says why.
        InvalidTransition: the delivery waits for no mapping any more.

    """
    delivery = _load(actor, delivery_id)
    require_kind(actor, institutions.get_department(delivery.department_id), choice.kind)
    proposal = delivery.proposal or {}
    draft = mapping_chosen(choice, proposal)
    delivery.kind, delivery.mapping = choice.kind, as_yaml(draft)
    delivery.saved_mapping_id = _save(actor, delivery, proposal["headings"]).id
    mapping = str(delivery.saved_mapping_id)
    steps.take(actor, DeliveryAction.CONFIRM, delivery, kind=choice.kind, mapping=mapping)
    steps.enqueue(delivery)
    return delivery


def cancel(actor: Actor, delivery_id: UUID) -> Delivery:
    """Take a delivery back whose mapping nobody has confirmed yet."""
    delivery = _load(actor, delivery_id)
    delivery.message = "经办人撤回，没有归集。"
    steps.take(actor, DeliveryAction.CANCEL, delivery)
    return delivery


def mapping_chosen(choice: Choice, proposal: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of the mapping that a choice makes for the file of a proposal.

    Raises:
        InvalidInput: it makes none, or the collection would refuse the file with it.

    """
    spec = find_kind(choice.kind)
    columns = [entry["column"] for entry in proposal["columns"]]
    faults = choice_faults(choice, [fact.code for fact in spec.facts], columns)
    require_sound(faults)
    draft = draft_of(choice, columns, layout_of(proposal), _needs(choice, spec, proposal))
    try:
        bind(tuple(proposal["headings"]), spec, mapping_of(draft))
    except (DomainError, ValueError) as error:
        sentence = error.message if isinstance(error, DomainError) else str(error)
        raise InvalidInput(sentence, fields={"columns": sentence}) from error
    return draft


def targets_of(proposal: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the assistant proposes for each column, in the words of a `Choice`."""
    if proposal["kind_name"] is None:
        return ("",) * len(proposal["columns"])
    spec = find_kind(proposal["kind"])
    marks = {spec.subject_code: CODE, spec.subject_name: NAME}
    found = (entry["field"] or "" for entry in proposal["columns"])
    return tuple(marks.get(field, field) for field in found)


def fields_of(kind: str) -> Sequence[FieldSpec]:
    """Return the fields of a kind that a column may be, without code and name of the firm."""
    return find_kind(kind).facts


def strange_options(
    proposal: Mapping[str, Any], targets: Sequence[str], kind: str
) -> dict[str, list[str]]:
    """Return for each chosen field of options the texts of the file that the catalogue lacks."""
    enums = {f.code: f for f in fields_of(kind) if f.type is FieldType.ENUM}
    found = {}
    for entry, target in zip(proposal["columns"], targets, strict=False):
        if target in enums:
            strange = [text for text in entry["options"] if enums[target].option(text) is None]
            if strange:
                found[target] = strange
    return found


def _needs(choice: Choice, spec: KindSpec, proposal: Mapping[str, Any]) -> dict[str, Any]:
    day = spec.occurred_on
    filled = [
        entry["filled"]
        for entry, target in zip(proposal["columns"], choice.targets, strict=True)
        if target == day
    ]
    is_same = choice.kind == proposal["kind"]
    return {
        "required": [fact.code for fact in spec.facts if fact.required],
        "day": day,
        "full": bool(filled) and filled[0] >= ALL_FILLED,
        "constants": dict(proposal["constants"]) if is_same else {},
    }


def _load(actor: Actor, delivery_id: UUID) -> Delivery:
    delivery = policies.require_sight(actor, queries.find(delivery_id, for_update=True))
    policies.require_delivering(actor, queries.get_source(delivery.source_id))
    return delivery


def _save(actor: Actor, delivery: Delivery, headings: Sequence[str]) -> SavedMapping:
    """Keep the mapping as the newest for these headings; an equal one is kept as it is."""
    signature = heading_signature(headings)
    present = queries.present_mapping(delivery.source_id, signature, for_update=True)
    if present is not None and present.content == delivery.mapping:
        return present
    version = queries.last_version(delivery.source_id, signature) + 1
    if present is not None:
        present.superseded_at = clock.now()
        db.session.flush()
    saved = SavedMapping(
        id=new_id(),
        source_id=delivery.source_id,
        signature=signature,
        headings=list(headings),
        version=version,
        kind=delivery.kind,
        content=delivery.mapping,
        confirmed_by=actor.account_id,
        confirmed_name=actor.name,
    )
    db.session.add(saved)
    db.session.flush()
    return saved


def cleaned_options(texts: Mapping[str, str]) -> dict[str, str]:
    """Return texts of the file and the options chosen for them, without those left open."""
    return {text: code for text, code in texts.items() if code and clean_heading(text)}
