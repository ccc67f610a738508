"""Commands of the seeds: the past loans from which the demo model is trained."""

from pathlib import Path

import click

from xinyidai.kernel.errors import InvalidInput


@click.command(help="写出虚构城市的往期贷款和结果（CSV.gz），用于训练演示模型。")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def loans(out: Path) -> None:
    """Write the labelled table of past loans."""
    from xinyidai.seeds.loans import write_loans  # noqa: PLC0415 - loads the engines; only here

    if not out.name.endswith(".csv.gz"):
        raise InvalidInput("文件名须以 .csv.gz 结尾。")
    rows = write_loans(out, lambda line: click.echo(line, err=True))
    click.echo(f"已写出 {rows} 笔往期贷款（虚构）。", err=True)


COMMANDS = (loans,)
