"""`xinyidai firms list`: take a list of firms that a department delivers."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from xinyidai.enterprises import service
from xinyidai.enterprises.values import DELIVERED_LISTS, CompleteList
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput

PARTLY = 3
NOTHING = 2


@click.group(help="企业登记信息。")
def firms() -> None:
    """Group the commands of firms, 企业."""


@firms.command(
    "list", help="报送一份完整的名单：文件每行一个统一社会信用代码，不在其中的企业移出。"
)
@click.argument("code", type=click.Choice(sorted(DELIVERED_LISTS)))
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="名单由哪个单位提供。")
@click.option(
    "--complete-for",
    multiple=True,
    help="名单包括全部企业的地区，6 位行政区划代码，可多次写；没有声明的，不在名单上按数据不足。",
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="名单的日期，不写为今天。")
def take_list(
    code: str, path: Path, source: str, complete_for: tuple[str, ...], as_of: datetime | None
) -> None:
    """Take the list; the answer is one JSON document, exit 3 with codes of no known firm."""
    if as_of and not complete_for:
        click.echo("名单的日期只用于声明完整的名单：请用 --complete-for 写明地区。", err=True)
        sys.exit(NOTHING)
    # Codes are ASCII: what another encoding wrote beside them is no code, and is refused as such.
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    day = as_of.date() if as_of else clock.today()
    complete = CompleteList(complete_for, day) if complete_for else None
    try:
        with own_transaction():
            named = [one for line in lines if (one := line.strip())]
            found = service.deliver_list(SYSTEM, code, named, source, complete)
    except InvalidInput as error:
        click.echo(error.message, err=True)
        sys.exit(NOTHING)
    click.echo(json.dumps({"list": code, **vars(found)}, ensure_ascii=False))
    sys.exit(PARTLY if found.unknown else 0)


COMMANDS = [firms]
