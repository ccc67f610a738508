"""What a part of a firm's holdings is: one table, whose rows are the firm's, and what is hidden."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from xinyidai.kernel.db import Base

Narrow = Callable[[UUID], ColumnElement[bool]]
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Part:
    """One table of a group: which rows are the firm's, in which order, less which columns."""

    code: str
    model: type[Base]
    of_firm: Narrow
    order: str
    hidden: frozenset[str] = NOTHING


@dataclass(frozen=True)
class Group:
    """What is held on one subject; the first part is what is counted."""

    code: str
    title: str
    source: str
    parts: Sequence[Part]


def ids_of(model: type[Any]) -> Callable[[UUID], Any]:
    """Return what selects the ids of a firm's rows of a table."""
    return lambda firm: select(model.id).where(model.enterprise_id == firm)


def own(column: Any) -> Narrow:
    """Narrow to the rows whose column names the firm."""
    return lambda firm: column == firm


def below(column: Any, model: type[Any]) -> Narrow:
    """Narrow to the rows that belong to one of the firm's rows of another table."""
    return lambda firm: column.in_(ids_of(model)(firm))
