"""Accounts, sign-in sessions and API clients as tables."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.accounts.values import AccountStatus, Position
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import Model, new_id, state_type


class Account(Model):
    """A person who signs in, 账户; belongs to at most one party."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(enterprise_id, institution_id, department_id) <= 1", name="one_party"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(String(20))
    role: Mapped[Role] = mapped_column(state_type(Role))
    position: Mapped[Position] = mapped_column(state_type(Position), default=Position.STAFF)
    # The last day on which a firm's agent may sign for it, 授权委托到期日; None: no end was set.
    mandate_until: Mapped[date | None]
    enterprise_id: Mapped[UUID | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"), index=True)
    branch_id: Mapped[UUID | None] = mapped_column(ForeignKey("branch.id"))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"), index=True)
    password_hash: Mapped[str] = mapped_column(Text)
    status: Mapped[AccountStatus] = mapped_column(
        state_type(AccountStatus), default=AccountStatus.ACTIVE
    )
    failed_count: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def party_id(self) -> UUID | None:
        """Return the party the account acts for."""
        return self.enterprise_id or self.institution_id or self.department_id

    def as_actor(self) -> Actor:
        """Return who acts when this account is signed in."""
        return Actor(self.id, self.role, self.party_id, self.name)


class AuthSession(Model):
    """One signed-in device; only the hash of its token is kept."""

    __tablename__ = "auth_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    device: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ApiClient(Model):
    """A system that calls the API for a bank, 银行接入, or for a government office, 部门接入."""

    __tablename__ = "api_client"
    __table_args__ = (
        CheckConstraint("num_nonnulls(institution_id, department_id) = 1", name="one_party"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    name: Mapped[str]
    scope: Mapped[str]
    status: Mapped[AccountStatus] = mapped_column(
        state_type(AccountStatus), default=AccountStatus.ACTIVE
    )
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class ApiToken(Model):
    """A bearer token of an API client; only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    api_client_id: Mapped[UUID] = mapped_column(ForeignKey("api_client.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scope: Mapped[str]
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
