"""`xinyidai model …`: train and evaluate on tables; register, approve and activate here."""

import json
import shutil
from pathlib import Path
from typing import Any

import click
from flask import current_app

from xinyidai.accounts import queries as accounts
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import DomainError
from xinyidai.scoring import artefacts, model_rules, queries, service
from xinyidai.scoring.lifecycle import ModelAction
from xinyidai.scoring.models import ModelVersion
from xinyidai.scoring.service import recomputing
from xinyidai.scoring.training.cli import model
from xinyidai.scoring.training.pipeline import evaluate
from xinyidai.scoring.validation.cli import add_validate
from xinyidai.scoring.validation.report import REPORT

COMMANDS = (model,)

_who = click.option("--as", "login", required=True, help="办理人的登录名")
_why = click.option("--note", default="", help="意见；批准、停用、回滚须填写")
_TABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _actor(login: str) -> Actor:
    account = accounts.find_account(login)
    if account is None:
        raise click.ClickException(f"没有账户“{login}”。")
    return account.as_actor()


def _say(changed: ModelVersion) -> None:
    click.echo(f"{changed.code} {changed.version} {changed.state}")


def _require_opinion(action: ModelAction, note: str) -> None:
    for fault in model_rules.opinion_fault(action, note).values():
        raise click.ClickException(f"{fault}（--note）")


@model.command("register")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_who
@_why
def register(folder: Path, login: str, note: str) -> None:
    """登记训练好的模型：通过验证或尚未验证的为候选，未通过的只作参考."""
    settings = current_app.extensions["xinyidai.settings"]
    artefact = artefacts.load(folder)
    kept = settings.data / "models" / artefact.code / artefact.version
    if not kept.exists():
        shutil.copytree(folder, kept)
    elif (folder / REPORT).is_file() and folder.resolve() != kept.resolve():
        # The report is made after the model was registered, outside its manifest.
        shutil.copyfile(folder / REPORT, kept / REPORT)
    with own_transaction():
        _say(service.register_model(_actor(login), kept, note))


def _step(action: ModelAction, text: str) -> None:
    deed = getattr(service, f"{action}_model")

    @model.command(action.value, help=text)
    @click.argument("code")
    @click.argument("version")
    @_who
    @_why
    def command(code: str, version: str, login: str, note: str) -> None:
        _require_opinion(action, note)
        with own_transaction():
            _say(deed(_actor(login), code, version, note))


_step(ModelAction.APPROVE, "由第二人批准模型，批准后平台签名。")
_step(ModelAction.ACTIVATE, "启用模型，原模型停用。")
_step(ModelAction.RETIRE, "停用模型。")


def validate_registered(code: str, version: str, login: str, note: str) -> None:
    """Note in the database that a registered version's validation report passed."""
    with own_transaction():
        _say(service.validate_model(_actor(login), code, version, note))


add_validate(model, validate_registered)


@model.command("rollback")
@_who
@_why
def rollback(login: str, note: str) -> None:
    """回滚：停用当前模型，重新启用它之前的版本."""
    _require_opinion(ModelAction.ROLL_BACK, note)
    with own_transaction():
        _say(service.roll_back(_actor(login), note))


@model.command("compare")
@click.argument("code")
@click.argument("first")
@click.argument("second")
@click.option("--table", type=_TABLE, help="在同一张表上重新计算；不写则并列登记时的指标。")
def compare(code: str, first: str, second: str, table: Path | None) -> None:
    """并列两个版本的指标."""
    rows = []
    for version in (first, second):
        found = service.get_model(code, version)
        metrics = dict(found.metrics) if table is None else _metrics_on(found, table)
        rows.append({"version": version, "state": found.state.value, "metrics": metrics})
    click.echo(json.dumps({"code": code, "versions": rows}, ensure_ascii=False))


def _metrics_on(found: ModelVersion, table: Path) -> dict[str, Any]:
    try:
        return dict(evaluate(service.folder_of(found), table, _tell).metrics)
    except DomainError as refusal:
        raise click.ClickException(refusal.message) from refusal


def _tell(message: str) -> None:
    click.echo(message, err=True)


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
