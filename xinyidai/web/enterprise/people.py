"""The firm's people and how they sign, 人员与签署: agents, mandates, one signature or two."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.accounts import queries as accounts
from xinyidai.accounts import service
from xinyidai.accounts.models import Account
from xinyidai.accounts.queries import Person
from xinyidai.accounts.service import NewAgent
from xinyidai.accounts.values import AccountStatus, Position
from xinyidai.consents import queries as consents
from xinyidai.consents import service as signing
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound, RuleBroken
from xinyidai.kernel.http import page_args
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.enterprise.base import (
    SEE_OTHER,
    UNPROCESSABLE,
    actor,
    blueprint,
    firm_id,
    slice_of,
)
from xinyidai.web.wording import POSITIONS

TWO = 2
TYPED = ("name", "phone", "login", "mandate_until")
RULES = {"two": True, "one": False}


@dataclass(frozen=True)
class PersonView:
    """One person in words."""

    id: UUID
    name: str
    login: str
    phone: str
    position: str
    mandate: str
    mandate_over: bool
    in_use: bool
    signed_in: str
    is_self: bool
    is_agent: bool


@blueprint.get("/people")
@allow(Role.ENTERPRISE_USER)
def people() -> ResponseReturnValue:
    """List the firm's people and say how many must sign."""
    return _list("")


@blueprint.post("/people/signing")
@allow(Role.ENTERPRISE_USER)
def people_signing() -> ResponseReturnValue:
    """Ask for two signatures under each authorization, or for one."""
    rule = request.form.get("rule", "")
    if rule not in RULES:
        raise InvalidInput("请选择由一人签署还是两人签署。")
    try:
        with own_transaction():
            signing.set_two_signers(actor(), wanted=RULES[rule])
    except RuleBroken as error:
        return _list(error.message)
    done = "以后每份授权都需要两人签署。" if RULES[rule] else "以后授权由一人签署即可。"
    flash(done, "ok")
    return redirect(url_for(".people"), SEE_OTHER)


@blueprint.get("/people/new")
@allow(Role.ENTERPRISE_USER)
def person_new() -> ResponseReturnValue:
    """Show the form of a new agent."""
    latest = clock.today() + service.LONGEST_MANDATE
    return _form({"mandate_until": latest.isoformat()}, {})


@blueprint.post("/people")
@allow(Role.ENTERPRISE_USER)
def person_add() -> ResponseReturnValue:
    """Add an agent with a first password; the password is never shown again."""
    typed = {name: request.form.get(name, "").strip() for name in TYPED}
    try:
        facts = NewAgent(
            name=typed["name"],
            phone=typed["phone"],
            login=typed["login"],
            password=request.form.get("password", ""),
            mandate_until=_day(typed["mandate_until"]),
        )
        with own_transaction():
            service.add_agent(actor(), facts)
    except InvalidInput as error:
        return _form(typed, error.fields)
    flash(f"已增加经办人{facts.name}。请把登录名和首次密码当面告诉本人。", "ok")
    return redirect(url_for(".people"), SEE_OTHER)


@blueprint.get("/people/<uuid:account_id>")
@allow(Role.ENTERPRISE_USER)
def person(account_id: UUID) -> ResponseReturnValue:
    """Show one person, to extend the mandate or to stop the account."""
    return _person(account_id, {}, "")


@blueprint.post("/people/<uuid:account_id>/mandate")
@allow(Role.ENTERPRISE_USER)
def person_mandate(account_id: UUID) -> ResponseReturnValue:
    """Set a new last day of an agent's mandate."""
    typed = request.form.get("mandate_until", "").strip()
    try:
        with own_transaction():
            service.extend_mandate(actor(), account_id, _day(typed))
    except InvalidInput as error:
        return _person(account_id, error.fields, typed)
    flash("授权委托已续期。", "ok")
    return redirect(url_for(".person", account_id=account_id), SEE_OTHER)


@blueprint.post("/people/<uuid:account_id>/stop")
@allow(Role.ENTERPRISE_USER)
def person_stop(account_id: UUID) -> ResponseReturnValue:
    """Stop an account; whoever is signed in with it is out at once."""
    with own_transaction():
        service.stop_account(actor(), account_id)
    flash("账户已停用，已登录的设备立即退出。", "ok")
    return redirect(url_for(".people"), SEE_OTHER)


def _list(fault: str) -> ResponseReturnValue:
    found = accounts.people_of(firm_id())
    two_signers = consents.wants_two_signers(firm_id())
    page = render_template(
        "enterprise/people.html",
        people=slice_of([_view(person) for person in found], page_args()),
        two_signers=two_signers,
        too_few=two_signers and sum(_may_sign(person.account) for person in found) < TWO,
        may_change=_is_representative(found),
        fault=fault,
    )
    return page, UNPROCESSABLE if fault else 200


def _form(typed: dict[str, str], errors: dict[str, str]) -> ResponseReturnValue:
    page = render_template(
        "enterprise/person_new.html",
        typed=typed,
        latest=clock.today() + service.LONGEST_MANDATE,
        may_change=_is_representative(accounts.people_of(firm_id())),
        errors=errors,
    )
    return page, UNPROCESSABLE if errors else 200


def _person(account_id: UUID, errors: dict[str, str], typed: str) -> ResponseReturnValue:
    found = accounts.people_of(firm_id())
    wanted = next((person for person in found if person.account.id == account_id), None)
    if wanted is None:
        raise NotFound("没有找到这位人员。")
    latest = clock.today() + service.LONGEST_MANDATE
    page = render_template(
        "enterprise/person.html",
        person=_view(wanted),
        until=typed or latest.isoformat(),
        latest=latest,
        may_change=_is_representative(found),
        errors=errors,
    )
    return page, UNPROCESSABLE if errors else 200


def _view(person: Person) -> PersonView:
    account = person.account
    is_agent = account.position is Position.AGENT
    over = account.mandate_until is not None and account.mandate_until < clock.today()
    return PersonView(
        id=account.id,
        name=account.name,
        login=account.login,
        phone=account.phone or "",
        position=POSITIONS[account.position],
        mandate=_mandate(account) if is_agent else "不需要委托",
        mandate_over=over,
        in_use=account.status is AccountStatus.ACTIVE,
        signed_in=format_moment(person.signed_in_at) if person.signed_in_at else "最近没有登录",
        is_self=account.id == actor().account_id,
        is_agent=is_agent,
    )


def _mandate(account: Account) -> str:
    until = account.mandate_until
    return "没有设定期限" if until is None else f"至 {format_day(until)}"


def _may_sign(account: Account) -> bool:
    until = account.mandate_until
    is_over = until is not None and until < clock.today()
    return account.status is AccountStatus.ACTIVE and not is_over


def _is_representative(found: Sequence[Person]) -> bool:
    me = next((p.account for p in found if p.account.id == actor().account_id), None)
    return me is not None and me.position is Position.LEGAL_REPRESENTATIVE


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        fault = "请填写委托到期日，例如 2027-06-30。"
        raise InvalidInput("请填写委托到期日。", fields={"mandate_until": fault}) from error
