"""`xinyidai match all`: how many products the firms of a day can get."""

import json
import sys
from datetime import datetime
from uuid import UUID

import click

from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
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


@match.command("replay", help="用当时的产品版本和画像重算一次匹配，只输出结论是否一致。")
@click.argument("run_id", type=click.UUID)
def replay(run_id: UUID) -> None:
    """Judge an old run again; the answer is one JSON document, exit code 3 when it differs."""
    with own_transaction():
        done = service.replay_run(SYSTEM, run_id)
    click.echo(json.dumps([one.as_json() for one in done], ensure_ascii=False))
    sys.exit(0 if all(one.is_same for one in done) else 3)


@match.command("due", help="重新匹配有变化的企业并保存各自的前 20 款产品，可随时中断后接着做。")
@click.option("--limit", type=click.IntRange(min=1), help="最多处理多少家，默认全部。")
def match_due(*, limit: int | None) -> None:
    """Match what is due, block by block; the answer is one JSON document."""
    done = service.match_due(
        lambda firms: click.echo(f"{firms} 家", err=True), limit=limit, step=own_transaction
    )
    click.echo(json.dumps({"matched": done}, ensure_ascii=False))


COMMANDS = (match,)
