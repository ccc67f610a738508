"""Commands of the profiles slice."""

from datetime import datetime, timedelta
from pathlib import Path

import click

from xinyidai.enterprises.queries import find_by_code
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import transactional
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.profiles import service

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(help="企业画像：计算和导出指标。")
def profile() -> None:
    """Group the commands of profiles, 企业画像."""


@profile.command(help="计算指标并保存快照。")
@click.option("--all", "everyone", is_flag=True, help="计算全部企业，并更新行业分布。")
@click.option("--with-records", is_flag=True, help="只计算有信用信息的企业，不更新行业分布。")
@click.option("--uscc", help="只计算这一家企业。")
@click.option("--as-of", type=DAY, help="计算日，默认今天；只用当天已经归集的信息。")
@transactional
def build(*, everyone: bool, with_records: bool, uscc: str | None, as_of: datetime | None) -> None:
    """Compute indicators and keep snapshots."""
    day = as_of.date() if as_of else None
    if everyone + with_records + bool(uscc) != 1:
        raise InvalidInput("请在 --all、--with-records 和 --uscc 中选择一个。")
    if uscc:
        firm = find_by_code(uscc)
        if firm is None:
            raise NotFound(f"没有找到统一社会信用代码为 {uscc} 的企业。")
        snapshot = service.build_profile(SYSTEM, firm.id, day)
        click.echo(f"已计算 {firm.name}，计算日 {snapshot.as_of.isoformat()}。")
        return
    if with_records:
        firms = service.build_with_records(day, _show_progress)
        click.echo(f"已计算 {firms} 家有信用信息的企业的指标。")
        return
    firms = service.build_all(day, _show_progress)
    groups = service.refresh_distributions(day)
    click.echo(f"已计算 {firms} 家企业的指标，更新 {groups} 组行业分布。")


@profile.command(help="导出指标表，用于模型训练：只含给了“模型训练”授权的企业和研究数据。")
@click.option("--out", required=True, type=click.Path(path_type=Path), help=".csv.gz 或 .parquet")
@click.option("--as-of", type=DAY, help="计算日，默认今天；之后发生或归集的信息不计入。")
@click.option("--known-at", type=DAY, help="改用这一天结束时已归集的信息，用于补录的历史数据。")
@click.option("--source-kind", help="只导出有这一类信息的企业，例如 monthly_invoicing。")
@transactional
def export(
    *, out: Path, as_of: datetime | None, known_at: datetime | None, source_kind: str | None
) -> None:
    """Write the table of indicators that training reads."""
    day = as_of.date() if as_of else None
    known = known_at.replace(tzinfo=clock.TZ) + timedelta(days=1) if known_at else None
    rows = service.export_indicators(out, day, source_kind=source_kind, known_at=known)
    click.echo(f"已导出 {rows} 家企业的指标到 {out}。")


def _show_progress(done: int, total: int) -> None:
    click.echo(f"\r{done}/{total}", nl=done == total, err=True)


COMMANDS = (profile,)
