"""The people of a firm, 人员: agents with a mandate, added and stopped by the representative.

An agent, 经办人, may sign for the firm until the last day of the mandate, 授权委托. A new
registered representative signs in with an account that the credit office opens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from xinyidai.accounts import policies, queries
from xinyidai.accounts.models import Account
from xinyidai.accounts.service.opening import NewAccount, open_account
from xinyidai.accounts.service.sessions import end_sessions
from xinyidai.accounts.values import AccountStatus, Position
from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput, RuleBroken

LONGEST_MANDATE = timedelta(days=365)
MOST_PEOPLE = 20
LONGEST_NAME = 50
LONGEST_LOGIN = 64
SHORTEST_LOGIN = 4
PHONE_DIGITS = 11


@dataclass(frozen=True)
class NewAgent:
    """What the representative fills in to add an agent; `mandate_until` is the last day."""

    name: str
    phone: str
    login: str
    password: str
    mandate_until: date


def add_agent(actor: Actor, facts: NewAgent) -> Account:
    """Add an agent, 经办人, who may sign for the firm until the mandate ends.

    Raises:
        Forbidden: the actor is not the firm's legal representative.
        RuleBroken: the firm has as many accounts as it may have.
        InvalidInput: names each bad field; a taken login, a weak password.

    """
    firm_id = policies.require_firm(actor)
    people = queries.locked_people(firm_id)
    acting = policies.require_representative(firm_id, _find(actor, people))
    if sum(person.status is AccountStatus.ACTIVE for person in people) >= MOST_PEOPLE:
        raise RuleBroken(
            f"一家企业最多 {MOST_PEOPLE} 个在用账户，请先停用不再使用的。", code="too_many_people"
        )
    faults = {**_agent_faults(facts), **_mandate_faults(facts.mandate_until)}
    if faults:
        raise InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)
    agent = open_account(
        actor,
        NewAccount(
            login=facts.login,
            name=facts.name.strip(),
            role=Role.ENTERPRISE_USER,
            password=facts.password,
            position=Position.AGENT,
            enterprise_id=firm_id,
            phone=facts.phone.strip(),
            is_demo=acting.is_demo,
            mandate_until=facts.mandate_until,
        ),
    )
    _note(actor, "add_agent", agent)
    return agent


def extend_mandate(actor: Actor, account_id: UUID, until: date) -> Account:
    """Set a new last day of an agent's mandate, 续期; an earlier one than before is fine too.

    Raises:
        NotFound: nobody of the actor's firm.
        Forbidden: the actor is not the firm's legal representative.
        Conflict: the person is stopped, or needs no mandate.
        InvalidInput: the day is past, or more than a year away.

    """
    agent, _ = _take(actor, account_id)
    if agent.position is not Position.AGENT or agent.status is not AccountStatus.ACTIVE:
        raise Conflict("只有在用的经办人需要授权委托，请刷新页面查看。", code="no_mandate")
    faults = _mandate_faults(until)
    if faults:
        raise InvalidInput("请修改委托到期日。", fields=faults)
    agent.mandate_until = until
    _note(actor, "extend_mandate", agent)
    return agent


def stop_account(actor: Actor, account_id: UUID) -> Account:
    """Stop an account, 停用: its sessions end at once, and it never signs in again.

    Raises:
        NotFound: nobody of the actor's firm.
        Forbidden: the actor is not the firm's legal representative.
        Conflict: the account is stopped already.
        RuleBroken: it is the firm's last account of a legal representative.

    """
    person, people = _take(actor, account_id)
    if person.status is not AccountStatus.ACTIVE:
        raise Conflict("这个账户已经停用，请刷新页面查看。", code="account_stopped")
    others = [
        other
        for other in people
        if other.id != person.id
        and other.position is Position.LEGAL_REPRESENTATIVE
        and other.status is AccountStatus.ACTIVE
    ]
    if person.position is Position.LEGAL_REPRESENTATIVE and not others:
        raise RuleBroken(
            "这是本企业最后一个法定代表人账户，不能停用，否则没有人能管理授权和人员。",
            code="last_representative",
        )
    person.status = AccountStatus.SUSPENDED
    end_sessions(person.id)
    _note(actor, "stop", person)
    return person


def _take(actor: Actor, account_id: UUID) -> tuple[Account, Sequence[Account]]:
    """Return a person of the actor's firm, and all its people, locked."""
    firm_id = policies.require_firm(actor)
    people = queries.locked_people(firm_id)
    person = next((person for person in people if person.id == account_id), None)
    found = policies.require_own(firm_id, person)
    policies.require_representative(firm_id, _find(actor, people))
    return found, people


def _find(actor: Actor, people: Sequence[Account]) -> Account | None:
    return next((person for person in people if person.id == actor.account_id), None)


def _agent_faults(facts: NewAgent) -> dict[str, str]:
    faults = {}
    login, phone = facts.login.strip(), facts.phone.strip()
    if not 1 <= len(facts.name.strip()) <= LONGEST_NAME:
        faults["name"] = f"请填写经办人的姓名，不超过 {LONGEST_NAME} 个字。"
    if not (phone.isascii() and phone.isdigit() and len(phone) == PHONE_DIGITS):
        faults["phone"] = f"请填写 {PHONE_DIGITS} 位手机号。"
    if not SHORTEST_LOGIN <= len(login) <= LONGEST_LOGIN or not login.isprintable() or " " in login:
        faults["login"] = f"登录名为 {SHORTEST_LOGIN} 到 {LONGEST_LOGIN} 个字符，不含空格。"
    return faults


def _mandate_faults(until: date) -> dict[str, str]:
    today = clock.today()
    if today <= until <= today + LONGEST_MANDATE:
        return {}
    latest = today + LONGEST_MANDATE
    return {"mandate_until": f"委托到期日从今天起最长一年，请填写 {latest:%Y-%m-%d} 或更早的日期。"}


def _note(actor: Actor, verb: str, person: Account) -> None:
    db.session.flush()
    until = person.mandate_until.isoformat() if person.mandate_until else None
    audit.record(actor, f"account:{verb}", "account", person.id, {"mandate_until": until})
