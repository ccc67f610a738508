"""Hyper-parameter search (超参数搜索): few recipes, successive halving, inner splits only, a log.

The recipes reach from stumps, a nearly linear model, to deep randomised trees. All of them start on
few rows; the better ones go on with more rows. The final model is a weighted mean of the best,
chosen on rows no member has seen, so that no single choice decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.encoding import Encoding
from xinyidai.scoring.training.encoding import categories_among, out_of_fold, signs_among
from xinyidai.scoring.training.fit import (
    Share,
    TreeParams,
    columns_for,
    fit_trees,
    growth_of,
    plain_params,
    plain_share,
    settings_of,
)
from xinyidai.scoring.training.recipes import SMALL, finalists, recipes
from xinyidai.scoring.training.symmetric import grow, learn_bins
from xinyidai.scoring.values import Floats

_TINY, _MIDDLE = 600, 12_000
_PATIENCE = 30
_FIRST_ROWS, _FULL_ROWS = 4_000, 15_000
_SURVIVORS = 5
_STEPS = 12
_SLOW_SEEDS = 6
_EVEN, _MOST_SYMMETRIC_SEEDS = 4, 2
_STEP, _SYMMETRIC_PATIENCE = 10, 6
_LEAST_SHARE = 0.1
_ENOUGH = 200  # cases of the rarer outcome from which on the choice is trusted
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
    pairs: Sequence[int] = ()

    @classmethod
    def of(  # noqa: PLR0913 - four are keyword-only
        cls,
        seen: Floats,
        label: NDArray[np.int8],
        encoding: Encoding | None,
        *,
        levels: Sequence[int],
        signs: Sequence[int],
        times: NDArray[np.generic] | None,
        seed: int,
    ) -> "Problem":
        """Return the problem of rows as the transform shows them, many levels as numbers."""
        return cls(
            out_of_fold(encoding, seen, label, seed, times),
            label,
            signs_among(signs, encoding),
            categories_among(levels, encoding),
            times,
            seed,
            () if encoding is None else encoding.pairs,
        )

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
            "trials": [
                vars(trial) | {"params": plain_params(trial.params)} for trial in self.trials
            ],
            "chosen": [plain_share(share) for share in self.params.blend],
            "auc_inner": round(self.auc, 6),
        }


def fit_problem(problem: Problem, params: TreeParams) -> lightgbm.Booster:
    """Fit settings on all of a problem's rows."""
    return fit_trees(
        problem.matrix,
        problem.label,
        params,
        signs=problem.signs,
        categories=problem.categories,
        pairs=problem.pairs,
        seed=problem.seed,
    )


def search(problem: Problem) -> Search:
    """Try the recipes on inner splits and return the blend that orders unseen rows best."""
    if min(np.bincount(problem.label, minlength=2)) < _FEWEST_OF_A_CLASS:
        raise InvalidInput("训练部分里只有一种结果，无法训练。", code="bad_split")
    trials, best = _first_stage(problem)
    is_slow = len(problem.label) > SMALL and not any(problem.signs)
    names = finalists(_ranked(best, trials), problem.pairs) if is_slow else best
    rows = _sample(problem, _FULL_ROWS)
    part = problem.part(rows)
    tried = {name: _try(2, name, params, part) for name, params in names.items()}
    last = {name: trial for name, (trial, _) in tried.items()}
    scores = {name: raw for name, (_, raw) in tried.items()}
    trials += last.values()
    splits = inner_splits(part)
    weights, auc = _blend_weights(scores, part.label, splits)
    if is_slow:
        weights = _evened(weights, last)
    fewest = int(min(np.bincount(part.label, minlength=2)))
    weights = _shrunk(weights, fewest)
    least = _LEAST_SHARE * min(1.0, fewest / _ENOUGH)
    chosen = {name: share for name, share in weights.items() if share >= least}
    total = sum(chosen.values())
    shares = _shares(
        {name: weight / total for name, weight in chosen.items()},
        last,
        _seeds(len(problem.label), is_slow=is_slow),
    )
    raw = sum((share.weight * scores[share.name] for share in shares), start=np.zeros(1))
    tested = np.concatenate([test for _, test in splits])
    return Search(TreeParams(blend=shares), tuple(trials), auc, raw, rows[tested])


