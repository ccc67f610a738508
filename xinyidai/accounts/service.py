"""Use cases of accounts: open, sign in, sign out."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, text, update

from xinyidai.accounts import passwords, queries
from xinyidai.accounts.models import Account, ApiClient, ApiToken, AuthSession
from xinyidai.accounts.values import AccountStatus, Position
from xinyidai.audit import service as audit
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.rules import normalise_name
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput, Unauthenticated
from xinyidai.kernel.uscc import UnifiedSocialCreditCode

SESSION_LIFE = timedelta(hours=12)
IDLE = timedelta(minutes=60)
TOUCH_EVERY = timedelta(minutes=5)
KEPT = timedelta(days=30)
CLEAN_UP = (
    text("delete from rate_window where window_start < :before"),
    text(
        "delete from procrastinate_jobs j where j.status in ('succeeded', 'cancelled')"
        " and not exists (select 1 from procrastinate_events e"
        " where e.job_id = j.id and e.at >= :before)"
    ),
)
WRONG = "登录名或密码不对。连续错误 5 次将锁定 15 分钟。"


@dataclass(frozen=True)
class NewAccount:
    """What is needed to open an account; at most one party id is set."""

    login: str
    name: str
    role: Role
    password: str
    position: Position = Position.STAFF
    enterprise_id: UUID | None = None
    institution_id: UUID | None = None
    department_id: UUID | None = None
    branch_id: UUID | None = None
    phone: str | None = None
    is_demo: bool = False


@dataclass(frozen=True)
class SignUp:
    """What an enterprise's person fills in to sign up, 企业注册."""

    uscc: str
    enterprise_name: str
    legal_representative: str
    person_name: str
    phone: str
    login: str
    password: str
    position: Position


def token_hash(token: str) -> bytes:
    """Return what is stored of a random token."""
    return hashlib.sha256(token.encode()).digest()


def open_account(actor: Actor, facts: NewAccount) -> Account:
    """Open an account; a taken login or a weak password raises `InvalidInput`."""
    login = facts.login.strip().lower()
    if queries.find_account(login):
        raise InvalidInput("注册没有完成。", fields={"login": "这个登录名已被使用，请换一个。"})
    weakness = passwords.weakness(facts.password, login)
    if weakness:
        raise InvalidInput("注册没有完成。", fields={"password": weakness})
    account = Account(
        login=login,
        name=facts.name,
        role=facts.role,
        position=facts.position,
        enterprise_id=facts.enterprise_id,
        institution_id=facts.institution_id,
        department_id=facts.department_id,
        branch_id=facts.branch_id,
        phone=facts.phone,
        password_hash=passwords.hash_password(facts.password),
        is_demo=facts.is_demo,
    )
    db.session.add(account)
    db.session.flush()
    audit.record(actor, "account:open", "account", account.id, {"role": facts.role})
    return account


def sign_up_enterprise(facts: SignUp, *, is_demo: bool = False) -> Account:
    """Open the first account of a firm, 实名注册.

    Code, name and legal representative must agree with the register; any difference raises one
    `InvalidInput` that names the fields, because who signs up may not learn which firms exist.
    """
    code = UnifiedSocialCreditCode.parse(facts.uscc)
    enterprise = db.session.scalar(
        select(Enterprise).where(Enterprise.uscc == str(code)).with_for_update()
    )
    _require_real_name(enterprise, facts)
    assert enterprise is not None  # noqa: S101 - for the type checker; refused one line above
    if enterprise.registered_at is not None:
        # Code, name and representative are public: they open a first account, never a second one
        # that would see and sign for the firm behind the first one's back.
        raise InvalidInput(
            "注册没有完成。",
            fields={
                "uscc": "这家企业已有账户，请用已有账户登录；忘记登录名或需要增加经办人，"
                "请法定代表人持证件到信用办窗口办理。"
            },
            code="already_registered",
        )
    actor = Actor(None, Role.ENTERPRISE_USER, enterprise.id, facts.person_name)
    account = open_account(
        actor,
        NewAccount(
            login=facts.login,
            name=facts.person_name,
            role=Role.ENTERPRISE_USER,
            password=facts.password,
            position=facts.position,
            enterprise_id=enterprise.id,
            phone=facts.phone,
            is_demo=is_demo,
        ),
    )
    if enterprise.registered_at is None:
        enterprise.registered_at = clock.now()
    audit.record(account.as_actor(), "enterprise:sign_up", "enterprise", enterprise.id)
    return account


def _require_real_name(enterprise: Enterprise | None, facts: SignUp) -> None:
    wrong = (
        enterprise is None
        or normalise_name(facts.enterprise_name) != enterprise.normal_name
        or (enterprise.legal_representative or "") != facts.legal_representative.strip()
    )
    if wrong:
        advice = "与登记信息不一致，请对照营业执照核对；近期变更过的请次日再试。"
        raise InvalidInput(
            "实名核验没有通过。",
            fields={"enterprise_name": advice, "legal_representative": advice},
            code="real_name_mismatch",
        )
    if enterprise is not None and enterprise.status in {
        RegistrationStatus.CANCELLED,
        RegistrationStatus.REVOKED,
    }:
        raise Conflict("这家企业已注销或被吊销，不能注册。", code="enterprise_gone")


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
    db.session.execute(
        update(AuthSession)
        .where(AuthSession.account_id == actor.account_id, AuthSession.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    audit.record(actor, "account:sign_out_everywhere", "account", actor.account_id or "")


def open_client(
    actor: Actor, institution_id: UUID, name: str, *, scope: str, is_demo: bool = False
) -> tuple[ApiClient, str]:
    """Open an API client of an institution; the secret is returned once and not kept."""
    secret = secrets.token_urlsafe(32)
    client = ApiClient(
        client_id=f"xyd-{secrets.token_hex(8)}",
        secret_hash=token_hash(secret),
        institution_id=institution_id,
        name=name,
        scope=scope,
        is_demo=is_demo,
    )
    db.session.add(client)
    db.session.flush()
    audit.record(actor, "api_client:open", "api_client", client.id)
    return client, secret


def unlock_account(actor: Actor, account: Account) -> None:
    """Lift the lock that too many wrong passwords set."""
    account.failed_count = 0
    account.locked_until = None
    audit.record(actor, "account:unlock", "account", account.id)


def clean_up() -> None:
    """Delete what is of no more use: old rate windows, tokens, sessions and finished jobs."""
    moment = clock.now()
    db.session.execute(delete(ApiToken).where(ApiToken.expires_at < moment - KEPT))
    db.session.execute(delete(AuthSession).where(AuthSession.expires_at < moment - KEPT))
    for statement in CLEAN_UP:
        db.session.execute(statement, {"before": moment - KEPT})
