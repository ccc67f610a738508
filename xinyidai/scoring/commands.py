"""`xinyidai model …`: train and evaluate on tables; register, approve and activate here."""

import json
import shutil
from pathlib import Path

import click
from flask import current_app

from xinyidai.accounts import queries as accounts
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import own_transaction
from xinyidai.scoring import artefacts, queries, service
from xinyidai.scoring.service import recomputing
from xinyidai.scoring.training.cli import model
from xinyidai.scoring.validation.cli import add_validate

COMMANDS = (model,)

_who = click.option("--as", "login", required=True, help="办理人的登录名")


def _actor(login: str) -> Actor:
    account = accounts.find_account(login)
    if account is None:
        raise click.ClickException(f"没有账户“{login}”。")
    return account.as_actor()


@model.command("register")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_who
def register(folder: Path, login: str) -> None:
    """把训练好的模型登记为候选版本."""
    settings = current_app.extensions["xinyidai.settings"]
    artefact = artefacts.load(folder)
    kept = settings.data / "models" / artefact.code / artefact.version
    if not kept.exists():
        shutil.copytree(folder, kept)
    with own_transaction():
        registered = service.register_model(_actor(login), kept)
        click.echo(f"{registered.code} {registered.version} {registered.state}")


def _step(name: str, text: str) -> None:
    deed = getattr(service, f"{name}_model")

    @model.command(name, help=text)
    @click.argument("code")
    @click.argument("version")
    @_who
    def command(code: str, version: str, login: str) -> None:
        with own_transaction():
            changed = deed(_actor(login), code, version)
            click.echo(f"{changed.code} {changed.version} {changed.state}")


_step("approve", "由第二人批准模型。")
_step("activate", "启用模型，原模型停用；对已停用的旧版本执行即为回滚。")
_step("retire", "停用模型。")


def _note_in_database(code: str, version: str, login: str, _note: str) -> None:
    with own_transaction():
        changed = service.validate_model(_actor(login), code, version)
        click.echo(f"{changed.code} {changed.version} {changed.state}")


add_validate(model, _note_in_database)


@model.command("list")
def list_models() -> None:
    """列出登记过的模型."""
    for row in queries.list_versions():
        click.echo(
            json.dumps(
                {"code": row.code, "version": row.version, "state": row.state, "demo": row.is_demo},
                ensure_ascii=False,
            )
        )


@model.command("score-all")
def score_all() -> None:
    """给所有有画像的企业评分."""
    count = service.score_all(lambda done: click.echo(done, err=True), step=own_transaction)
    click.echo(json.dumps({"scored": count}))


@model.command("recompute")
@click.option("--all", "everything", is_flag=True, help="复算全部评分和查询结果。")
@click.option("--ids", help="只复算这些评分，编号用逗号隔开。")
def recompute(*, everything: bool, ids: str | None) -> None:
    """用留存的画像和当时的模型复算历史评分，逐条列出不一致."""
    if everything == bool(ids):
        raise click.UsageError("请在 --all 和 --ids 中选择一个。")
    chosen = None if ids is None else recomputing.read_ids(ids)
    with own_transaction():
        done = [service.recompute(chosen, lambda count: click.echo(count, err=True))]
        done += [service.recompute_looks()] if everything else []
    for difference in (one for part in done for one in part.differences):
        click.echo(json.dumps(vars(difference), ensure_ascii=False, default=str))
    checked = sum(part.checked for part in done)
    differences = sum(len(part.differences) for part in done)
    click.echo(json.dumps({"checked": checked, "differences": differences}))
    if differences:
        raise click.exceptions.Exit(1)
