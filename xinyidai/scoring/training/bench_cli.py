"""`model bench`: our pipeline and the installed peers on any labelled table."""

import json
from pathlib import Path
from typing import TypedDict, Unpack

import click

from xinyidai.scoring.training.bench import Limits, bench
from xinyidai.scoring.training.console import answer, refusals, tell
from xinyidai.scoring.training.peers import PACKAGES
from xinyidai.scoring.training.spec import LabelSpec, TrainingSpec

_COLUMNS = ("auc", "ks", "brier", "ece", "calibration_slope", "calibration_intercept")


class BenchOptions(TypedDict):
    """The options of `model bench`."""

    table: Path
    label: str
    positive: str
    time: str | None
    folds: int
    exclude: tuple[str, ...]
    peers: tuple[str, ...]
    rows: int | None
    peer_seconds: float
    as_json: bool


@click.command("bench")
@click.option(
    "--table", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True
)
@click.option("--label", required=True, help="Outcome column with two values.")
@click.option("--positive", default="1", help="Value of the label that means default [1].")
@click.option("--time", help="Column to split by: the newest 30 % test, the rest trains.")
@click.option("--folds", type=click.IntRange(2), default=5, help="Stratified folds [5].")
@click.option("--exclude", multiple=True, help="Column that is no feature; may be repeated.")
@click.option("--peer", "peers", multiple=True, type=click.Choice(list(PACKAGES)))
@click.option("--rows", type=click.IntRange(50), help="Draw at most so many rows.")
@click.option("--peer-seconds", type=float, default=900.0, help="Longest time for one peer.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def bench_command(**options: Unpack[BenchOptions]) -> None:
    """Compare our pipeline with every installed peer, 方法对比."""
    spec = TrainingSpec(
        code="bench",
        label=LabelSpec(options["label"], options["positive"]),
        time_column=options["time"],
        folds=options["folds"],
        exclude=options["exclude"],
    )
    limits = Limits(options["peer_seconds"], options["peers"], options["rows"])
    with refusals():
        found = bench(options["table"], spec, limits, tell)
    if options["as_json"]:
        answer(found)
    else:
        click.echo(as_table(json.loads(json.dumps(found))))


def as_table(found: dict[str, dict[str, dict[str, dict[str, float]]]]) -> str:
    """Return the comparison as a Markdown table, best first."""
    rows = []
    for name, measured in found["models"].items():
        cells = [f"{measured[key]['value']:.4f}" for key in _COLUMNS]
        auc = measured["auc"]
        cells[0] += f" ({auc['low']:.4f}–{auc['high']:.4f})"
        times = f"{measured['fit_seconds']:.1f} / {measured['predict_seconds']:.2f}"
        line = f"| {name} | {' | '.join(cells)} | {measured['mean_rank']} | {times} |"
        rows.append((-auc["value"], line))
    failed = [f"- {name}：{why}" for name, why in found["failed"].items()]
    head = [
        "| 方法 | AUC (95 %) | KS | Brier | ECE | 斜率 | 截距 | 平均名次 | 训练/预测（秒） |",
        "| --- " * 9 + "|",
    ]
    return "\n".join([*head, *(line for _, line in sorted(rows)), *failed])
