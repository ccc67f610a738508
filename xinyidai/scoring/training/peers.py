"""Peers (同类方法) the pipeline is measured against, each with its own defaults and one thread.

Run as a program of its own: a peer that breaks, even the interpreter, breaks only itself.
`python -m xinyidai.scoring.training.peers NAME FOLDER` reads `columns.json` and `table.npz`, fits
on the training rows of every fold and writes `NAME.npz`; a peer's own words go to stderr.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xinyidai.scoring.values import Floats

PACKAGES = {
    "lightgbm": "lightgbm",
    "xgboost": "xgboost",
    "catboost": "catboost",
    "optbinning": "optbinning",
    "toad": "toad",
    "scorecardpy": "scorecardpy",
    "ebm": "interpret-core",
}
"""Name of each peer and the distribution it needs."""

_MOST_CARD_LEVELS = 50
Fitted = Callable[[Any], Floats]
Fit = Callable[[Any, NDArray[np.int64], list[str]], Fitted]


def installed_version(name: str) -> str | None:
    """Return the version of the peer's distribution, None where it is not installed."""
    try:
        return version(PACKAGES[name])
    except PackageNotFoundError:
        return None


def _lightgbm(frame: Any, label: NDArray[np.int64], _categories: list[str]) -> Fitted:
    from lightgbm import LGBMClassifier  # noqa: PLC0415 - each peer loads only itself

    model = LGBMClassifier(n_jobs=1, verbosity=-1, random_state=1)
    model.fit(frame, label)
    return lambda other: _positive(model.predict_proba(other))


def _xgboost(frame: Any, label: NDArray[np.int64], _categories: list[str]) -> Fitted:
    from xgboost import XGBClassifier  # noqa: PLC0415 - each peer loads only itself

    model = XGBClassifier(n_jobs=1, random_state=1, enable_categorical=True)
    model.fit(frame, label)
    return lambda other: _positive(model.predict_proba(other))


def _catboost(frame: Any, label: NDArray[np.int64], categories: list[str]) -> Fitted:
    from catboost import CatBoostClassifier  # noqa: PLC0415 - each peer loads only itself

    model = CatBoostClassifier(
        thread_count=1, random_seed=1, verbose=False, allow_writing_files=False
    )
    model.fit(_as_text(frame, categories), label, cat_features=categories)
    return lambda other: _positive(model.predict_proba(_as_text(other, categories)))


def _optbinning(frame: Any, label: NDArray[np.int64], categories: list[str]) -> Fitted:
    from optbinning import BinningProcess, Scorecard  # noqa: PLC0415 - each peer loads only itself
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - see above

    kept = _varying(frame)
    nominal = [name for name in categories if name in kept]
    card = Scorecard(
        binning_process=BinningProcess(kept, categorical_variables=nominal),
        estimator=LogisticRegression(max_iter=1000),
    )
    card.fit(_as_object(frame[kept], nominal), label, metric_missing="empirical")

    def predict(other: Any) -> Floats:
        shown = _as_object(other[kept], nominal)
        woe = card.binning_process_.transform(shown, metric="woe", metric_missing="empirical")
        return _positive(
            card.estimator_.predict_proba(woe[card.binning_process_.get_support(names=True)])
        )

    return predict


def _ebm(frame: Any, label: NDArray[np.int64], categories: list[str]) -> Fitted:
    from interpret.glassbox import ExplainableBoostingClassifier  # noqa: PLC0415 - see above

    kinds = ["nominal" if name in categories else "continuous" for name in frame.columns]
    model = ExplainableBoostingClassifier(n_jobs=1, random_state=1, feature_types=kinds)
    model.fit(_as_object(frame, categories), label)
    return lambda other: _positive(model.predict_proba(_as_object(other, categories)))


def _toad(frame: Any, label: NDArray[np.int64], categories: list[str]) -> Fitted:
    import toad  # noqa: PLC0415 - each peer loads only itself
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - see above

    kept = _varying(frame)
    combiner, woe = toad.transform.Combiner(), toad.transform.WOETransformer()
    shown = _as_text(frame[kept], [name for name in categories if name in kept])
    combiner.fit(shown.assign(y=label), y="y", method="chi", min_samples=0.05, empty_separate=True)
    cut = woe.fit_transform(combiner.transform(shown), label)
    line = LogisticRegression(max_iter=1000).fit(cut, label)

    def predict(other: Any) -> Floats:
        shown = _as_text(other[kept], [name for name in categories if name in kept])
        return _positive(line.predict_proba(woe.transform(combiner.transform(shown))))

    return predict


