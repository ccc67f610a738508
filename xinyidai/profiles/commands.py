"""Commands of the profiles slice."""

from datetime import date, datetime, timedelta
from pathlib import Path

import click

from xinyidai.enterprises.queries import find_by_code
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import own_transaction, transactional
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.profiles import service

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(help="企业画像：计算和导出指标。")
def profile() -> None:
    """Group the commands of profiles, 企业画像."""


@profile.command(help="计算指标并保存快照；计算全部企业时分批保存，中断后再次运行会接着算。")
@click.option("--all", "everyone", is_flag=True, help="计算全部企业，并更新行业分布。")
@click.option("--with-records", is_flag=True, help="只计算有信用信息的企业，不更新行业分布。")
@click.option("--uscc", help="只计算这一家企业。")
@click.option("--as-of", type=DAY, help="计算日，默认今天；只用当天已经归集的信息。")
def build(*, everyone: bool, with_records: bool, uscc: str | None, as_of: datetime | None) -> None:
    """Compute indicators and keep snapshots."""
    day = as_of.date() if as_of else None
    if everyone + with_records + bool(uscc) != 1:
        raise InvalidInput("请在 --all、--with-records 和 --uscc 中选择一个。")
    if everyone:
        firms = service.build_in_pieces(day, _show_progress)
        with own_transaction():
            groups = service.refresh_distributions(day)
        click.echo(f"已计算 {firms} 家企业的指标，更新 {groups} 组行业分布。")
        return
    with own_transaction():
        click.echo(_build_one(uscc, day) if uscc else _build_with_records(day))


def _build_one(uscc: str, day: date | None) -> str:
    firm = find_by_code(uscc)
    if firm is None:
        raise NotFound(f"没有找到统一社会信用代码为 {uscc} 的企业。")
    snapshot = service.build_profile(SYSTEM, firm.id, day)
    return f"已计算 {firm.name}，计算日 {snapshot.as_of.isoformat()}。"


def _build_with_records(day: date | None) -> str:
    firms = service.build_with_records(day, _show_progress)
    return f"已计算 {firms} 家有信用信息的企业的指标。"


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
    rows = service.export_indicators(
        out, day, source_kind=source_kind, known_at=known, on_progress=_show_progress
    )
    click.echo(f"已导出 {rows} 家企业的指标到 {out}。")


FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@profile.command(help="对 Parquet 文件中的全市信用信息计算指标，结果和中间状态存入目录。")
@click.option("--state", required=True, type=click.Path(path_type=Path), help="存放状态的目录")
@click.option("--records", multiple=True, type=FILE, help="信用信息，可给多个；全部重新计算")
@click.option("--firms", type=FILE, help="企业登记信息")
@click.option("--as-of", type=DAY, help="计算日，默认今天。")
@click.option("--new", type=FILE, help="新增的信用信息：只更新受影响的指标")
@click.option("--out", type=click.Path(path_type=Path), help="把指标表写成 .parquet 文件")
def tabulate(  # noqa: PLR0913 - one argument for each option
    *,
    state: Path,
    records: tuple[Path, ...],
    firms: Path | None,
    as_of: datetime | None,
    new: Path | None,
    out: Path | None,
) -> None:
    """Compute the indicators of a city outside the database, in full or by a delta."""
    if bool(records) != bool(firms) or not (records or new or out):
        raise InvalidInput("请用 --records 和 --firms 完整计算，或用 --new 更新，或用 --out 输出。")
    if records and firms:
        day = as_of.date() if as_of else clock.today()
        number = service.tabulate(state, records, firms, day, on_progress=_show_progress)
        click.echo(f"已计算 {number} 家企业的指标。")
    if new:
        click.echo(f"新增信息涉及 {service.add_records(state, new)} 家企业，指标已更新。")
    if out:
        click.echo(f"已写出 {service.write_table(state, out)} 家企业的指标到 {out}。")


def _show_progress(done: int, total: int) -> None:
    click.echo(f"\r{done}/{total}", nl=done == total, err=True)


COMMANDS = (profile,)
