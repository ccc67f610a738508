"""`xinyidai oversight reconcile`: compare readings, events and the evidence log now, 对账."""

import json
import sys
from datetime import datetime

import click

from xinyidai.kernel import clock
from xinyidai.kernel.db import own_transaction
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


COMMANDS = (oversight,)
