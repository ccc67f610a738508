"""Hyper-parameter search (超参数搜索): few recipes, successive halving, inner splits only, a log.

The recipes reach from stumps, a nearly linear model, to deep randomised trees. All of them start on
few rows; the better ones go on with more rows. The final model is a weighted mean of the best,
chosen on rows no member has seen, so that no single choice decides.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import cast

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.training.fit import Share, TreeParams, settings_of
from xinyidai.scoring.values import Floats

_TINY, _SMALL, _MIDDLE = 600, 2_500, 12_000
_MOST_ROUNDS = 600
_PATIENCE = 30
_FIRST_ROWS, _FULL_ROWS = 4_000, 15_000
_SURVIVORS = 5
_STEPS = 12
_LEAST_SHARE = 0.1
_FORWARD = 0.75
_FEWEST_OF_A_CLASS = 2

Split = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class Problem:
    """What is to be learned: the matrix as trees see it, the outcome, signs and categories."""

    matrix: Floats
    label: NDArray[np.int8]
    signs: Sequence[int]
    categories: Sequence[int]
    times: NDArray[np.generic] | None = None
    seed: int = 1

    def part(self, rows: NDArray[np.intp]) -> "Problem":
        """Return the problem on some of its rows."""
        times = None if self.times is None else self.times[rows]
        return replace(self, matrix=self.matrix[rows], label=self.label[rows], times=times)


@dataclass(frozen=True)
class Trial:
    """One line of the log: a recipe, the rows it saw, and how it did on rows it did not."""

    stage: int
    name: str
    rows: int
    folds: int
    trees: int
    auc: float
    log_loss: float
    params: TreeParams


@dataclass(frozen=True)
class Search:
    """The chosen blend, the log, and the blend's scores on inner rows it has not seen."""

    params: TreeParams
    trials: tuple[Trial, ...]
    auc: float
    raw: Floats = field(repr=False)
    tested: NDArray[np.intp] = field(repr=False)

    def as_json(self) -> dict[str, object]:
        """Return the log as plain values, for search.json."""
        return {
            "trials": [asdict(trial) for trial in self.trials],
            "chosen": [asdict(share) for share in self.params.blend],
            "auc_inner": round(self.auc, 6),
        }