def _scorecardpy(frame: Any, label: NDArray[np.int64], categories: list[str]) -> Fitted:
    import scorecardpy  # noqa: PLC0415 - each peer loads only itself
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - see above

    few = [n for n in categories if frame[n].nunique() <= _MOST_CARD_LEVELS]
    kept = [name for name in _varying(frame) if name in few or name not in categories]
    nominal = [name for name in few if name in kept]
    shown = _as_text(frame[kept], nominal).assign(y=label)
    bins = scorecardpy.woebin(shown, y="y", print_info=False, no_cores=1)
    cut = scorecardpy.woebin_ply(shown, bins, no_cores=1, print_info=False).drop(columns="y")
    line = LogisticRegression(max_iter=1000).fit(cut.fillna(0.0), label)

    def predict(other: Any) -> Floats:
        shown = _as_text(other[kept], nominal)
        cut_other = scorecardpy.woebin_ply(shown, bins, no_cores=1, print_info=False)
        return _positive(line.predict_proba(cut_other[cut.columns].fillna(0.0)))

    return predict


FITS: dict[str, Fit] = {
    "lightgbm": _lightgbm,
    "xgboost": _xgboost,
    "catboost": _catboost,
    "optbinning": _optbinning,
    "ebm": _ebm,
    "toad": _toad,
    "scorecardpy": _scorecardpy,
}


def _varying(frame: Any) -> list[str]:
    """Return the columns that hold a value and more than one state in these rows."""
    return [
        n for n in frame.columns if frame[n].notna().any() and frame[n].nunique(dropna=False) > 1
    ]


def _as_text(frame: Any, categories: list[str]) -> Any:
    named = {name: frame[name].astype(object).fillna("缺失").astype(object) for name in categories}
    return frame.assign(**named)


def _as_object(frame: Any, categories: list[str]) -> Any:
    return frame.assign(**{name: frame[name].astype(object) for name in categories})


def _positive(pairs: Any) -> Floats:
    found: Floats = np.asarray(pairs, dtype=np.float64)[:, 1]
    return found


def _frame(folder: Path) -> tuple[Any, list[str]]:
    """Return the table as pandas has it: numbers, and categories with their levels."""
    import pandas as pd  # noqa: PLC0415 - each peer loads only itself

    columns = json.loads((folder / "columns.json").read_text(encoding="utf-8"))
    with np.load(folder / "table.npz") as stored:
        matrix = stored["matrix"]
    series = {}
    for i, levels in enumerate(columns):
        values = matrix[:, i]
        if levels:
            codes = np.where(np.isnan(values), -1, values).astype(np.int64)
            series[f"c{i}"] = pd.Categorical.from_codes(codes, levels)
        else:
            series[f"c{i}"] = values
    return pd.DataFrame(series), [f"c{i}" for i, levels in enumerate(columns) if levels]


def main(name: str, folder: Path) -> None:
    """Fit one peer on every fold and write its predictions and times."""
    warnings.simplefilter("ignore")
    frame, categories = _frame(folder)
    with np.load(folder / "table.npz") as stored:
        label, folds = stored["label"].astype(np.int64), stored["folds"]
    pd = np.full(len(label), np.nan)
    fit_seconds = predict_seconds = 0.0
    for train, test in _rows(folds):
        started = time.perf_counter()
        model = FITS[name](frame.iloc[train].reset_index(drop=True), label[train], categories)
        fitted = time.perf_counter()
        pd[test] = model(frame.iloc[test].reset_index(drop=True))
        fit_seconds += fitted - started
        predict_seconds += time.perf_counter() - fitted
    np.savez(folder / f"{name}.npz", pd=pd, times=np.array([fit_seconds, predict_seconds]))


def _rows(folds: NDArray[np.int8]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return training and test rows of each fold from a matrix: 1 trains, 2 tests, 0 rests."""
    return [(np.flatnonzero(fold == 1), np.flatnonzero(fold == 2)) for fold in folds]  # noqa: PLR2004


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
