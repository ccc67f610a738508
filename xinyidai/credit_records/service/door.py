"""The one door to the schema `credit`: a role entered for a moment, narrowed by row security.

The settings say what the row security lets through: one firm (`xinyidai.enterprise`), or all of
them (`xinyidai.platform_run`); within a disclosure also only some kinds (`xinyidai.kinds`) and
only facts that reach into the allowed period (`xinyidai.data_from`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Executable, Row, text

from xinyidai.catalogue.kinds import KINDS
from xinyidai.kernel import clock
from xinyidai.kernel.db import db

if TYPE_CHECKING:
    from psycopg import Connection as Driver

ENTER = text(
    """
    select set_config('xinyidai.enterprise', :enterprise, true),
           set_config('xinyidai.platform_run', :platform_run, true),
           set_config('xinyidai.kinds', :kinds, true),
           set_config('xinyidai.data_from', :data_from, true),
           set_config('xinyidai.lasting', :lasting, true),
           set_config('plan_cache_mode', :plans, true),
           set_config('role', 'xinyidai_door', true)
    """
)
LEAVE = text(
    """
    select set_config('role', 'none', true),
           set_config('xinyidai.enterprise', '', true),
           set_config('xinyidai.platform_run', '', true),
           set_config('xinyidai.kinds', '', true),
           set_config('xinyidai.data_from', '', true),
           set_config('xinyidai.lasting', '', true),
           set_config('plan_cache_mode', 'auto', true)
    """
)
# One row for each event, however often its reading opens the door; noted on the way out, with the
# rights of the door, in the statement that gives them up.
LEAVE_NOTED = text(
    """
    with noted as (
        insert into credit.door_reading (event_id, enterprise_id, opened_at)
        values (:event, :enterprise, :moment) on conflict do nothing)
    select set_config('role', 'none', true),
           set_config('xinyidai.enterprise', '', true),
           set_config('xinyidai.platform_run', '', true),
           set_config('xinyidai.kinds', '', true),
           set_config('xinyidai.data_from', '', true),
           set_config('xinyidai.lasting', '', true),
           set_config('plan_cache_mode', 'auto', true)
    """
)
# Absent on a server that was set up before it was thought of. The name of the table is found by its
# number, for the application role may not even look into the schema.
HAS_COLLECTOR = text(
    """
    select exists (
        select from pg_roles c, pg_class t join pg_namespace n on n.oid = t.relnamespace
        where c.rolname = 'xinyidai_collector' and c.rolbypassrls
            and pg_has_role(session_user, c.oid, 'set')
            and n.nspname = 'credit' and t.relname = 'credit_record'
            and has_table_privilege(c.oid, t.oid, 'insert'))
    """
)
ENTER_COLLECTOR = text("select set_config('role', 'xinyidai_collector', true)")
LEAVE_COLLECTOR = text("select set_config('role', 'none', true)")
# For bulk work: the limits that guard web requests do not fit it.
PATIENCE = text(
    """
    select set_config('statement_timeout', '0', true), set_config('lock_timeout', '10min', true)
    """
)
# Kinds whose records hold until an end is delivered; one that has none yet is still in the period.
LASTING = ",".join(sorted(kind.code for kind in KINDS.values() if kind.map.valid_until))
NOTHING = "-"  # no kind has this code: an empty list of kinds must let nothing through


@dataclass(frozen=True)
class Aperture:
    """How far the door opens: one firm, or a platform run; some kinds, or all; since when.

    `event_id` names the event that the opening belongs to. It is noted behind the door, apart
    from the event itself, so that a reading without an event does not stay unseen. `is_steady`
    keeps the plan of a statement that is long to plan and the same for every firm.
    """

    enterprise_id: UUID | None = None
    platform_run: str | None = None
    kinds: frozenset[str] | None = None
    data_from: date | None = None
    event_id: UUID | None = None
    is_steady: bool = False

    def __post_init__(self) -> None:
        """Refuse a door that opens to nobody or to two."""
        if (self.enterprise_id is None) == (self.platform_run is None):
            raise ValueError("the door opens for one firm or for one platform run")

    def settings(self) -> dict[str, str]:
        """Return the values of the settings; an empty text means no bound."""
        kinds = "" if self.kinds is None else ",".join(sorted(self.kinds)) or NOTHING
        return {
            "enterprise": str(self.enterprise_id or ""),
            "platform_run": self.platform_run or "",
            "kinds": kinds,
            "data_from": self.data_from.isoformat() if self.data_from else "",
            "lasting": LASTING if self.data_from else "",
            "plans": "force_generic_plan" if self.is_steady else "auto",
        }


@contextmanager
def with_door(aperture: Aperture) -> Iterator[Connection]:
    """Be `xinyidai_door` on the session's connection; nothing but the door's SQL may run inside.

    When a statement inside breaks the transaction its error passes, and the rollback that must
    follow takes role and settings back.
    """
    session = db.session()
    session.flush()
    connection = session.connection()
    with session.no_autoflush:
        connection.execute(ENTER, aperture.settings())
        try:
            yield connection
        finally:
            if not _is_broken(connection):
                _leave(connection, aperture)


def read(
    aperture: Aperture, statement: str | Executable, params: Mapping[str, Any] | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Run one reading statement through the door; text without `params` is taken literally."""
    with with_door(aperture) as connection:
        if isinstance(statement, str) and params is None:
            literal = connection.execution_options(no_parameters=True)
            return literal.exec_driver_sql(statement).all()
        if isinstance(statement, str):
            statement = text(statement)
        return connection.execute(statement, dict(params or {})).all()


def may_only_add(connection: Connection) -> bool:
    """Tell whether this server has the role that adds records and reads none."""
    return bool(connection.execute(HAS_COLLECTOR).scalar_one())


@contextmanager
def adding(connection: Connection) -> Iterator[None]:
    """Be `xinyidai_collector`, who may copy records in and see none, for one COPY."""
    connection.execute(ENTER_COLLECTOR)
    try:
        yield
    finally:
        if not _is_broken(connection):
            connection.execute(LEAVE_COLLECTOR)


def driver(connection: Connection) -> "Driver[Any]":
    """Return the psycopg connection below, for COPY."""
    return cast("Driver[Any]", connection.connection.driver_connection)


def _leave(connection: Connection, aperture: Aperture) -> None:
    if aperture.event_id is None:
        connection.execute(LEAVE)
        return
    reading = {"event": aperture.event_id, "enterprise": aperture.enterprise_id}
    connection.execute(LEAVE_NOTED, reading | {"moment": clock.now()})


def _is_broken(connection: Connection) -> bool:
    return driver(connection).info.transaction_status == TransactionStatus.INERROR
