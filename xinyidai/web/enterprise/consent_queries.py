"""Read models of the pages on authorizations: shelves of a list, officers, what rests on one."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.values import OPEN_STATES, ApplicationState
from xinyidai.consents.models import Consent
from xinyidai.consents.queries import NOBODY
from xinyidai.consents.values import ConsentDraft
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.products.models import ProductVersion

OFFICERS = (Role.BANK_OFFICER, Role.GUARANTOR)
MOST_OFFICERS = 200
MOST_APPLICATIONS = 20
# What a contract was signed for goes on, whatever becomes of the authorization.
STOPPED = OPEN_STATES - {ApplicationState.SIGNED}


class Shelf(StrEnum):
    """Where an authorization stands in the firm's list, 我的授权的分类."""

    LIVE = "live"  # 生效中，含暂停
    WAITING = "waiting"  # 等您确认
    ENDED = "ended"  # 已结束


def counts(enterprise_id: UUID) -> dict[Shelf, int]:
    """Return how many authorizations stand on each shelf."""
    numbers = [func.count().filter(_on(shelf)) for shelf in Shelf]
    row = db.session.execute(select(*numbers).where(Consent.enterprise_id == enterprise_id)).one()
    return dict(zip(Shelf, row, strict=True))


def shelf_of(enterprise_id: UUID, shelf: Shelf, page: Page) -> Sequence[Consent]:
    """Return one page of a shelf: what waits longest first, else the newest first."""
    statement = select(Consent).where(Consent.enterprise_id == enterprise_id, _on(shelf))
    if shelf is Shelf.WAITING:
        statement = statement.order_by(Consent.requested_at, Consent.id)
    else:
        statement = statement.order_by(Consent.created_at.desc(), Consent.id.desc())
    return db.session.scalars(statement.limit(page.size).offset(page.offset)).all()


def unconfirmed(enterprise_id: UUID) -> Sequence[Consent]:
    """Return live authorizations that stand still because the legal representative changed."""
    statement = (
        select(Consent)
        .join(Enterprise, Enterprise.id == Consent.enterprise_id)
        .where(
            Consent.enterprise_id == enterprise_id,
            _on(Shelf.LIVE),
            Consent.representative_name != func.coalesce(Enterprise.legal_representative, NOBODY),
        )
        .order_by(Consent.created_at)
    )
    return db.session.scalars(statement).all()


def unused_twins(draft: ConsentDraft) -> Sequence[Consent]:
    """Return authorizations for the same recipient and purpose that stand or wait, unused."""
    recipient = (
        Consent.institution_id.is_(None)
        if draft.institution_id is None
        else Consent.institution_id == draft.institution_id
    )
    statement = select(Consent).where(
        Consent.enterprise_id == draft.enterprise_id,
        recipient,
        Consent.purpose == draft.purpose,
        Consent.use_count == 0,
        Consent.suspended_at.is_(None),
        or_(Consent.granted_at.is_not(None), Consent.first_signed_at.is_not(None)),
        ~_is_over(),
    )
    return db.session.scalars(statement).all()


def half_signed_for(application_no: str, enterprise_id: UUID) -> Consent | None:
    """Return the authorization for an application that waits for its second signature."""
    statement = (
        select(Consent)
        .where(
            Consent.enterprise_id == enterprise_id,
            Consent.application_no == application_no,
            Consent.first_signed_at.is_not(None),
            _on(Shelf.WAITING),
        )
        .order_by(Consent.created_at.desc())
        .limit(1)
    )
    return db.session.scalar(statement)


def application_numbered(application_no: str, enterprise_id: UUID) -> LoanApplication | None:
    """Return the firm's application of this number."""
    statement = select(LoanApplication).where(
        LoanApplication.application_no == application_no,
        LoanApplication.enterprise_id == enterprise_id,
    )
    return db.session.scalar(statement)


def stopped_by_revoking(consent_id: UUID) -> list[tuple[LoanApplication, str]]:
    """Return the applications under way that rest on an authorization, with their products."""
    statement = (
        select(LoanApplication, ProductVersion.name.label("product"))
        .join(ProductVersion, ProductVersion.id == LoanApplication.product_version_id)
        .where(LoanApplication.consent_id == consent_id, LoanApplication.state.in_(STOPPED))
        .order_by(LoanApplication.created_at.desc())
        .limit(MOST_APPLICATIONS)
    )
    return [(row.LoanApplication, row.product) for row in db.session.execute(statement)]


def officers_of(institution_id: UUID) -> Sequence[Row[UUID, str]]:
    """Return id and name of an institution's loan officers on duty, by name."""
    statement = (
        select(Account.id, Account.name)
        .where(
            Account.institution_id == institution_id,
            Account.role.in_(OFFICERS),
            Account.status == AccountStatus.ACTIVE,
        )
        .order_by(Account.name, Account.id)
        .limit(MOST_OFFICERS)
    )
    return db.session.execute(statement).all()


def account_names(ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of accounts."""
    if not ids:
        return {}
    found = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {row.id: row.name for row in found}


def hold_firm(enterprise_id: UUID) -> None:
    """Let one signature of a firm wait for another, so that a double click signs once."""
    db.session.execute(
        select(Enterprise.id).where(Enterprise.id == enterprise_id).with_for_update()
    )


def representative_of(enterprise_id: UUID) -> str:
    """Return the present legal representative of a firm, or an empty text."""
    statement = select(Enterprise.legal_representative).where(Enterprise.id == enterprise_id)
    return db.session.scalar(statement) or NOBODY


def _on(shelf: Shelf) -> ColumnElement[bool]:
    over = _is_over()
    if shelf is Shelf.ENDED:
        return over
    granted = Consent.granted_at.is_not(None)
    return and_(~over, granted if shelf is Shelf.LIVE else ~granted)


def _is_over() -> ColumnElement[bool]:
    """Narrow to terminal states as `consents.rules.state_at` derives them from the facts."""
    return or_(
        Consent.declined_at.is_not(None),
        Consent.revoked_at.is_not(None),
        Consent.ended_at.is_not(None),
        Consent.valid_until < clock.today(),
        func.coalesce(Consent.use_count >= Consent.max_uses, False),
    )
