"""Show a firm's data to somebody else, 对外提供: decision, reading and log in one transaction.

A look is refused unless a live consent covers it at that moment; a refusal is logged on a
connection of its own, so it stays although the request rolls back.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from xinyidai.catalogue import kinds as catalogue
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.service import ConsentRefused, telling
from xinyidai.consents.values import LookWish, RefusalReason
from xinyidai.credit_records import policies, queries, rules
from xinyidai.credit_records.models import DisclosureSnapshot, QueryEvent
from xinyidai.credit_records.service import door, log
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.service.look import Look
from xinyidai.credit_records.values import (
    DisclosureRequest,
    QueryKind,
    QueryOutcome,
    Snapshot,
)
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id, own_transaction
from xinyidai.kernel.errors import Conflict, DomainError, NotFound

Build = Callable[[Look], dict[str, Any]]
Limits = Callable[[Consent], Sequence[RefusalReason]]

STRANGER = frozenset({RefusalReason.OTHER_INSTITUTION, RefusalReason.OTHER_ENTERPRISE})


@dataclass(frozen=True)
class Disclosure:
    """How one look of a batch ended: a snapshot, or the error that refused it."""

    request: DisclosureRequest
    snapshot: Snapshot | None
    refusal: DomainError | None


def disclose(
    actor: Actor, request: DisclosureRequest, build: Build, *, limits: Limits | None = None
) -> Snapshot:
    """Show what `build` makes of the allowed records, spend one use, log it, keep a snapshot.

    `build` gets a `Look` and returns plain JSON; whatever it raises leaves no trace and no data.
    `limits` gets a consent that covers the look, locked, and returns what else speaks against it;
    that refuses and is logged like a reason of the gate. The consent stays locked until the
    caller's transaction ends.

    Raises:
        ConsentRefused: with every reason; the refused look is logged for good.
        NotFound: no such consent, or one between other parties; logged as well.

    """
    institution_id = _recipient(actor, request)
    consent = _open(actor, request, limits)
    facts_version = _facts_version(consent.enterprise_id)
    event = _event(actor, request, consent)
    look = _look(consent, request, event.id)
    content = build(look)
    snapshot = Snapshot(
        id=new_id(),
        enterprise_id=consent.enterprise_id,
        institution_id=institution_id,
        consent_id=consent.id,
        event_id=event.id,
        subject=request.subject,
        content=content,
        content_hash=rules.digest(content),
        facts_version=facts_version,
        made_at=look.as_of,
        expires_at=rules.end_of_life(look.as_of, consent.data_life_days),
    )
    consents.spend_use(consent)
    telling.tell_use(actor, consent, event.items)
    _log_shown(event, snapshot, look)
    with door.with_door(Aperture(snapshot.enterprise_id)) as connection:
        connection.execute(insert(DisclosureSnapshot).values(**vars(snapshot)))
    return snapshot


def disclose_many(
    actor: Actor, requests: Iterable[DisclosureRequest], build: Build
) -> Iterator[Disclosure]:
    """Show many firms, each in a transaction of its own that ends before the row is handed out.

    A consent revoked between two rows refuses the next row. For commands, jobs and batch views:
    whatever the caller left open in the session is committed with the first row.
    """
    for request in requests:
        try:
            with own_transaction():
                snapshot = disclose(actor, request, build)
        except DomainError as refusal:
            yield Disclosure(request, None, refusal)
        else:
            yield Disclosure(request, snapshot, None)


def read_snapshot(actor: Actor, snapshot_id: UUID) -> Snapshot:
    """Return a snapshot again; spends no use and writes nothing.

    Raises:
        NotFound: no such snapshot, or one made for another institution.
        ConsentRefused: the consent has been revoked, suspended, ended, or has expired.
        Conflict: its data life is over, or records it showed were corrected or repaired since.

    """
    event = queries.event_of_snapshot(snapshot_id)
    institution_id = policies.recipient_of(actor)
    if institution_id is None or event is None or event.institution_id != institution_id:
        raise NotFound("没有找到这次查询的结果。")
    if event.consent_id is None or event.enterprise_id is None:
        raise NotFound("没有找到这次查询的结果。")
    consent = consents.get_consent(actor, event.consent_id)
    consents.require_reading_again(consent, actor)
    aperture = Aperture(event.enterprise_id)
    rows = door.read(aperture, queries.snapshot_by_id(snapshot_id))
    if not rows or rows[0].expires_at <= clock.now():
        raise Conflict("这次查询结果的留存期限已过，请重新查询。", code="snapshot_expired")
    snapshot = Snapshot(**rows[0]._mapping)  # noqa: SLF001 - the public name of a row's mapping
    removed = queries.count_removed_since(event.enterprise_id, event.kinds, snapshot.made_at)
    if door.read(aperture, removed)[0][0]:
        raise Conflict(
            "企业信息在查询之后有更正、撤销或信用修复，原结果不再提供，请重新查询。",
            code="snapshot_outdated",
        )
    return snapshot


def _recipient(actor: Actor, request: DisclosureRequest) -> UUID:
    institution_id = policies.recipient_of(actor)
    if institution_id is None:
        _refuse(actor, request, None, [RefusalReason.ROLE_NOT_ALLOWED])
        raise ConsentRefused([RefusalReason.ROLE_NOT_ALLOWED])
    return institution_id


def _open(actor: Actor, request: DisclosureRequest, limits: Limits | None) -> Consent:
    """Return the locked consent that covers the look, or log the refusal and raise."""
    try:
        consent = consents.lock_for_use(request.consent_id)
    except NotFound:
        _refuse(actor, request, None, [RefusalReason.NO_CONSENT])
        raise
    reasons = _reasons(actor, request, consent)
    if STRANGER.intersection(reasons):
        _refuse(actor, request, None, reasons)
        raise NotFound("没有找到这份授权。")
    if not reasons and limits is not None:
        reasons = list(limits(consent))
    if reasons:
        _refuse(actor, request, consent, reasons)
        raise ConsentRefused(reasons)
    return consent


def _reasons(actor: Actor, request: DisclosureRequest, consent: Consent) -> list[RefusalReason]:
    reasons = consents.find_refusals(
        consent,
        LookWish(
            institution_id=actor.party_id,
            account_id=actor.account_id,
            purpose=request.purpose,
            items=_items(consent, request),
        ),
    )
    if consent.enterprise_id != request.enterprise_id:
        reasons.append(RefusalReason.OTHER_ENTERPRISE)
    return reasons + rules.mode_reasons(consent.mode, request.subject)


def _refuse(
    actor: Actor,
    request: DisclosureRequest,
    consent: Consent | None,
    reasons: Sequence[RefusalReason],
) -> None:
    event = _event(actor, request, consent)
    event.outcome = QueryOutcome.REFUSED
    event.reasons = [str(reason) for reason in reasons]
    log.write_refusal(event)


def _log_shown(event: QueryEvent, snapshot: Snapshot, look: Look) -> None:
    event.snapshot_id = snapshot.id
    event.outcome = QueryOutcome.ALLOWED
    event.kinds = sorted(look.kinds)
    event.record_count = look.record_count()
    event.result_hash = snapshot.content_hash
    log.write(event)


def _event(actor: Actor, request: DisclosureRequest, consent: Consent | None) -> QueryEvent:
    return QueryEvent(
        id=new_id(),
        kind=QueryKind.DISCLOSURE,
        happened_at=clock.now(),
        account_id=actor.account_id,
        role=actor.role,
        party_id=actor.party_id,
        actor_name=actor.name,
        institution_id=policies.recipient_of(actor),
        enterprise_id=request.enterprise_id,
        consent_id=request.consent_id,
        consent_hash=consent.artefact_hash if consent else None,
        purpose=request.purpose,
        subject=request.subject,
        items=sorted(_items(consent, request)),
        rule_version=request.rule_version,
        batch_id=request.batch_id,
    )


def _look(consent: Consent, request: DisclosureRequest, event_id: UUID) -> Look:
    return Look(
        enterprise_id=consent.enterprise_id,
        kinds=catalogue.disclosable_kinds(_items(consent, request)),
        data_from=consent.data_from,
        as_of=clock.now(),
        event_id=event_id,
        mode=consent.mode,
    )


def _items(consent: Consent | None, request: DisclosureRequest) -> Sequence[str]:
    """Return what is asked for; no list means all that the consent names."""
    if request.items is not None:
        return request.items
    return consent.item_codes if consent else []


def _facts_version(enterprise_id: UUID) -> int:
    """Return the version, and keep records from being taken out of force until the look is over.

    A repair thus comes wholly before the look, or has a later time than its snapshot.
    """
    statement = select(Enterprise.facts_version).where(Enterprise.id == enterprise_id)
    statement = statement.with_for_update(read=True)
    return db.session.execute(statement).scalar_one()
