"""`xinyidai products import`: put a published product list on sale, 产品清单上架."""

import json
import sys
from pathlib import Path

import click

from xinyidai.accounts import queries as accounts
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.products import service
from xinyidai.products.service import ImportedList, ListDesk

NOTHING_TAKEN = 2
SOME_REJECTED = 3


@click.group(help="金融产品：导入公开的产品清单。")
def products() -> None:
    """Group the commands of loan products, 金融产品."""


@products.command(
    "import",
    help="导入产品清单（CSV，可用 gzip 压缩）：代录、提交并上架，须两人办理。"
    "退出码：0 全部上架；3 有未接收的行；2 一行也没有接收，或文件无法读取。",
)
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--drafted-by", required=True, help="录入人的登录名（平台管理员或产品经理）")
@click.option("--listed-by", required=True, help="上架人的登录名（信用办，另一人）")
@click.option("--institution-from-file", "may_admit", is_flag=True, help="机构未入驻时一并登记")
def import_list(*, path: Path, drafted_by: str, listed_by: str, may_admit: bool) -> None:
    """Take a list in; the answer is one JSON document on stdout."""
    with own_transaction():
        desk = ListDesk(_actor(drafted_by), _actor(listed_by), may_admit=may_admit)
        done = service.import_list(desk, path)
    for row in done.rejected:
        click.echo(f"未接收：{row.institution} {row.product}：{row.reason}", err=True)
    click.echo(json.dumps({"file": path.name, **done.as_json()}, ensure_ascii=False))
    sys.exit(_exit_code(done))


COMMANDS = (products,)


def _actor(login: str) -> Actor:
    account = accounts.find_account(login)
    if account is None:
        raise InvalidInput(f"没有账户“{login}”。")
    return account.as_actor()


def _exit_code(done: ImportedList) -> int:
    if not done.listed + done.revised + done.unchanged:
        return NOTHING_TAKEN
    return SOME_REJECTED if done.rejected else 0
