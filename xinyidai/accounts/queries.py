"""Read accounts and sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select

from xinyidai.accounts.models import Account, ApiClient, ApiToken, AuthSession
from xinyidai.accounts.values import AccountStatus
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db


@dataclass(frozen=True)
class Person:
    """One of a firm's people; `signed_in_at` is None when no session is kept any more."""

    account: Account
    signed_in_at: datetime | None


def people_of(enterprise_id: UUID) -> Sequence[Person]:
    """Return a firm's people: those in use first, representatives before agents."""
    last = (
        select(func.max(AuthSession.created_at))
        .where(AuthSession.account_id == Account.id)
        .scalar_subquery()
    )
    statement = (
        select(Account, last)
        .where(Account.enterprise_id == enterprise_id)
        .order_by(Account.status, Account.position.desc(), Account.created_at, Account.id)
    )
    return [Person(account, signed_in) for account, signed_in in db.session.execute(statement)]


def officers_of(institution_id: UUID) -> Sequence[Account]:
    """Return an institution's loan officers who may work, by name."""
    statement = (
        select(Account)
        .where(
            Account.institution_id == institution_id,
            Account.role == Role.BANK_OFFICER,
            Account.status == AccountStatus.ACTIVE,
        )
        .order_by(Account.name, Account.id)
    )
    return db.session.scalars(statement).all()


def locked_people(enterprise_id: UUID) -> Sequence[Account]:
    """Return a firm's people as they are now, locked until the transaction ends."""
    statement = (
        select(Account)
        .where(Account.enterprise_id == enterprise_id)
        .order_by(Account.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).all()


def find_account(login: str) -> Account | None:
    """Return the account with this login."""
    return db.session.scalar(select(Account).where(Account.login == login))


def find_client(client_id: str) -> ApiClient | None:
    """Return the API client with this id."""
    return db.session.scalar(select(ApiClient).where(ApiClient.client_id == client_id))


def _may_work() -> ColumnElement[bool]:
    """People and systems of a suspended institution are out, whatever they hold."""
    return Institution.id.is_(None) | (Institution.status == InstitutionStatus.ACTIVE)


def find_session(token_hash: bytes) -> tuple[AuthSession, Account] | None:
    """Return the session and account behind a token hash."""
    row = db.session.execute(
        select(AuthSession, Account)
        .join(Account, Account.id == AuthSession.account_id)
        .outerjoin(Institution, Institution.id == Account.institution_id)
        .where(AuthSession.token_hash == token_hash, _may_work())
    ).first()
    return (row[0], row[1]) if row else None


def find_token(token_hash: bytes) -> tuple[ApiToken, ApiClient] | None:
    """Return the bearer token and its client."""
    row = db.session.execute(
        select(ApiToken, ApiClient)
        .join(ApiClient, ApiClient.id == ApiToken.api_client_id)
        .outerjoin(Institution, Institution.id == ApiClient.institution_id)
        .where(ApiToken.token_hash == token_hash, _may_work())
    ).first()
    return (row[0], row[1]) if row else None


def list_demo() -> Sequence[Account]:
    """Return the demo accounts, by role."""
    return db.session.scalars(
        select(Account).where(Account.is_demo).order_by(Account.role, Account.login)
    ).all()


def has_demo_accounts() -> bool:
    """Tell whether an invented account or API client exists."""
    found = db.session.scalar(
        select(exists().where(Account.is_demo) | exists().where(ApiClient.is_demo))
    )
    return bool(found)
