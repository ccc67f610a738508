"""Commands that need no database: `model train` and `model evaluate`."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import TypedDict, Unpack

import click

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.artefacts import MANIFEST
from xinyidai.scoring.training.bench_cli import bench_command
from xinyidai.scoring.training.card import metrics_json, write_artefact
from xinyidai.scoring.training.console import answer, refusals, tell
from xinyidai.scoring.training.labelling import Labelling, write_labelled
from xinyidai.scoring.training.pipeline import evaluate as evaluate_artefact
from xinyidai.scoring.training.pipeline import train as train_model
from xinyidai.scoring.training.rebuilding import rebuild as rebuild_artefact
from xinyidai.scoring.training.spec import TRAINABLE_STATES, LabelSpec, TrainingSpec, read_spec
from xinyidai.scoring.values import ModelState

DIFFERS = 3

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


class LabelOptions(TypedDict):
    """The options of `model label-table`."""

    features: Path
    labels: Path
    spec: Path
    id_column: str
    label_column: str
    positive: str
    namespace: str | None
    out: Path


class TrainOptions(TypedDict):
    """The options of `model train` besides the model's code."""

    table: Path
    label: str | None
    positive: str | None
    time: str | None
    folds: int | None
    spec: Path | None
    exclude: tuple[str, ...]
    version: str | None
    trained_on: str | None
    state: str | None
    out: Path
    overwrite: bool
    search: bool | None
    challengers: bool | None


@click.group()
def model() -> None:
    """Train and evaluate scoring models, 模型训练与评估."""


@model.command()
@click.argument("code")
@click.option("--table", type=_FILE, required=True, help="CSV, CSV.gz or Parquet with the label.")
@click.option("--label", help="Outcome column; may come from the specification.")
@click.option("--positive", help="Value of the label that means default [1].")
@click.option("--label-invert", "positive", flag_value="0", help="The label is 1 where repaid.")
@click.option("--time", help="Column to split by: the past trains, the future tests.")
@click.option("--folds", type=click.IntRange(2), help="Number of folds [5].")
@click.option("--spec", type=_FILE, help="Model specification in YAML.")
@click.option("--exclude", multiple=True, help="Column that is no feature; may be repeated.")
@click.option("--version", help="Version of the model.")
@click.option("--trained-on", help="Date for the card; none is written unless given.")
@click.option(
    "--state",
    type=click.Choice([state.value for state in TRAINABLE_STATES]),
    help="Candidate may be validated, approved and activated; reference never.",
)
@click.option("--out", type=_FOLDER, required=True, help="Artefact folder to write.")
@click.option("--overwrite", is_flag=True, help="Replace what the folder holds.")
@click.option("--search/--no-search", default=None, help="Search settings [as specified].")
@click.option("--challengers/--no-challengers", default=None, help="Train them too [as specified].")
def train(code: str, **options: Unpack[TrainOptions]) -> None:
    """Train model CODE on a labelled table and write its artefact folder."""
    with refusals():
        trained = train_model(_spec(code, options), options["table"], tell)
        folder = write_artefact(trained, options["out"], overwrite=options["overwrite"])
    answer(
        {
            "code": trained.spec.code,
            "version": trained.spec.version,
            "artefact": str(folder),
            "rows": trained.rows,
            "bads": trained.bads,
            "activatable": not trained.obstacles,
            "algorithm": trained.algorithm.value,
            "obstacles": list(trained.obstacles),
            **metrics_json(trained),
        }
    )


@model.command()
@click.argument("folder", type=_FOLDER)
@click.option("--table", type=_FILE, required=True, help="The training table, or another.")
@click.option("--json", "_as_json", is_flag=True, help="Accepted for scripts; the answer is JSON.")
@click.option("--check", is_flag=True, help="Fail unless the card's metrics are reproduced.")
def evaluate(folder: Path, table: Path, *, check: bool, _as_json: bool) -> None:
    """Evaluate an artefact FOLDER; with its training table every fold is fitted again."""
    with refusals():
        found = evaluate_artefact(_artefact_folder(folder), table, tell)
    answer(
        {
            "refit": found.is_refit,
            "reproduced": found.is_refit and not found.differences,
            "differences": list(found.differences),
            "findings": [asdict(finding) for finding in found.findings],
            "metrics": dict(found.metrics),
        }
    )
    if check and (found.differences or not found.is_refit):
        tell("与模型说明中的指标不一致。" if found.is_refit else "不是训练时的表，无法核对。")
        raise SystemExit(DIFFERS)


