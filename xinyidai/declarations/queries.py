"""Read declarations: of a firm, of the city, their files and steps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from xinyidai.declarations.models import Declaration, DeclarationFile, DeclarationStep
from xinyidai.declarations.values import DeclarationState
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page


@dataclass(frozen=True)
class DeclarationRow:
    """A declaration with its firm."""

    declaration: Declaration
    enterprise: Enterprise


def find(declaration_id: UUID, *, for_update: bool = False) -> Declaration | None:
    """Return a declaration, or None; `for_update` locks it."""
    statement = select(Declaration).where(Declaration.id == declaration_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def find_draft(enterprise_id: UUID, category: str) -> Declaration | None:
    """Return the firm's draft of a category, or None: there is one at most."""
    return db.session.scalar(
        select(Declaration).where(
            Declaration.enterprise_id == enterprise_id,
            Declaration.category == category,
            Declaration.state == DeclarationState.DRAFT,
        )
    )


def find_by_record(enterprise_id: UUID, record_key: str) -> Declaration | None:
    """Return the locked verified declaration that a record came from, or None."""
    return db.session.scalar(
        select(Declaration)
        .where(
            Declaration.enterprise_id == enterprise_id,
            Declaration.record_key == record_key,
            Declaration.state == DeclarationState.VERIFIED,
        )
        .with_for_update()
    )


def get_row(declaration_id: UUID) -> DeclarationRow:
    """Return one declaration with its firm; the caller has checked that it may be seen."""
    found = db.session.execute(_rows().where(Declaration.id == declaration_id)).one()
    return DeclarationRow(*found)


def of_enterprise(enterprise_id: UUID, page: Page) -> tuple[Sequence[DeclarationRow], int]:
    """Return a firm's declarations, newest first, and how many there are."""
    statement = _rows().where(Declaration.enterprise_id == enterprise_id)
    return _paged(statement.order_by(Declaration.created_at.desc()), page)


def of_city(
    page: Page, *, states: Collection[DeclarationState], categories: Collection[str]
) -> tuple[Sequence[DeclarationRow], int]:
    """Return declarations of all firms, the longest waiting first, and how many there are."""
    statement = _rows().where(Declaration.state.in_(states), Declaration.category.in_(categories))
    return _paged(statement.order_by(Declaration.submitted_at), page)


def waiting(categories: Collection[str]) -> tuple[int, datetime | None]:
    """Return how many declarations of these categories wait, and since when the first."""
    statement = select(func.count(), func.min(Declaration.submitted_at)).where(
        Declaration.state == DeclarationState.SUBMITTED, Declaration.category.in_(categories)
    )
    number, since = db.session.execute(statement).one()
    return number, since


def over(today: date, returned_before: datetime) -> Sequence[Declaration]:
    """Return what runs out, locked: verified beyond its validity, or returned and not supplied."""
    statement = select(Declaration).where(
        or_(
            (Declaration.state == DeclarationState.VERIFIED) & (Declaration.valid_until < today),
            (Declaration.state == DeclarationState.RETURNED)
            & (Declaration.decided_at < returned_before),
        )
    )
    return db.session.scalars(
        statement.order_by(Declaration.id).with_for_update(skip_locked=True)
    ).all()


def files_of(declaration_id: UUID) -> Sequence[DeclarationFile]:
    """Return the attachments of a declaration without their content, oldest first."""
    return db.session.scalars(
        select(DeclarationFile)
        .where(DeclarationFile.declaration_id == declaration_id)
        .order_by(DeclarationFile.uploaded_at, DeclarationFile.id)
    ).all()


def find_file(declaration_id: UUID, file_id: UUID) -> DeclarationFile | None:
    """Return one attachment of this very declaration, or None."""
    return db.session.scalar(
        select(DeclarationFile).where(
            DeclarationFile.id == file_id, DeclarationFile.declaration_id == declaration_id
        )
    )


def steps_of(declaration_id: UUID) -> Sequence[DeclarationStep]:
    """Return the steps of a declaration, oldest first."""
    return db.session.scalars(
        select(DeclarationStep)
        .where(DeclarationStep.declaration_id == declaration_id)
        .order_by(DeclarationStep.taken_at, DeclarationStep.id)
    ).all()


def _rows() -> Select[Declaration, Enterprise]:
    return select(Declaration, Enterprise).join(
        Enterprise, Enterprise.id == Declaration.enterprise_id
    )


def _paged(
    statement: Select[Declaration, Enterprise], page: Page
) -> tuple[Sequence[DeclarationRow], int]:
    counted = statement.order_by(None).with_only_columns(func.count())
    rows = db.session.execute(
        statement.order_by(Declaration.id).offset(page.offset).limit(page.size)
    )
    return [DeclarationRow(*row) for row in rows], db.session.scalar(counted) or 0
