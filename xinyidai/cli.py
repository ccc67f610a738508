"""The `xinyidai` command."""

import copy
import dataclasses
import json
import logging
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from flask_migrate import check as db_check_models
from flask_migrate import downgrade as db_downgrade
from flask_migrate import revision as db_revision
from flask_migrate import upgrade as db_upgrade
from sqlalchemy import create_engine, text

from xinyidai import __version__, serving, slices
from xinyidai.app import create_app
from xinyidai.kernel import jobs, postgres
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.errors import DomainError
from xinyidai.kernel.logs import configure_logs
from xinyidai.kernel.settings import (
    DEMO_SECRET,
    Mode,
    Settings,
    SettingsError,
    child_environment,
    load_settings,
    package_path,
)
from xinyidai.seeds import commands as seed_commands

WORKER_STOP_SECONDS = 10
PORT = click.IntRange(0, 65_535)


def main() -> None:
    """Run the command; a refusal is one Chinese sentence and exit code 2."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except (SettingsError, postgres.PostgresError, DomainError) as error:
        click.echo(f"错误：{error}", err=True)
        sys.exit(2)


class _Slices(click.Group):
    """The main group: own commands, and the slices' commands imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every name, in order."""
        return sorted({*super().list_commands(ctx), *slices.COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, a slice's in an application context."""
        own = super().get_command(ctx, cmd_name)
        found = own or slices.find_command(cmd_name)
        return found if found is None or own else _in_app(found)


@click.group(cls=_Slices)
@click.version_option(__version__)
def cli() -> None:
    """信易贷：城市融资信用服务平台."""
    configure_logs(logging.WARNING)


def say(message: str) -> None:
    """Tell progress on standard error."""
    click.echo(message, err=True)


@contextmanager
def _app(*, guard: bool = False, settings: Settings | None = None) -> Iterator[Flask]:
    app = create_app(settings or load_settings(), guard=guard)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


@cli.command()
@click.option("--port", default=8000, type=PORT, show_default=True, help="端口")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
@click.option("--data", type=click.Path(path_type=Path), default=None, help="数据目录")
def demo(port: int, host: str, data: Path | None) -> None:
    """准备并启动演示城市（企业、机构、数据均为虚构）."""
    from xinyidai.seeds import demo as demo_city  # noqa: PLC0415 - heavy, and only here

    settings = _demo_settings(data)
    started = time.monotonic()
    say("信易贷演示系统：所有企业、机构和数据均为虚构，不得用于真实业务。")
    with _app(settings=settings):
        db_upgrade()
        demo_city.seed_if_empty(say)
        accounts = demo_city.account_lines()
    with _worker_beside(settings):
        app = create_app(settings)
        say(f"准备完成，用时 {time.monotonic() - started:.0f} 秒。")
        for line in accounts:
            say(line)
        say(f"打开 http://{host}:{port}/ 即可使用；按 Ctrl+C 停止。")
        serving.serve(app, serving.Address(host, port), serving.default_processes())


def _demo_settings(data: Path | None) -> Settings:
    settings = load_settings()
    return dataclasses.replace(
        settings,
        mode=Mode.DEMO,
        data=(data or settings.data).expanduser().absolute(),
        secret_key=settings.secret_key or DEMO_SECRET,
    )


@contextmanager
def _worker_beside(settings: Settings) -> Iterator[None]:
    command = [sys.executable, "-m", "xinyidai", "worker", "--while-pid", str(os.getpid())]
    worker = subprocess.Popen(command, env=child_environment(settings))  # noqa: S603 - ourselves
    try:
        yield
    finally:
        worker.terminate()
        try:
            worker.wait(WORKER_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()


@cli.command()
@click.option("--port", default=8000, type=PORT, show_default=True, help="端口")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
@click.option("--processes", type=click.IntRange(1, 64), default=None, help="进程数，默认每核一个")
def serve(port: int, host: str, processes: int | None) -> None:
    """启动网站."""
    serving.serve(
        create_app(), serving.Address(host, port), processes or serving.default_processes()
    )


@cli.command()
@click.option("--while-pid", type=int, default=None, help="该进程结束时一同结束")
@click.option("--until-empty", is_flag=True, help="做完现有任务即结束")
def worker(while_pid: int | None, *, until_empty: bool) -> None:
    """启动后台任务."""
    configure_logs()
    app = create_app()
    if while_pid:
        threading.Thread(target=serving.end_with, args=(while_pid,), daemon=True).start()
    jobs.run_worker(app, app.config["SQLALCHEMY_DATABASE_URI"], until_empty=until_empty)


@cli.group("db")
def db_group() -> None:
    """数据库：迁移与检查."""


@db_group.command("upgrade")
@click.argument("revision", default="head")
def upgrade_command(revision: str) -> None:
    """升级到最新结构."""
    with _app():
        db_upgrade(revision=revision)
    say("数据库结构已是最新。")


@db_group.command("downgrade")
@click.argument("revision", default="base")
def downgrade_command(revision: str) -> None:
    """退回到指定结构."""
    with _app():
        db_downgrade(revision=revision)


@db_group.command("check")
def check_command() -> None:
    """核对结构、账户权限和迁移是否一致."""
    with _app() as app:
        db_check_models()
        _check_head(app)
    say("数据库结构与程序一致。")


def _check_head(app: Flask) -> None:
    head = (package_path("migrations") / ".current-alembic-head").read_text("utf-8").strip()
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    with engine.connect() as connection:
        found = connection.execute(text("select version_num from alembic_version")).scalar()
    engine.dispose()
    if found != head:
        raise click.ClickException(
            f"数据库在 {found}，程序需要 {head}：请执行 xinyidai db upgrade。"
        )


@db_group.command("roles")
def roles_command() -> None:
    """打印在外部服务器上建立角色的语句（由数据库管理员执行一次）."""
    click.echo(
        postgres.bootstrap_sql(
            app_password=secrets.token_urlsafe(24), owner_password=secrets.token_urlsafe(24)
        )
    )


@db_group.command("revision", hidden=True)
@click.option("-m", "message", required=True)
@click.option("--rev-id", required=True)
def revision_command(message: str, rev_id: str) -> None:
    """生成下一个迁移文件."""
    with _app():
        db_revision(message=message, rev_id=rev_id, autogenerate=True)
    (package_path("migrations") / ".current-alembic-head").write_text(rev_id + "\n", "utf-8")


@cli.group("seed")
def seed_group() -> None:
    """写入参考数据或演示城市."""


@seed_group.command("reference")
def seed_reference() -> None:
    """写入参考数据，可重复执行."""
    from xinyidai.seeds import reference  # noqa: PLC0415 - only where seeds are written

    with _app(), own_transaction():
        reference.seed(say)


@seed_group.command("demo")
@click.option("--json", "as_json", is_flag=True, help="输出内容摘要")
def seed_demo(*, as_json: bool) -> None:
    """写入虚构的演示城市；已有数据时不做任何事."""
    from xinyidai.seeds import demo as demo_city  # noqa: PLC0415 - heavy, and only here

    with _app(settings=_demo_settings(None)):
        db_upgrade()
        demo_city.seed_if_empty(say)
        if as_json:
            click.echo(json.dumps({"content_hash": demo_city.content_hash()}))


def _in_app(command: click.Command) -> click.Command:
    """Return a copy of a slice's command, or group of them, that runs in an app context."""
    mounted = copy.copy(command)
    if isinstance(mounted, click.Group):
        mounted.commands = {name: _in_app(member) for name, member in mounted.commands.items()}
        return mounted
    inner = command.callback

    def run(*args: object, **kwargs: object) -> object:
        with _app():
            return inner(*args, **kwargs) if inner else None

    mounted.callback = run
    return mounted


for _command in seed_commands.COMMANDS:
    seed_group.add_command(_command)