@model.command()
@click.argument("folder", type=_FOLDER)
@click.option("--table", type=_FILE, required=True, help="The table the artefact was trained on.")
@click.option("--json", "_as_json", is_flag=True, help="Accepted for scripts; the answer is JSON.")
def rebuild(folder: Path, table: Path, *, _as_json: bool) -> None:
    """Train FOLDER's model again from its manifest and compare every byte, 重建核对."""
    with refusals():
        found = rebuild_artefact(_artefact_folder(folder), table, tell)
    answer(
        {
            "same": not found.differing,
            "manifest_hash": found.kept_hash,
            "rebuilt_manifest_hash": found.rebuilt_hash,
            "differing": list(found.differing),
            "libraries": dict(found.libraries),
        }
    )
    if found.differing:
        tell(f"重建的制品与原来的不同：{'、'.join(found.differing)}")
        raise SystemExit(DIFFERS)


@model.command("label-table")
@click.option("--features", type=_FILE, required=True, help="Table of `profile export`.")
@click.option("--labels", type=_FILE, required=True, help="File with the outcomes.")
@click.option("--spec", type=_FILE, required=True, help="Specification that names the features.")
@click.option("--id-column", required=True, help="Column of the firm's id in the outcomes.")
@click.option("--label-column", required=True, help="Column of the outcome.")
@click.option("--positive", required=True, help="Outcome that means default.")
@click.option("--namespace", help="Ids are the source's own: namespace of the collection mapping.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def label_table(**options: Unpack[LabelOptions]) -> None:
    """Join exported indicators with outcomes into a table for `model train`."""
    wanted = Labelling(
        options["id_column"], options["label_column"], options["positive"], options["namespace"]
    )
    with refusals():
        spec = read_spec(options["spec"])
        counts = write_labelled(
            options["features"], options["labels"], wanted, spec, options["out"]
        )
    answer({"table": str(options["out"]), **counts.as_json()})


def _spec(code: str, options: TrainOptions) -> TrainingSpec:
    """Merge the specification with what the command line says; the command line wins."""
    label = options["label"]
    if options["spec"] is not None:
        spec = read_spec(options["spec"])
    elif label is not None:
        spec = TrainingSpec(code=code, label=LabelSpec(label))
    else:
        raise InvalidInput("没有规格时必须用 --label 指出结果列。", code="no_label")
    if spec.code != code:
        raise InvalidInput(f"规格是 {spec.code} 的，不是 {code} 的。", code="bad_training_spec")
    excluded = set(options["exclude"])
    return replace(
        spec,
        label=LabelSpec(
            label or spec.label.column,
            options["positive"] or spec.label.positive,
            spec.label.meaning,
        ),
        version=options["version"] or spec.version,
        folds=options["folds"] or spec.folds,
        time_column=options["time"] or spec.time_column,
        trained_on=options["trained_on"] or spec.trained_on,
        state=ModelState(options["state"]) if options["state"] else spec.state,
        search=spec.search if options["search"] is None else options["search"],
        challengers=(
            spec.challengers if options["challengers"] is None else options["challengers"]
        ),
        features=tuple(f for f in spec.features if f.name not in excluded),
        exclude=tuple(sorted({*spec.exclude, *excluded})),
    )


def _artefact_folder(folder: Path) -> Path:
    """Return the folder itself, or the only artefact below it."""
    if (folder / MANIFEST).is_file():
        return folder
    below = sorted(folder.rglob(MANIFEST))
    return below[0].parent if len(below) == 1 else folder


model.add_command(bench_command)
