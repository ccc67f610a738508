"""`xinyidai products import`: put a published product list on sale, 产品清单上架."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from xinyidai.accounts import queries as accounts
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.products import service
from xinyidai.products.accounting import FATE_NAMES
from xinyidai.products.importing import counts_of
from xinyidai.products.service import ImportedList, ListDesk, ProductReading

NOTHING_TAKEN = 2
SOME_REJECTED = 3


@click.group(help="金融产品：导入公开的产品清单。")
def products() -> None:
    """Group the commands of loan products, 金融产品."""


@products.command(
    "import",
    help="导入产品清单（CSV，可用 gzip 压缩；或银行网页的 JSON）：代录、提交并上架，须两人办理。"
    "加 --report 只报告每句话去了哪里，不写入。"
    "退出码：0 全部上架；3 有未接收的行；2 一行也没有接收，或文件无法读取。",
)
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--drafted-by", help="录入人的登录名（平台管理员或产品经理）")
@click.option("--listed-by", help="上架人的登录名（信用办，另一人）")
@click.option("--institution", default="", help="网页 JSON 没有写明机构时，是哪家机构的")
@click.option("--report", is_flag=True, help="只逐句报告去向和原因，不写入数据库")
@click.option("--institution-from-file", "may_admit", is_flag=True, help="机构未入驻时一并登记")
def import_list(*, path: Path, report: bool, institution: str, **desk_of: Any) -> None:
    """Take a list in; the answer is one JSON document on stdout, or a report of its sentences."""
    if report:
        _report(service.read_list(path, institution))
        return
    with own_transaction():
        done = service.import_list(_desk(**desk_of), path, institution)
    for row in done.rejected:
        click.echo(f"未接收：{row.institution} {row.product}：{row.reason}", err=True)
    click.echo(json.dumps({"file": path.name, **done.as_json()}, ensure_ascii=False))
    sys.exit(_exit_code(done))


COMMANDS = (products,)


def _desk(*, drafted_by: str | None, listed_by: str | None, may_admit: bool) -> ListDesk:
    if not drafted_by or not listed_by:
        raise InvalidInput("请写明录入人 --drafted-by 和上架人 --listed-by。")
    return ListDesk(_actor(drafted_by), _actor(listed_by), may_admit=may_admit)


def _report(readings: Sequence[ProductReading]) -> None:
    """Print each product and where each of its sentences went, then the counts as JSON."""
    for reading in readings:
        click.echo(f"{reading.row}. {reading.bank} {reading.name} {reading.problem}".rstrip())
        for piece in reading.accounted:
            words = " ".join(piece.text.split())
            told = "：".join(filter(None, (piece.detail, piece.why)))
            click.echo(f"   [{FATE_NAMES[piece.fate]}] {words}" + (f"  ← {told}" if told else ""))
    click.echo(json.dumps(counts_of(readings), ensure_ascii=False))


def _actor(login: str) -> Actor:
    account = accounts.find_account(login)
    if account is None:
        raise InvalidInput(f"没有账户“{login}”。")
    return account.as_actor()


def _exit_code(done: ImportedList) -> int:
    if not done.listed + done.revised + done.unchanged:
        return NOTHING_TAKEN
    return SOME_REJECTED if done.rejected else 0
