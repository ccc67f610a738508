"""`xinyidai quality`: measure now, 检查; publish a month's bulletin, 通报."""

import json
from datetime import datetime
from pathlib import Path

import click

from xinyidai.data_quality import service
from xinyidai.data_quality.service import bulletins
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import own_transaction

MONTH = click.DateTime(["%Y-%m"])


@click.group(help="数据质量。")
def quality() -> None:
    """Group the commands of data quality, 数据质量."""


@quality.command("measure", help="立即检查数据质量，默认检查本月和上月。只输出数量。")
@click.option("--month", "months", type=MONTH, multiple=True, help="要检查的月份，可以多次给出。")
def measure(*, months: tuple[datetime, ...]) -> None:
    """Measure and print what was made as one JSON document."""
    with own_transaction():
        run = service.measure([month.date() for month in months] or None)
        said = {
            "day": run.day.isoformat(),
            "months": run.months,
            "rule_version": run.rule_version,
            "codes": run.codes,
        }
    click.echo(json.dumps(said, ensure_ascii=False))


@quality.command("bulletin", help="发布一个月的数据质量通报（PDF 和表格）。")
@click.option("--month", type=MONTH, required=True, help="月份，例如 2026-05。")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="另存到目录。"
)
def bulletin(*, month: datetime, folder: Path | None) -> None:
    """Publish and, where asked to, write the files into a folder."""
    with own_transaction():
        made = bulletins.publish(SYSTEM, month.date())
        files = {f"{made.number}.pdf": made.pdf, f"{made.number}.xlsx": made.xlsx}
        number = made.number
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    click.echo(f"已发布：{number}")


COMMANDS = (quality,)
