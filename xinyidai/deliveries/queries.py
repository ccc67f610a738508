"""Read sources, mappings and deliveries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, func, select, text
from sqlalchemy import true as every

from xinyidai.deliveries.models import (
    Delivery,
    DeliverySource,
    GatewayLink,
    InterfaceCall,
    SavedMapping,
    SourceKey,
)
from xinyidai.deliveries.values import IN_PROGRESS, RUNNING, DeliveryState, Interface
from xinyidai.institutions.models import Department
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page

# A job that was given up, and no other one for the same delivery waits or runs.
GIVEN_UP = text(
    """
    select distinct cast(failed.args->>'delivery_id' as uuid) from procrastinate_jobs failed
    where failed.task_name = 'deliveries.collect' and failed.status = 'failed' and not exists (
        select from procrastinate_jobs live where live.task_name = failed.task_name
        and live.status in ('todo', 'doing')
        and live.args->>'delivery_id' = failed.args->>'delivery_id')
    """
)


@dataclass(frozen=True)
class DeliveryRow:
    """A delivery with its source and department."""

    delivery: Delivery
    source: DeliverySource
    department: Department


@dataclass(frozen=True)
class SourceRow:
    """A source with its department, and the gateway it is fetched from."""

    source: DeliverySource
    department: Department
    gateway: GatewayLink | None


@dataclass(frozen=True)
class CallFigures:
    """How one interface did since a moment; `p95` in milliseconds, None without a call."""

    interface: Interface
    calls: int
    failed: int
    p95: float | None
    last_success: datetime | None


def find(delivery_id: UUID, *, for_update: bool = False) -> Delivery | None:
    """Return a delivery, or None; `for_update` locks it."""
    statement = select(Delivery).where(Delivery.id == delivery_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def get_row(delivery_id: UUID) -> DeliveryRow:
    """Return one delivery with names; the caller has checked that it may be seen."""
    return DeliveryRow(*db.session.execute(_rows().where(Delivery.id == delivery_id)).one())


def list_deliveries(
    page: Page,
    *,
    department_id: UUID | None = None,
    states: Collection[DeliveryState] | None = None,
    source_id: UUID | None = None,
) -> tuple[Sequence[DeliveryRow], int]:
    """Return deliveries, newest first, and how many there are; None means any."""
    statement = _rows().where(
        every() if department_id is None else Delivery.department_id == department_id,
        every() if states is None else Delivery.state.in_(states),
        every() if source_id is None else Delivery.source_id == source_id,
    )
    counted = statement.with_only_columns(func.count())
    ordered = statement.order_by(Delivery.received_at.desc(), Delivery.id.desc())
    rows = db.session.execute(ordered.offset(page.offset).limit(page.size))
    return [DeliveryRow(*row) for row in rows], db.session.scalar(counted) or 0


def count_by_state(department_id: UUID | None) -> dict[DeliveryState, int]:
    """Return how many deliveries stand in each state, of one department or of all."""
    statement = select(Delivery.state, func.count()).group_by(Delivery.state)
    if department_id is not None:
        statement = statement.where(Delivery.department_id == department_id)
    return {state: count for state, count in db.session.execute(statement)}  # noqa: C416 - typed


def count_waiting(department_id: UUID) -> int:
    """Return how many deliveries of a department wait for a clerk to confirm the mapping."""
    return count_by_state(department_id).get(DeliveryState.AWAITING_MAPPING, 0)


def under_way(source_id: UUID, sha256: str) -> Delivery | None:
    """Return the delivery of this content that is not done with, or None."""
    return db.session.scalars(
        select(Delivery).where(
            Delivery.source_id == source_id,
            Delivery.sha256 == sha256,
            Delivery.state.in_(IN_PROGRESS),
        )
    ).one_or_none()


def by_idempotency_key(source_id: UUID, key: str) -> Delivery | None:
    """Return what was delivered under this key, or None."""
    return db.session.scalars(
        select(Delivery).where(Delivery.source_id == source_id, Delivery.idempotency_key == key)
    ).one_or_none()


def was_taken(source_id: UUID, sha256: str, file_name: str, since: datetime) -> bool:
    """Tell whether a file of this name and content came in since then."""
    found = exists().where(
        Delivery.source_id == source_id,
        Delivery.sha256 == sha256,
        Delivery.file_name == file_name,
        Delivery.received_at >= since,
    )
    return bool(db.session.scalar(select(found)))


def given_up() -> Sequence[Delivery]:
    """Return locked deliveries under way whose job was given up."""
    ids = [row[0] for row in db.session.execute(GIVEN_UP)]
    return db.session.scalars(
        select(Delivery)
        .where(Delivery.id.in_(ids), Delivery.state.in_(RUNNING))
        .with_for_update(skip_locked=True)
    ).all()


def with_old_files(before: datetime) -> Sequence[Delivery]:
    """Return locked deliveries whose bytes have been kept long enough."""
    return db.session.scalars(
        select(Delivery)
        .where(
            Delivery.stored.is_not(None),
            Delivery.received_at < before,
            Delivery.state.not_in(IN_PROGRESS),
        )
        .with_for_update(skip_locked=True)
    ).all()


def stored_names() -> frozenset[str]:
    """Return the names of all files of the store that a delivery knows."""
    return frozenset(
        name
        for name in db.session.scalars(select(Delivery.stored).where(Delivery.stored.is_not(None)))
        if name
    )


def find_source(code: str) -> DeliverySource | None:
    """Return the source with this code, or None."""
    return db.session.scalars(
        select(DeliverySource).where(DeliverySource.code == code)
    ).one_or_none()


def get_source(source_id: UUID) -> DeliverySource | None:
    """Return a source, or None."""
    return db.session.get(DeliverySource, source_id)


def list_sources() -> Sequence[SourceRow]:
    """Return every source by code; a city has some dozens."""
    rows = db.session.execute(_source_rows().order_by(DeliverySource.code))
    return [SourceRow(*row) for row in rows]


def source_row(source_id: UUID) -> SourceRow | None:
    """Return one source with names, or None."""
    row = db.session.execute(_source_rows().where(DeliverySource.id == source_id)).one_or_none()
    return SourceRow(*row) if row else None


def keys_of(source_id: UUID, *, present_only: bool = False) -> Sequence[SourceKey]:
    """Return the public keys of a source, newest first."""
    statement = select(SourceKey).where(SourceKey.source_id == source_id)
    if present_only:
        statement = statement.where(SourceKey.retired_at.is_(None))
    return db.session.scalars(statement.order_by(SourceKey.added_at.desc(), SourceKey.id)).all()


def count_keys(source_ids: Collection[UUID]) -> dict[UUID, int]:
    """Count the public keys in use by source."""
    statement = (
        select(SourceKey.source_id, func.count())
        .where(SourceKey.source_id.in_(source_ids), SourceKey.retired_at.is_(None))
        .group_by(SourceKey.source_id)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}


def gateway_of(source_id: UUID, *, for_update: bool = False) -> GatewayLink | None:
    """Return the gateway of a source, or None; `for_update` locks it."""
    statement = select(GatewayLink).where(GatewayLink.source_id == source_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def gateways_to_pull() -> Sequence[UUID]:
    """Return the sources whose gateway is to be fetched from."""
    return db.session.scalars(
        select(GatewayLink.source_id)
        .join(DeliverySource, DeliverySource.id == GatewayLink.source_id)
        .where(GatewayLink.is_enabled, DeliverySource.is_enabled)
        .order_by(DeliverySource.code)
    ).all()


def present_mapping(
    source_id: UUID, signature: str, *, for_update: bool = False
) -> SavedMapping | None:
    """Return the confirmed mapping for files with these headings, or None."""
    statement = select(SavedMapping).where(
        SavedMapping.source_id == source_id,
        SavedMapping.signature == signature,
        SavedMapping.superseded_at.is_(None),
    )
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def mappings_of(source_id: UUID) -> Sequence[SavedMapping]:
    """Return every confirmed mapping of a source, superseded ones too, newest first."""
    return db.session.scalars(
        select(SavedMapping)
        .where(SavedMapping.source_id == source_id)
        .order_by(SavedMapping.confirmed_at.desc(), SavedMapping.id)
    ).all()


def last_version(source_id: UUID, signature: str) -> int:
    """Return the number of the newest mapping for these headings, 0 without one."""
    return (
        db.session.scalar(
            select(func.max(SavedMapping.version)).where(
                SavedMapping.source_id == source_id, SavedMapping.signature == signature
            )
        )
        or 0
    )


def call_figures(since: datetime, source_id: UUID | None = None) -> dict[Interface, CallFigures]:
    """Return how the interfaces did since then, together or for one source."""
    failed = InterfaceCall.code.is_not(None)
    p95 = func.percentile_cont(0.95).within_group(InterfaceCall.milliseconds)
    success = func.max(InterfaceCall.called_at).filter(InterfaceCall.code.is_(None))
    statement = (
        select(InterfaceCall.interface, func.count(), func.count().filter(failed), p95, success)
        .where(
            InterfaceCall.called_at >= since,
            every() if source_id is None else InterfaceCall.source_id == source_id,
        )
        .group_by(InterfaceCall.interface)
    )
    return {row[0]: CallFigures(*row) for row in db.session.execute(statement)}


def list_calls(
    interface: Interface, since: datetime, page: Page, *, failed_only: bool
) -> tuple[Sequence[tuple[InterfaceCall, str | None]], int]:
    """Return the calls of an interface with the code of the source, newest first."""
    statement = (
        select(InterfaceCall, DeliverySource.code)
        .outerjoin(DeliverySource, DeliverySource.id == InterfaceCall.source_id)
        .where(
            InterfaceCall.interface == interface,
            InterfaceCall.called_at >= since,
            InterfaceCall.code.is_not(None) if failed_only else every(),
        )
    )
    total = db.session.scalar(statement.with_only_columns(func.count())) or 0
    ordered = statement.order_by(InterfaceCall.called_at.desc(), InterfaceCall.id)
    rows = db.session.execute(ordered.offset(page.offset).limit(page.size))
    return [(row[0], row[1]) for row in rows], total


def _rows() -> Select[Delivery, DeliverySource, Department]:
    return (
        select(Delivery, DeliverySource, Department)
        .join(DeliverySource, DeliverySource.id == Delivery.source_id)
        .join(Department, Department.id == Delivery.department_id)
    )


def _source_rows() -> Select[DeliverySource, Department, GatewayLink]:
    return (
        select(DeliverySource, Department, GatewayLink)
        .join(Department, Department.id == DeliverySource.department_id)
        .outerjoin(GatewayLink, GatewayLink.source_id == DeliverySource.id)
    )
