"""The database session, and the places where a transaction ends.

`transactional` commits the work of an entry point; `record_refusal` commits rows apart, so
that a refused look stays in the log although its request rolled back; `own_transaction` ends the
steps of a command that works in pieces. Nothing else commits.
"""

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    DateTime,
    Enum,
    MetaData,
    Numeric,
    String,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Session, registry

from xinyidai.kernel import clock

CONSTRAINT_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

ROWS_AT_ONCE = 1000

P = ParamSpec("P")
R = TypeVar("R")

_id_source: ContextVar[random.Random | None] = ContextVar("id_source", default=None)


class Base(DeclarativeBase):
    """Parent of every table."""

    registry = registry(
        metadata=MetaData(naming_convention=CONSTRAINT_NAMES),
        type_annotation_map={
            str: String(200),
            int: BigInteger,
            date: Date,
            datetime: DateTime(timezone=True),
            Decimal: Numeric(18, 6),
            UUID: Uuid,
            dict[str, Any]: JSONB,
            list[dict[str, Any]]: JSONB,
            list[str]: ARRAY(Text),
        },
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGresult

    Model = Base
else:
    Model = db.Model


def state_type(states: type[StrEnum], length: int = 32, *, name: str | None = None) -> Enum:
    """Return a column type that stores the value and refuses any other in the database too.

    A table with two columns of one enum gives each check a `name`.
    """
    return Enum(
        states,
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda members: [member.value for member in members],
        name=name or states.__name__.lower(),
    )


def new_id() -> UUID:
    """Return a UUID of version 7: ordered by time, else random (in seeds: reproducible)."""
    source = _id_source.get()
    noise = source.getrandbits(80) if source else secrets.randbits(80)
    milliseconds = int(clock.now().timestamp() * 1000)
    number = (milliseconds & (2**48 - 1)) << 80 | noise
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=number)


def readable_number(prefix: str, identity: UUID, digits: int = 8) -> str:
    """Return a number for people: what it numbers, the day, and the end of an id, 编号."""
    return f"{prefix}{clock.today():%Y%m%d}{identity.hex[-digits:].upper()}"


def random_bytes(count: int) -> bytes:
    """Return fresh random bytes, for salts; in seeds from the source of the ids."""
    source = _id_source.get()
    return source.randbytes(count) if source else secrets.token_bytes(count)


@contextmanager
def reproducible_ids(seed: int) -> Iterator[None]:
    """Draw the random part of new ids from a seeded source, for seeds that must repeat."""
    token = _id_source.set(random.Random(seed))  # noqa: S311 - ids of invented rows, no secrets
    try:
        yield
    finally:
        _id_source.reset(token)


def transactional(entry_point: Callable[P, R]) -> Callable[P, R]:
    """Commit when the entry point returns; roll back when it raises."""

    @wraps(entry_point)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            result = entry_point(*args, **kwargs)
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        return result

    wrapper.__xyd_transactional__ = True  # type: ignore[attr-defined] # read by the house tests
    return wrapper


@contextmanager
def own_transaction() -> Iterator[Session]:
    """Run one step of a command or job in a transaction of its own on the app's session."""
    try:
        yield db.session()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def copy_out(connection: Connection, query: bytes) -> Iterator[bytes]:
    """Run a `COPY … TO STDOUT` and yield what comes, in pieces of many rows.

    psycopg's own loop costs ten microseconds a row, more than the server takes to find it. All of
    it must be taken, or the connection is of no further use.
    """
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    wire = driver.pgconn
    result: PGresult | None = wire.exec_(query)
    if result is None or result.status != ExecStatus.COPY_OUT:
        raise error_from_result(cast("PGresult", result))
    rows: list[bytes] = []
    while (taken := wire.get_copy_data(0))[0] > 0:
        rows.append(bytes(taken[1]))
        if len(rows) == ROWS_AT_ONCE:
            yield b"".join(rows)
            rows.clear()
    yield b"".join(rows)
    while (result := wire.get_result()) is not None:
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result)


def record_refusal(*rows: Base) -> None:
    """Commit the rows on a connection of their own, whatever becomes of the request."""
    with Session(db.engine) as session:
        session.add_all(rows)
        session.commit()
