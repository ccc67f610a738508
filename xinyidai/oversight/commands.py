"""`xinyidai oversight`: reconcile now, 对账; erase a person from the log, 删除个人信息."""

import json
import sys
from datetime import datetime

import click

from xinyidai.accounts import queries as accounts
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import NotFound
from xinyidai.oversight import service

DIFFERENCES_FOUND = 3


@click.group(help="查询审查。")
def oversight() -> None:
    """Group the commands of oversight, 查询审查."""


@oversight.command("reconcile", help="立即对账，只输出数量和编号。退出码：0 全部相符；3 有差异。")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="从这一天开始，默认接上次对账。")
def reconcile(*, since: datetime | None) -> None:
    """Compare and print the result as one JSON document; exit 3 when anything differs."""
    with own_transaction():
        row = service.reconcile(since.replace(tzinfo=clock.TZ) if since else None)
        said = {
            "from": clock.local(row.covered_from).isoformat(),
            "until": clock.local(row.covered_until).isoformat(),
            "compared": row.compared,
            "differences": row.differences,
            "total": row.total,
        }
    click.echo(json.dumps(said, ensure_ascii=False))
    if said["total"]:
        sys.exit(DIFFERENCES_FOUND)


@oversight.command("erase-person", help="删除一个已停用账户在留痕中的个人信息。")
@click.argument("login")
@click.option("--reason", required=True, help="依据，例如“离职满三年，本人申请”。")
def erase_person(*, login: str, reason: str) -> None:
    """Forget a person in the log of queries and deeds; what happened stays provable."""
    with own_transaction():
        account = accounts.find_account(login)
        if account is None:
            raise NotFound(f"没有登录名为“{login}”的账户。")
        count = service.erase_person(SYSTEM, account.id, reason)
    click.echo(f"已删除 {count} 条留痕中的个人信息；发生过什么仍可核验。")


COMMANDS = (oversight,)
