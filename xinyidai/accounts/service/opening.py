"""Open accounts: of an installation's people, and of the first person of a firm."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from xinyidai.accounts import passwords, queries
from xinyidai.accounts.models import Account
from xinyidai.accounts.values import Position
from xinyidai.audit import service as audit
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.rules import normalise_name
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput
from xinyidai.kernel.uscc import UnifiedSocialCreditCode


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
    mandate_until: date | None = None


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
        mandate_until=facts.mandate_until,
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