def recipes(rows: int, *, has_categories: bool) -> dict[str, TreeParams]:
    """Return the recipes worth trying on a table of so many rows."""
    leaf = max(5, min(40, rows // 40))
    slow = 0.05 if rows < _SMALL else 0.06
    base = TreeParams(
        trees=_MOST_ROUNDS,
        num_leaves=31,
        learning_rate=slow,
        min_data_in_leaf=20,
        feature_fraction=0.5,
        lambda_l2=1.0,
        bagging_fraction=0.8,
        bagging_freq=1,
    )
    found = {
        "stumps": replace(base, num_leaves=2, learning_rate=2 * slow, max_bin=63),
        "coarse": replace(base, num_leaves=3, learning_rate=2 * slow, max_bin=20, lambda_l2=10.0),
        "shallow": replace(base, num_leaves=5, min_data_in_leaf=leaf),
        "narrow": replace(base, num_leaves=8, feature_fraction=0.3, min_data_in_leaf=leaf),
        "middle": replace(base, num_leaves=15, lambda_l2=0.5),
        "fine": replace(base, num_leaves=15, min_data_in_leaf=5, lambda_l2=0.1, max_bin=63),
        "smooth": replace(base, num_leaves=15, path_smooth=20.0, feature_fraction=0.4),
        "plain": replace(base, feature_fraction=1.0, lambda_l2=0.0, bagging_fraction=1.0),
        "sparse": replace(base, feature_fraction=0.3, min_data_in_leaf=10, lambda_l2=0.1),
        "random": replace(
            base, extra_trees=True, feature_fraction=1.0, min_data_in_leaf=10, lambda_l2=0.1
        ),
        "random-shallow": replace(base, extra_trees=True, num_leaves=8, min_data_in_leaf=leaf),
    }
    if rows >= _SMALL:
        found["deep"] = replace(
            base, num_leaves=63, feature_fraction=0.4, min_data_in_leaf=60, lambda_l2=20.0
        )
    if has_categories:
        found["wary"] = replace(
            base, num_leaves=15, cat_smooth=60.0, cat_l2=30.0, min_data_per_group=30
        )
    return found


def search(problem: Problem) -> Search:
    """Try the recipes on inner splits and return the blend that orders unseen rows best."""
    if min(np.bincount(problem.label, minlength=2)) < _FEWEST_OF_A_CLASS:
        raise InvalidInput("训练部分里只有一种结果，无法训练。", code="bad_split")
    names = recipes(len(problem.label), has_categories=bool(len(problem.categories)))
    trials: list[Trial] = []
    if len(problem.label) > _SMALL:
        few = problem.part(_sample(problem, min(_FIRST_ROWS, len(problem.label) // 2)))
        first = {name: _try(1, name, params, few)[0] for name, params in names.items()}
        trials += first.values()
        best = sorted(first, key=lambda name: -first[name].auc)[:_SURVIVORS]
        names = {name: params for name, params in names.items() if name in best}
    rows = _sample(problem, _FULL_ROWS)
    part = problem.part(rows)
    scores: dict[str, Floats] = {}
    last: dict[str, Trial] = {}
    for name, params in names.items():
        last[name], scores[name] = _try(2, name, params, part)
    trials += last.values()
    splits = inner_splits(part)
    weights, auc = _blend_weights(scores, part.label, splits)
    chosen = {name: share for name, share in weights.items() if share >= _LEAST_SHARE}
    total = sum(chosen.values())
    shares = _shares(
        {name: weight / total for name, weight in chosen.items()}, last, len(problem.label)
    )
    raw = sum((share.weight * scores[share.name] for share in shares), start=np.zeros(1))
    tested = np.concatenate([test for _, test in splits])
    return Search(TreeParams(blend=shares), tuple(trials), auc, raw, rows[tested])


def inner_splits(problem: Problem) -> list[Split]:
    """Return stratified inner splits, repeated for few rows, and a forward one for dated rows.

    Forward splits alone would choose too timidly: each learns from the oldest rows only.
    """
    rows = len(problem.label)
    fewest = int(min(np.bincount(problem.label, minlength=2)))
    wanted, repeats = (5, 2) if rows < _TINY else (5, 1) if rows < _SMALL else (3, 1)
    folds = RepeatedStratifiedKFold(
        n_splits=max(2, min(wanted, fewest)), n_repeats=repeats, random_state=problem.seed
    )
    found = list(folds.split(problem.matrix, problem.label))
    if problem.times is not None:
        found += _forward(problem.times, problem.label)
    return found


def _forward(times: NDArray[np.generic], label: NDArray[np.int8]) -> list[Split]:
    """Return one split of the first three quarters against the last, if both hold both outcomes."""
    ranks = np.searchsorted(np.sort(times), times, side="left") / len(times)
    train, test = np.flatnonzero(ranks < _FORWARD), np.flatnonzero(ranks >= _FORWARD)
    both = all(len(part) and len(set(label[part].tolist())) == 2 for part in (train, test))  # noqa: PLR2004
    return [(train, test)] if both else []


def _sample(problem: Problem, most: int) -> NDArray[np.intp]:
    """Return at most so many rows, with the same share of defaults, in the table's order."""
    rows = np.arange(len(problem.label))
    if len(rows) <= most:
        return rows
    chosen, _ = train_test_split(
        rows, train_size=most, stratify=problem.label, random_state=problem.seed
    )
    return np.sort(chosen)


def _try(stage: int, name: str, params: TreeParams, problem: Problem) -> tuple[Trial, Floats]:
    """Return how a recipe does on the inner splits, with the number of trees that is best."""
    splits = inner_splits(problem)
    found = lightgbm.cv(
        {**settings_of(params, problem.signs, problem.seed), "metric": "binary_logloss"},
        _data(problem, params),
        num_boost_round=params.trees,
        folds=splits,
        callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False)],
        return_cvbooster=True,
    )
    losses = np.asarray(found["valid binary_logloss-mean"], dtype=np.float64)
    boosters = cast("lightgbm.CVBooster", found["cvbooster"]).boosters
    trees = int(np.argmin(losses)) + 1
    scores = [
        np.asarray(
            booster.predict(
                problem.matrix[test], raw_score=True, num_iteration=trees, num_threads=1
            )
        )
        for booster, (_, test) in zip(boosters, splits, strict=True)
    ]
    trial = Trial(
        stage=stage,
        name=name,
        rows=len(problem.label),
        folds=len(splits),
        trees=trees,
        auc=round(_mean_auc(np.concatenate(scores), problem.label, splits), 6),
        log_loss=round(float(losses[trees - 1]), 6),
        params=replace(params, trees=trees),
    )
    return trial, np.concatenate(scores)


def _mean_auc(scores: Floats, label: NDArray[np.int8], splits: Sequence[Split]) -> float:
    aucs, start = [], 0
    for _, test in splits:
        outcome = label[test]
        aucs.append(float(roc_auc_score(outcome, scores[start : start + len(test)])))
        start += len(test)
    return float(np.mean(aucs))


def _blend_weights(
    scores: dict[str, Floats], label: NDArray[np.int8], splits: Sequence[Split]
) -> tuple[dict[str, float], float]:
    """Choose with repetition, one recipe at a time, whichever makes the mean order best."""
    names = sorted(scores, key=lambda name: -_mean_auc(scores[name], label, splits))
    picked = names[: max(1, len(names) // 3)]
    total = np.sum([scores[name] for name in picked], axis=0)
    best = _mean_auc(total, label, splits)
    for _ in range(_STEPS - len(picked)):
        tried = {name: _mean_auc(total + scores[name], label, splits) for name in names}
        name = max(tried, key=lambda key: tried[key])
        picked.append(name)
        total = total + scores[name]
        best = tried[name]
    return {name: picked.count(name) / len(picked) for name in names}, best


def _shares(weights: dict[str, float], trials: dict[str, Trial], rows: int) -> tuple[Share, ...]:
    """Give each recipe its trees, a little more than on the smaller inner parts, and seeds."""
    wanted = 12 if rows < _SMALL else 10 if rows < _MIDDLE else 6
    found = []
    for name, weight in sorted(weights.items(), key=lambda item: -item[1]):
        params = trials[name].params
        trees = max(1, round(1.1 * params.trees))
        seeds = max(1, round(wanted * weight))
        found.append(Share(name, round(weight, 6), seeds, replace(params, trees=trees)))
    return tuple(found)


def _data(problem: Problem, params: TreeParams) -> lightgbm.Dataset:
    return lightgbm.Dataset(
        problem.matrix,
        problem.label.astype(np.float64),
        feature_name=[f"f{i}" for i in range(problem.matrix.shape[1])],
        categorical_feature=list(problem.categories),
        params={"max_bin": params.max_bin, "feature_pre_filter": False, "verbosity": -1},
        free_raw_data=False,
    )
