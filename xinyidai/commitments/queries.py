"""Read templates and commitments: of a firm, of the city, of everybody; counts; files; steps."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from xinyidai.catalogue.commitments import CommitmentKind
from xinyidai.commitments.models import (
    Commitment,
    CommitmentFile,
    CommitmentStep,
    CommitmentTemplate,
)
from xinyidai.commitments.values import CommitmentState, Tally, TemplateState
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.rules import normalise_name
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.kernel.uscc import compact


@dataclass(frozen=True)
class CommitmentRow:
    """A commitment with its firm."""

    commitment: Commitment
    enterprise: Enterprise


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What commitments are looked for by; empty holds for all. `department_id` narrows a desk.

    `text` is a code, or a firm's whole name; `shown_since` leaves out findings older than that.
    """

    kind: CommitmentKind | None = None
    states: Collection[CommitmentState] = ()
    region: str = ""
    text: str = ""
    department_id: UUID | None = None
    shown_since: datetime | None = None


def find(commitment_id: UUID, *, for_update: bool = False) -> Commitment | None:
    """Return a commitment, or None; `for_update` locks it."""
    statement = select(Commitment).where(Commitment.id == commitment_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def find_by_number(number: str) -> Commitment | None:
    """Return the commitment of this number, or None."""
    return db.session.scalar(select(Commitment).where(Commitment.number == number))


def find_by_key(enterprise_id: UUID, request_key: UUID) -> Commitment | None:
    """Return what the firm signed with this form, or None."""
    return db.session.scalar(
        select(Commitment).where(
            Commitment.enterprise_id == enterprise_id, Commitment.request_key == request_key
        )
    )


def find_by_record(enterprise_id: UUID, record_key: str) -> Commitment | None:
    """Return the locked commitment whose finding is this record, or None."""
    return db.session.scalar(
        select(Commitment)
        .where(Commitment.enterprise_id == enterprise_id, Commitment.record_key == record_key)
        .with_for_update()
    )


def find_by_origin(origin_no: str) -> Commitment | None:
    """Return the locked commitment that came with a repair, or None."""
    statement = select(Commitment).where(Commitment.origin_no == origin_no).with_for_update()
    return db.session.scalar(statement)


def get_row(commitment_id: UUID) -> CommitmentRow:
    """Return one commitment with its firm; the caller has checked that it may be seen."""
    return CommitmentRow(*db.session.execute(_rows().where(Commitment.id == commitment_id)).one())


def of_enterprise(enterprise_id: UUID, page: Page) -> tuple[Sequence[CommitmentRow], int]:
    """Return a firm's commitments, newest first, and how many there are."""
    statement = _rows().where(Commitment.enterprise_id == enterprise_id)
    return _paged(statement.order_by(Commitment.signed_at.desc()), page)


def search(wanted: Wanted, page: Page) -> tuple[Sequence[CommitmentRow], int]:
    """Return commitments looked for, newest first, and how many there are."""
    statement = _rows().where(*_conditions(wanted))
    return _paged(statement.order_by(Commitment.signed_at.desc()), page)


def to_decide(wanted: Wanted, page: Page) -> tuple[Sequence[CommitmentRow], int]:
    """Return commitments looked for, the earliest due first, and how many there are."""
    statement = _rows().where(*_conditions(wanted))
    return _paged(statement.order_by(Commitment.due_on.nulls_last()), page)


def waiting(department_id: UUID | None = None) -> tuple[int, date | None]:
    """Return how many commitments wait for a finding, and the earliest last day among them."""
    wanted = Wanted(
        states=(CommitmentState.SUPPLIED, CommitmentState.EXPIRED), department_id=department_id
    )
    statement = select(func.count(), func.min(Commitment.due_on)).where(*_conditions(wanted))
    number, since = db.session.execute(statement).one()
    return number, since


def tallies(by: str) -> Sequence[Tally]:
    """Count commitments by state for each `kind` or each `region` of the firms."""
    column = {"kind": Commitment.kind, "region": func.coalesce(Enterprise.region_code, "")}[by]
    counted: dict[str, Counter[CommitmentState]] = defaultdict(Counter)
    statement = (
        select(column, Commitment.state, func.count())
        .join(Enterprise, Enterprise.id == Commitment.enterprise_id)
        .group_by(column, Commitment.state)
    )
    for code, state, number in db.session.execute(statement):
        counted[str(code)][state] += number
    return [Tally(code, counts) for code, counts in sorted(counted.items())]


def firms_with_any() -> int:
    """Return how many firms have signed a commitment."""
    return db.session.scalar(select(func.count(func.distinct(Commitment.enterprise_id)))) or 0


def due_between(first: date, last: date) -> Sequence[Commitment]:
    """Return commitments under way whose last day lies in this time."""
    return db.session.scalars(
        select(Commitment)
        .where(Commitment.state == CommitmentState.ACTIVE, Commitment.due_on.between(first, last))
        .order_by(Commitment.due_on, Commitment.id)
    ).all()


def unfound(last: date) -> Sequence[Commitment]:
    """Return, locked, commitments due before this day on which nobody has found anything."""
    return db.session.scalars(
        select(Commitment)
        .where(
            Commitment.state.in_((CommitmentState.ACTIVE, CommitmentState.SUPPLIED)),
            Commitment.due_on < last,
        )
        .order_by(Commitment.id)
        .with_for_update(skip_locked=True)
    ).all()


def files_of(commitment_id: UUID) -> Sequence[CommitmentFile]:
    """Return the evidence of a commitment without its content, oldest first."""
    return db.session.scalars(
        select(CommitmentFile)
        .where(CommitmentFile.commitment_id == commitment_id)
        .order_by(CommitmentFile.uploaded_at, CommitmentFile.id)
    ).all()


def find_file(commitment_id: UUID, file_id: UUID) -> CommitmentFile | None:
    """Return one file of this very commitment, or None."""
    return db.session.scalar(
        select(CommitmentFile).where(
            CommitmentFile.id == file_id, CommitmentFile.commitment_id == commitment_id
        )
    )


def steps_of(commitment_id: UUID) -> Sequence[CommitmentStep]:
    """Return the steps of a commitment, oldest first."""
    return db.session.scalars(
        select(CommitmentStep)
        .where(CommitmentStep.commitment_id == commitment_id)
        .order_by(CommitmentStep.taken_at, CommitmentStep.id)
    ).all()


def find_template(template_id: UUID, *, for_update: bool = False) -> CommitmentTemplate | None:
    """Return a version of a template, or None; `for_update` locks it."""
    statement = select(CommitmentTemplate).where(CommitmentTemplate.id == template_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def templates(state: TemplateState | None = None) -> Sequence[CommitmentTemplate]:
    """Return versions of templates by kind, the newest of a code first; a city has some dozens."""
    statement = select(CommitmentTemplate).order_by(
        CommitmentTemplate.kind, CommitmentTemplate.code, CommitmentTemplate.version.desc()
    )
    if state is not None:
        statement = statement.where(CommitmentTemplate.state == state)
    return db.session.scalars(statement).all()


def template_in_force(code: str, *, for_update: bool = False) -> CommitmentTemplate | None:
    """Return the version of a code that is in force, or None."""
    statement = select(CommitmentTemplate).where(
        CommitmentTemplate.code == code, CommitmentTemplate.state == TemplateState.IN_FORCE
    )
    return db.session.scalar(statement.with_for_update() if for_update else statement)


def newest_version(code: str) -> int:
    """Return the highest version of a code, 0 when there is none."""
    statement = select(func.max(CommitmentTemplate.version)).where(CommitmentTemplate.code == code)
    return db.session.scalar(statement) or 0


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        found.append(Commitment.kind == wanted.kind)
    if wanted.states:
        found.append(Commitment.state.in_(wanted.states))
    if wanted.department_id is not None:
        found.append(Commitment.department_id == wanted.department_id)
    if wanted.region:
        found.append(Enterprise.region_code == wanted.region)
    if wanted.text:
        named = Enterprise.normal_name == normalise_name(wanted.text)
        found.append(named | (Enterprise.uscc == compact(wanted.text)))
    if wanted.shown_since is not None:
        old = (Commitment.state == CommitmentState.BROKEN) & (
            Commitment.decided_at < wanted.shown_since
        )
        found.append(~old)
    return found


def _rows() -> Select[Commitment, Enterprise]:
    return select(Commitment, Enterprise).join(
        Enterprise, Enterprise.id == Commitment.enterprise_id
    )


def _paged(
    statement: Select[Commitment, Enterprise], page: Page
) -> tuple[Sequence[CommitmentRow], int]:
    counted = statement.order_by(None).with_only_columns(func.count())
    rows = db.session.execute(
        statement.order_by(Commitment.id).offset(page.offset).limit(page.size)
    )
    return [CommitmentRow(*row) for row in rows], db.session.scalar(counted) or 0
