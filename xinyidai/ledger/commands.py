"""`xinyidai ledger`: seal, verify, export, keys and witnesses of the evidence log, 存证台账."""

import json
import sys
from pathlib import Path
from uuid import UUID

import click

from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import own_transaction
from xinyidai.ledger import service
from xinyidai.ledger.standalone.signatures import split_notes

A_FOLDER = click.Path(path_type=Path, file_okay=False)
A_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group("ledger", help="存证台账：封存、核验、导出、密钥与见证方.")
def ledger() -> None:
    """Hold the commands of the evidence log."""


@ledger.command("seal", help="立即封存等待中的存证.")
def seal() -> None:
    """Seal what waits."""
    with own_transaction():
        done = service.seal()
    if done.is_busy:
        click.echo("另一个进程正在封存。", err=True)
    click.echo(f"已封存 {done.sealed} 条。" + (f"{done.month}/{done.size}" if done.month else ""))


@ledger.command("verify", help="核验整个台账；退出码：0 一致，1 有问题.")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def verify(*, as_json: bool) -> None:
    """Verify the whole log; exit 1 with the first bad entry."""
    with own_transaction():
        found = service.verify()
    if as_json:
        document = {"ok": found.is_fine, "problems": list(found.problems), "report": found.report}
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        verdict = "核验通过" if found.is_fine else "核验未通过"
        click.echo("\n".join([f"{verdict}，共 {found.entries} 条存证。", *found.problems]))
    sys.exit(0 if found.is_fine else 1)


@ledger.command("export", help="把台账导出到空目录，供独立核验；内容与页面同样敏感.")
@click.argument("folder", type=A_FOLDER)
@click.option("--month", default=None, help="只导出一个月段，如 2026-11")
def export(folder: Path, month: str | None) -> None:
    """Write the log out for auditors."""
    with own_transaction():
        count = service.export(folder, month)
    click.echo(f"已导出 {count} 行到 {folder}。")


@ledger.command("keys", help="列出平台和见证方的公钥.")
def keys() -> None:
    """Print the public keys."""
    click.echo(service.public_keys(), nl=False)


@ledger.command(
    "rotate-key", help="更换签名密钥（ledger、consent、report 或 node）；旧签名继续有效."
)
@click.argument("name", type=click.Choice(["ledger", "consent", "report", "node", "model"]))
def rotate_key(name: str) -> None:
    """Replace a signing key."""
    with own_transaction():
        key = service.rotate_key(SYSTEM, name)
    click.echo(key.verifier)
    click.echo("新公钥如上：请告知见证方和审计方，并把密钥目录复制到每台服务器和备份。", err=True)


@ledger.command("add-witness", help="登记见证方：名称和见证工具 keygen 给出的公钥.")
@click.argument("name")
@click.argument("verifier")
@click.option("--party", required=True, type=click.UUID, help="所属机构或部门的编号（UUID）")
def add_witness(name: str, verifier: str, party: UUID) -> None:
    """Register a witness."""
    with own_transaction():
        service.add_witness(SYSTEM, name, verifier, party)
    click.echo(f"已登记见证方“{name}”。")


@ledger.command("retire-witness", help="不再接受某见证方的新签名.")
@click.argument("name")
def retire_witness(name: str) -> None:
    """Take no more signatures of a witness."""
    with own_transaction():
        service.retire_witness(SYSTEM, name)
    click.echo(f"已停用见证方“{name}”。")


@ledger.command("witness-steps", help="给离线见证方的步骤（JSON），交给见证工具 cosign --steps.")
@click.option("--origin", default=None, help="见证方上次签名的检查点的首行")
@click.option("--size", default=0, help="见证方上次签名的检查点的大小")
def witness_steps(origin: str | None, size: int) -> None:
    """Print what an offline witness needs."""
    steps = [step.as_document() for step in service.steps_for_witness(origin, size)]
    click.echo(json.dumps({"steps": steps}, ensure_ascii=False))


@ledger.command("accept-cosignatures", help="收下离线见证方签名后的检查点文件.")
@click.argument("path", type=A_FILE)
def accept_cosignatures(path: Path) -> None:
    """Take what an offline witness signed."""
    with own_transaction():
        for note in split_notes(path.read_text(encoding="utf-8")):
            click.echo("已收下：" + "、".join(service.accept_cosignature(note)))


@ledger.command("tools", help="写出独立核验工具和见证工具，各为一个文件.")
@click.argument("folder", type=A_FOLDER)
def tools(folder: Path) -> None:
    """Write the stand-alone tools."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in service.TOOLS:
        (folder / name).write_text(service.tool(name), encoding="utf-8")
        click.echo(str(folder / name))


COMMANDS = (ledger,)
