"""`xinyidai account …`: the first accounts of an installation, and banks' API clients.

Whoever may run commands on the machine is trusted; every deed is audited as the system's.
"""

import dataclasses
import json
import sys
from uuid import UUID

import click

from xinyidai.accounts import queries, service
from xinyidai.accounts.service import NewAccount
from xinyidai.accounts.values import BANK_SCOPES, Position
from xinyidai.institutions import queries as institutions
from xinyidai.institutions import service as parties
from xinyidai.institutions.rules import DepartmentFacts, InstitutionFacts
from xinyidai.institutions.values import DepartmentKind, InstitutionKind
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput

AT_INSTITUTIONS = frozenset({Role.BANK_OFFICER, Role.BANK_PRODUCT_MANAGER, Role.GUARANTOR})
AT_OFFICES = frozenset({Role.CREDIT_OFFICE, Role.DEPARTMENT, Role.AUDITOR})
OPENED_HERE = (*sorted(AT_INSTITUTIONS), *sorted(AT_OFFICES), Role.OPERATOR)


@click.group()
def account() -> None:
    """机构、部门、工作人员账户和银行接口."""


@account.command("add-institution")
@click.option("--code", required=True, help="机构代码")
@click.option("--name", required=True, help="全称")
@click.option("--short-name", required=True, help="简称")
@click.option("--kind", type=click.Choice([kind.value for kind in InstitutionKind]), default="bank")
@click.option("--region", required=True, help="行政区划代码,6 位")
def add_institution(code: str, name: str, short_name: str, kind: str, region: str) -> None:
    """接入一家金融机构."""
    with own_transaction():
        facts = InstitutionFacts(
            code=code,
            name=name,
            short_name=short_name,
            kind=InstitutionKind(kind),
            region_code=region,
        )
        admitted = parties.admit_institution(SYSTEM, facts)
        click.echo(json.dumps({"institution": admitted.code, "name": name}, ensure_ascii=False))


@account.command("suspend-institution")
@click.option("--code", required=True, help="机构代码")
@click.option("--reason", required=True, help="为什么，写入审计")
def suspend_institution(code: str, reason: str) -> None:
    """暂停一家金融机构：其授权、查询和产品随即停用."""
    with own_transaction():
        turned = parties.suspend_institution(SYSTEM, _institution(code), reason)
        click.echo(json.dumps({"institution": turned.code, "status": turned.status.value}))


@account.command("resume-institution")
@click.option("--code", required=True, help="机构代码")
@click.option("--reason", required=True, help="为什么，写入审计")
def resume_institution(code: str, reason: str) -> None:
    """恢复一家暂停的金融机构."""
    with own_transaction():
        turned = parties.resume_institution(SYSTEM, _institution(code), reason)
        click.echo(json.dumps({"institution": turned.code, "status": turned.status.value}))


def _institution(code: str) -> UUID:
    found = institutions.find_institution_by_code(code)
    if found is None:
        raise InvalidInput(f"没有代码为“{code}”的机构。")
    return found.id


@account.command("add-department")
@click.option("--code", required=True, help="部门代码")
@click.option("--name", required=True, help="名称")
@click.option("--kind", type=click.Choice([kind.value for kind in DepartmentKind]), required=True)
@click.option("--region", required=True, help="行政区划代码,6 位")
def add_department(code: str, name: str, kind: str, region: str) -> None:
    """登记一个部门、园区或街道."""
    with own_transaction():
        facts = DepartmentFacts(code=code, name=name, kind=DepartmentKind(kind), region_code=region)
        added = parties.add_department(SYSTEM, facts)
        click.echo(json.dumps({"department": added.code, "name": name}, ensure_ascii=False))


@account.command("open")
@click.option("--login", required=True, help="登录名")
@click.option("--name", required=True, help="姓名")
@click.option("--role", type=click.Choice([role.value for role in OPENED_HERE]), required=True)
@click.option("--party", default=None, help="机构或部门代码；平台管理员不填")
@click.option("--phone", default=None, help="电话")
def open_account(login: str, name: str, role: str, party: str | None, phone: str | None) -> None:
    """开通一个工作人员账户；密码从标准输入读取，不会显示."""
    password = click.prompt("密码", hide_input=True, err=True) if sys.stdin.isatty() else _line()
    chosen = Role(role)
    with own_transaction():
        facts = NewAccount(
            login=login,
            name=name,
            role=chosen,
            password=password,
            position=Position.STAFF,
            phone=phone,
        )
        opened = service.open_account(SYSTEM, _of_party(facts, party))
        click.echo(json.dumps({"login": opened.login, "role": role}, ensure_ascii=False))


def _line() -> str:
    return sys.stdin.readline().rstrip("\n")


def _of_party(facts: NewAccount, code: str | None) -> NewAccount:
    if facts.role in AT_INSTITUTIONS:
        institution = institutions.find_institution_by_code(code or "")
        if institution is None:
            raise InvalidInput(f"没有代码为“{code}”的机构，请先用 account add-institution 接入。")
        return dataclasses.replace(facts, institution_id=institution.id)
    if facts.role in AT_OFFICES:
        department = institutions.find_department_by_code(code or "")
        if department is None:
            raise InvalidInput(f"没有代码为“{code}”的部门，请先用 account add-department 登记。")
        return dataclasses.replace(facts, department_id=department.id)
    return facts


@account.command("open-client")
@click.option("--institution", required=True, help="机构代码")
@click.option("--name", required=True, help="系统名称")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(BANK_SCOPES), required=True)
def open_client(institution: str, name: str, scopes: tuple[str, ...]) -> None:
    """给银行系统开通接口；密钥只显示这一次."""
    with own_transaction():
        party = _institution(institution)
        client, secret = service.open_client(SYSTEM, party, name, scope=" ".join(sorted(scopes)))
        click.echo(json.dumps({"client_id": client.client_id, "client_secret": secret}))


@account.command("open-office-client")
@click.option("--department", required=True, help="部门代码")
@click.option("--name", required=True, help="系统名称")
def open_office_client(department: str, name: str) -> None:
    """给部门系统开通联合奖惩核查接口；密钥只显示这一次."""
    with own_transaction():
        found = institutions.find_department_by_code(department)
        if found is None:
            raise InvalidInput(f"没有代码为“{department}”的部门。")
        client, secret = service.open_office_client(SYSTEM, found.id, name)
        click.echo(json.dumps({"client_id": client.client_id, "client_secret": secret}))


@account.command("unlock")
@click.argument("login")
def unlock(login: str) -> None:
    """解除连续输错密码造成的锁定."""
    with own_transaction():
        found = queries.find_account(login)
        if found is None:
            raise InvalidInput(f"没有账户“{login}”。")
        service.unlock_account(SYSTEM, found)


COMMANDS = (account,)