def _first_stage(problem: Problem) -> tuple[list[Trial], dict[str, TreeParams]]:
    """Return the log of the trials on few rows and the recipes that go on, all of a small table."""
    names = recipes(len(problem.label), has_categories=bool(len(problem.categories)))
    if len(problem.label) <= SMALL:
        return [], names
    few = problem.part(_sample(problem, min(_FIRST_ROWS, len(problem.label) // 2)))
    first = {name: _try(1, name, params, few)[0] for name, params in names.items()}
    best = sorted(first, key=lambda name: -first[name].auc)[:_SURVIVORS]
    return list(first.values()), {name: names[name] for name in names if name in best}


def _ranked(recipes_left: dict[str, TreeParams], trials: list[Trial]) -> dict[str, TreeParams]:
    """Return the recipes in the order of the first stage, best first."""
    order = sorted(trials, key=lambda trial: -trial.auc)
    return {trial.name: recipes_left[trial.name] for trial in order if trial.name in recipes_left}


def inner_splits(problem: Problem) -> list[Split]:
    """Return stratified inner splits, repeated for few rows, and a forward one for dated rows.

    Forward splits alone would choose too timidly: each learns from the oldest rows only.
    """
    rows = len(problem.label)
    fewest = int(min(np.bincount(problem.label, minlength=2)))
    wanted, repeats = (5, 2) if rows < _TINY else (5, 1) if rows < SMALL else (3, 1)
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
    tried = _symmetric if params.symmetric_depth else _by_leaf
    trees, loss, scores = tried(params, problem, splits)
    trial = Trial(
        stage=stage,
        name=name,
        rows=len(problem.label),
        folds=len(splits),
        trees=trees,
        auc=round(_mean_auc(np.concatenate(scores), problem.label, splits), 6),
        log_loss=round(loss, 6),
        params=replace(params, trees=trees),
    )
    return trial, np.concatenate(scores)


def _by_leaf(
    params: TreeParams, problem: Problem, splits: Sequence[Split]
) -> tuple[int, float, list[Floats]]:
    """Return LightGBM's best number of trees, its loss and the scores of the tested rows."""
    settings = settings_of(params, problem.signs, problem.seed, problem.pairs)
    found = lightgbm.cv(
        {**settings, "metric": "binary_logloss"},
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
    return trees, float(losses[trees - 1]), scores


def _symmetric(
    params: TreeParams, problem: Problem, splits: Sequence[Split]
) -> tuple[int, float, list[Floats]]:
    """Return the same of symmetric trees."""
    paths = [_path(params, problem, split) for split in splits]
    length = min(len(path) for path in paths)
    losses = np.mean(
        [
            [_log_loss(raw, problem.label[test]) for raw in path[:length]]
            for path, (_, test) in zip(paths, splits, strict=True)
        ],
        axis=0,
    )
    step = int(np.argmin(losses))
    return (step + 1) * _STEP, float(losses[step]), [path[step] for path in paths]


def _path(params: TreeParams, problem: Problem, split: Split) -> list[Floats]:
    """Return the scores of the tested rows after every few trees, until they get no better."""
    train, test = split
    matrix, label = problem.matrix[train], problem.label[train]
    bins = learn_bins(matrix, label, problem.categories, params.max_bin)
    columns = columns_for(params, matrix.shape[1], problem.pairs)
    unseen = bins.codes(problem.matrix[test])
    raw, found, losses = np.zeros(len(test)), [], []
    growth = growth_of(params, problem.seed)
    for number, tree in enumerate(grow(bins.codes(matrix), label, bins, growth, columns), start=1):
        raw = raw + tree.values[tree.leaves(unseen)]
        if number % _STEP:
            continue
        found.append(raw)
        losses.append(_log_loss(raw, problem.label[test]))
        if len(losses) - int(np.argmin(losses)) > _SYMMETRIC_PATIENCE:
            break
    return found


def _log_loss(raw: Floats, label: NDArray[np.int8]) -> float:
    signed = np.where(label == 1, -raw, raw)
    return float(np.logaddexp(0.0, signed).mean())


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


def _evened(weights: dict[str, float], trials: dict[str, Trial]) -> dict[str, float]:
    """Return weights half way to the plain mean of the best few, for a choice is partly luck."""
    best = sorted(trials, key=lambda name: -trials[name].auc)[:_EVEN]
    return {name: (weight + (name in best) / len(best)) / 2 for name, weight in weights.items()}


def _shrunk(weights: dict[str, float], fewest: int) -> dict[str, float]:
    """Return weights drawn towards the plain mean, the more the fewer cases chose between them.

    With some dozen defaults the order of the recipes is mostly luck.
    """
    trust = min(1.0, fewest / _ENOUGH)
    return {name: trust * weight + (1 - trust) / len(weights) for name, weight in weights.items()}


def _seeds(rows: int, *, is_slow: bool) -> int:
    """Return how many boosters there are in all; slow ones differ less from seed to seed."""
    wanted = 12 if rows < SMALL else 10 if rows < _MIDDLE else 6
    return min(wanted, _SLOW_SEEDS) if is_slow else wanted


def _shares(weights: dict[str, float], trials: dict[str, Trial], wanted: int) -> tuple[Share, ...]:
    """Give each recipe its trees, a little more than on the smaller inner parts, and seeds."""
    found = []
    for name, weight in sorted(weights.items(), key=lambda item: -item[1]):
        params = trials[name].params
        trees = max(1, round(1.1 * params.trees))
        seeds = max(1, round(wanted * weight))
        if params.symmetric_depth:
            seeds = min(seeds, _MOST_SYMMETRIC_SEEDS)
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
