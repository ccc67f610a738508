"""`xinyidai match all`: how many products the firms of a day can get."""

import json
from datetime import datetime

import click

from xinyidai.kernel import clock
from xinyidai.kernel.db import own_transaction
from xinyidai.matching import service


@click.group(help="产品匹配。")
def match() -> None:
    """Group the commands of matching, 产品匹配."""


@match.command("all", help="把有画像的企业与全部在售产品匹配，只输出汇总数。")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="画像的计算日，默认今天。")
def match_all(*, as_of: datetime | None) -> None:
    """Match all firms with a profile of the day; the answer is one JSON document."""
    day = as_of.date() if as_of else clock.today()
    with own_transaction():
        counts = service.match_all(day, lambda done: click.echo(f"{done} 家", err=True))
    click.echo(json.dumps({"as_of": day.isoformat(), **counts.as_json()}, ensure_ascii=False))


COMMANDS = (match,)
