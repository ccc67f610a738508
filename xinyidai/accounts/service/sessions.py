"""Sign in and out: sessions of people, and the lock after wrong passwords."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from xinyidai.accounts import passwords, queries
from xinyidai.accounts.models import Account, AuthSession
from xinyidai.accounts.values import AccountStatus
from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Unauthenticated

SESSION_LIFE = timedelta(hours=12)
IDLE = timedelta(minutes=60)
TOUCH_EVERY = timedelta(minutes=5)
WRONG = "登录名或密码不对。连续错误 5 次将锁定 15 分钟。"


def token_hash(token: str) -> bytes:
    """Return what is stored of a random token."""
    return hashlib.sha256(token.encode()).digest()


def sign_in(login: str, password: str, device: str) -> tuple[Account, str]:
    """Check the password and open a session; return the account and the session's token.

    Raises `Unauthenticated` with one sentence for every cause; failures are counted by the
    caller's own transaction, which therefore must commit also when this raises:
    see `accounts.session`.
    """
    account = queries.find_account(login.strip().lower())
    moment = clock.now()
    right = passwords.matches(account.password_hash if account else None, password)
    if account is None:
        raise Unauthenticated(WRONG)
    if account.locked_until and account.locked_until > moment:
        raise Unauthenticated("连续错误次数过多，账户已临时锁定，请 15 分钟后再试。", code="locked")
    if not right or account.status is not AccountStatus.ACTIVE:
        raise Unauthenticated(WRONG)
    account.failed_count = 0
    account.locked_until = None
    return account, open_session(account, device)


def open_session(account: Account, device: str) -> str:
    """Open a session for an account whose identity was proved; return its token."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        AuthSession(
            account_id=account.id,
            token_hash=token_hash(token),
            device=device[:200],
            expires_at=clock.now() + SESSION_LIFE,
        )
    )
    audit.record(account.as_actor(), "account:sign_in", "account", account.id)
    return token


def count_failure(login: str) -> None:
    """Count a failed sign-in and lock the account at the limit."""
    account = db.session.scalar(
        select(Account)
        .where(Account.login == login.strip().lower())
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    moment = clock.now()
    # A try that was under way when another one locked the account must not lift that lock.
    if account is None or (account.locked_until and account.locked_until > moment):
        return
    account.failed_count += 1
    account.locked_until = passwords.locked_until(account.failed_count, moment)
    if account.locked_until:
        account.failed_count = 0
        audit.record(account.as_actor(), "account:lock", "account", account.id)


def actor_of_session(token: str) -> Actor | None:
    """Return who acts under a session token, or None when it is over."""
    found = queries.find_session(token_hash(token))
    if found is None:
        return None
    session, account = found
    moment = clock.now()
    over = (
        session.revoked_at is not None
        or session.expires_at <= moment
        or session.seen_at + IDLE <= moment
        or account.status is not AccountStatus.ACTIVE
    )
    if over:
        return None
    if session.seen_at < moment - TOUCH_EVERY:
        _touch(token, moment)
    return account.as_actor()


def _touch(token: str, moment: datetime) -> None:
    """Note that the session was used, at most once in five minutes.

    Housekeeping on a connection of its own: a reading request must not write in its transaction.
    """
    with db.engine.begin() as connection:
        connection.execute(
            update(AuthSession)
            .where(
                AuthSession.token_hash == token_hash(token),
                AuthSession.seen_at < moment - TOUCH_EVERY,
            )
            .values(seen_at=moment)
        )


def sign_out(actor: Actor, token: str) -> None:
    """End one session."""
    db.session.execute(
        update(AuthSession)
        .where(AuthSession.token_hash == token_hash(token), AuthSession.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    audit.record(actor, "account:sign_out", "account", actor.account_id or "")


def sign_out_everywhere(actor: Actor) -> None:
    """End every session of the actor's account."""
    if actor.account_id is not None:
        end_sessions(actor.account_id)
    audit.record(actor, "account:sign_out_everywhere", "account", actor.account_id or "")


def end_sessions(account_id: UUID) -> None:
    """End every session of an account, at once."""
    db.session.execute(
        update(AuthSession)
        .where(AuthSession.account_id == account_id, AuthSession.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def unlock_account(actor: Actor, account: Account) -> None:
    """Lift the lock that too many wrong passwords set."""
    account.failed_count = 0
    account.locked_until = None
    audit.record(actor, "account:unlock", "account", account.id)
