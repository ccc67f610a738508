"""`xinyidai deliveries`: keys, the reference client of the push interface, the demo gateway."""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import click

from xinyidai.deliveries import client, gateway_server, service
from xinyidai.deliveries.client import Sender
from xinyidai.deliveries.rules import key_id_of
from xinyidai.kernel import signing
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import DomainError, InvalidInput
from xinyidai.kernel.settings import SettingsError
from xinyidai.kernel.signing import Algorithm, SigningKeyPair

A_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
A_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
NEW_FILE = click.Path(path_type=Path, dir_okay=False)
REFUSED = 2


@click.group("deliveries", help="数据报送：密钥、推送客户端、投递目录、演示网关.")
def deliveries() -> None:
    """Hold the commands of deliveries."""


@deliveries.command("new-key", help="生成一对来源密钥：私钥写入文件（仅本人可读），公钥打印出来.")
@click.argument("path", type=NEW_FILE)
def new_key(path: Path) -> None:
    """Make a key pair for a source; the private half stays in its file."""
    if path.exists():
        _fail("文件已存在，没有覆盖。请换一个文件名。")
    pair = signing.create(path, signing.generate("source", Algorithm.ED25519))
    _print({"key_id": key_id_of(pair.public.raw), "public_key": _base64(pair)})


@deliveries.command(
    "sign-push", help="签名并推送一个 .jsonl 或 .csv 文件；退出码：0 已受理，2 被拒绝."
)
@click.argument("path", type=A_FILE)
@click.option("--source", required=True, help="来源代码")
@click.option("--key", type=A_FILE, required=True, help="私钥文件（PEM）")
@click.option("--url", required=True, help="平台地址，如 https://credit.example.cn")
@click.option("--kind", default="", help="信息类别代码")
@click.option("--idempotency-key", default="", help="同一份内容重发时不变")
def sign_push(  # noqa: PLR0913 - the options of one command
    *, path: Path, source: str, key: Path, url: str, kind: str, idempotency_key: str
) -> None:
    """Sign a file and push it."""
    try:
        sender = Sender(source, _key(key), url.rstrip("/"))
        _print(
            client.push(
                sender,
                path.read_bytes(),
                path.name,
                kind=kind,
                idempotency_key=idempotency_key,
            )
        )
    except DomainError as error:
        _fail(f"未受理：{error.message}")


@deliveries.command("result", help="查询一份推送的结果和退回的行.")
@click.argument("delivery_id", type=click.UUID)
@click.option("--source", required=True, help="来源代码")
@click.option("--key", type=A_FILE, required=True, help="私钥文件（PEM）")
@click.option("--url", required=True, help="平台地址")
@click.option("--page", default=1, help="退回清单的第几页")
def result(*, delivery_id: object, source: str, key: Path, url: str, page: int) -> None:
    """Ask what became of a push."""
    try:
        _print(client.ask(Sender(source, _key(key), url.rstrip("/")), str(delivery_id), page=page))
    except DomainError as error:
        _fail(error.message)


@deliveries.command("sweep", help="立即收取投递目录里的文件（不再等一分钟）.")
def sweep() -> None:
    """Take what lies in the drop folder."""
    click.echo(f"已收取 {service.sweep(quiet_seconds=0)} 个文件。")


@deliveries.command("pull", help="立即从登记的网关拉取.")
def pull() -> None:
    """Fetch from the gateways."""
    click.echo(f"已拉取 {service.pull_all()} 批。")


@deliveries.command("clean-up", help="立即删除超过保存期的报送文件，计数保留.")
def clean_up() -> None:
    """Delete files that were kept long enough."""
    service.clean_up()
    with own_transaction():
        lost = service.tell_given_up()
    click.echo(f"已清理；另有 {lost} 份报送没能处理，已告知部门。")


@deliveries.command("demo-gateway", help="启动演示网关（虚构来源），提供目录里的文件.")
@click.argument("folder", type=A_FOLDER)
@click.option("--source", required=True, help="来源代码")
@click.option("--key", type=A_FILE, required=True, help="私钥文件（PEM）")
@click.option("--port", default=0, show_default=True, help="端口，0 为任意空闲端口")
def demo_gateway(*, folder: Path, source: str, key: Path, port: int) -> None:
    """Serve the files of a folder by the gateway protocol until it is stopped."""
    server = gateway_server.make_server(gateway_server.Offer(folder, source, _key(key)), port)
    click.echo(gateway_server.NOTICE, err=True)
    click.echo(f"http://127.0.0.1:{server.server_address[1]}")
    sys.stdout.flush()
    server.serve_forever()


COMMANDS = (deliveries,)


def _key(path: Path) -> SigningKeyPair:
    try:
        pair = signing.load(path, "source")
    except SettingsError as error:
        raise InvalidInput(str(error)) from error
    if pair is None or pair.public.algorithm is not Algorithm.ED25519:
        raise InvalidInput("私钥文件里没有 Ed25519 私钥。")
    return pair


def _base64(pair: SigningKeyPair) -> str:
    return base64.b64encode(pair.public.raw).decode()


def _print(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _fail(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(REFUSED)
