"""`xinyidai node`: who this node is, packages by file, replay, public key, 节点交换."""

import json
import sys
from pathlib import Path
from uuid import UUID

import click

from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import own_transaction
from xinyidai.node_exchange import service
from xinyidai.node_exchange.service import Outcome
from xinyidai.node_exchange.values import LEVEL_NAMES, NodeLevel

REFUSED = 2
SOME_REJECTED = 3


@click.group("node", help="节点交换：本节点、离线收发、重放、公钥.")
def node() -> None:
    """Hold the commands of node exchange."""


@node.command("identity", help="设置本节点的代码、名称、层级和接口地址.")
@click.option("--code", required=True, help="小写字母、数字和横线，如 yingchuan")
@click.option("--name", required=True, help="节点名称")
@click.option("--level", required=True, type=click.Choice([level.value for level in NodeLevel]))
@click.option("--url", default=None, help="对方访问本节点的网址，以 https:// 开头")
def identity(*, code: str, name: str, level: str, url: str | None) -> None:
    """Say who this node is."""
    with own_transaction():
        own = service.set_self(SYSTEM, code=code, name=name, level=NodeLevel(level), base_url=url)
        said = f"本节点：{own.name}（{own.code}，{LEVEL_NAMES[own.level]}）"
    click.echo(said)


@node.command("keys", help="打印本节点的公钥，当面交给对方登记.")
def keys() -> None:
    """Print the public key; the first call makes the key."""
    with own_transaction():
        service.sign(b"")
        click.echo(service.own_verifier())


@node.command("export", help="为一个节点组包，把未回执的交换包写到目录.")
@click.option("--to", "code", required=True, help="对方节点代码")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--all", "everything", is_flag=True, help="全部有效信息重新发送一遍")
def export(*, code: str, out: Path, everything: bool) -> None:
    """Write what waits for a peer into a folder."""
    paths = service.files.export_to(SYSTEM, code, out, everything=everything)
    for path in paths:
        click.echo(str(path))
    click.echo(f"共 {len(paths)} 个交换包。", err=True)


@node.command(
    "import",
    help="接收一个交换包（.zip）或对方的回执（.json）。退出码：0 全部接收；"
    "3 有退回的行；2 未接收。",
)
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
def import_(path: Path) -> None:
    """Take a package or a receipt in; exit 0 all taken, 3 some lines refused, 2 nothing taken."""
    outcome = service.files.import_file(path)
    if outcome is None:
        click.echo("已收下回执。", err=True)
        return
    _tell(outcome)


@node.command("replay", help="重放一个差错或交换包：发出的重新排队，接收的重新入库.")
@click.argument("some_id", metavar="ID", type=click.UUID)
def replay(some_id: UUID) -> None:
    """Replay by the id that the pages show."""
    with own_transaction():
        outcome = service.replay(SYSTEM, some_id)
    if outcome is None:
        click.echo("已重新排队发送。", err=True)
        return
    _tell(outcome)


COMMANDS = (node,)


def _tell(outcome: Outcome) -> None:
    if outcome.receipt is None:
        refusal = outcome.refusal
        click.echo(f"未接收：{refusal.message if refusal else ''}", err=True)
        sys.exit(REFUSED)
    counts = outcome.receipt.document["counts"]
    click.echo(json.dumps(counts, ensure_ascii=False))
    if outcome.is_repeated:
        click.echo("这个包以前已经接收，回执不变。", err=True)
    sys.exit(SOME_REJECTED if counts["rejected"] else 0)
