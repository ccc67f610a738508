"""What monitoring adds to `xinyidai model …`: labels from outcomes, shadow and monthly look."""

import json
from pathlib import Path

import click

from xinyidai.kernel import clock
from xinyidai.kernel.db import own_transaction
from xinyidai.model_monitoring import service


@click.command("export-labels")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="要写的表"
)
def export_labels(out: Path) -> None:
    """导出带表现标签的训练表，只含现有“模型训练”授权的企业."""
    with own_transaction():
        counts = service.export_labels(out)
    click.echo(
        json.dumps(
            {
                "table": str(out),
                "rows": counts.rows,
                "bads": counts.bads,
                "firms": counts.firms,
                "left_out": {reason.value: n for reason, n in counts.left_out.items()},
                "rules": counts.rules_version,
            },
            ensure_ascii=False,
        )
    )


@click.command("watch")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="哪一天，默认今天")
def watch(as_of: object) -> None:
    """监测启用中的模型：漂移、缺失、表现；每月一次，重复执行不改变结果."""
    day = as_of.date() if hasattr(as_of, "date") else clock.today()
    with own_transaction():
        run = service.watch(day)
        found = None if run is None else {"month": run.month, "firms": run.firms, **run.numbers}
    click.echo(json.dumps(found, ensure_ascii=False))


@click.command("run-shadows")
def run_shadows() -> None:
    """让影子运行的版本给所有企业评分，结果单独存放."""
    with own_transaction():
        found = service.run_shadows()
    click.echo(json.dumps({str(model_id): count for model_id, count in found.items()}))


MODEL_COMMANDS = (export_labels, watch, run_shadows)
