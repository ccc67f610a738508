"""Fitting: LightGBM on what the transform shows it, and Platt scaling; both deterministic."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.calibration import Calibration
from xinyidai.scoring.training.blending import blended, with_trees
from xinyidai.scoring.training.encoding import categories_among, out_of_fold, signs_among
from xinyidai.scoring.training.symmetric import Growth, grow, learn_bins, tree_text
from xinyidai.scoring.transform import Transform
from xinyidai.scoring.values import FeatureKind, Floats

_SMALL, _MIDDLE = 500, 3_000
SEED_STEP = 101
_NEWER = ("symmetric_depth", "alone")


@dataclass(frozen=True)
class TreeParams:
    """LightGBM's settings; names are LightGBM's own except `trees`.

    With a `symmetric_depth` the trees are symmetric ones of that depth, LightGBM only reads them;
    `alone` leaves out what rests on pairs of categories. With a `blend` the model is the weighted
    mean of several recipes and the rest is unused.
    """

    trees: int = 100
    num_leaves: int = 31
    learning_rate: float = 0.1
    min_data_in_leaf: int = 50
    feature_fraction: float = 0.8
    lambda_l2: float = 5.0
    max_bin: int = 255
    bagging_fraction: float = 1.0
    bagging_freq: int = 0
    extra_trees: bool = False
    path_smooth: float = 0.0
    cat_smooth: float = 10.0
    cat_l2: float = 10.0
    min_data_per_group: int = 100
    symmetric_depth: int = 0
    alone: bool = False
    blend: tuple["Share", ...] = ()

    def __post_init__(self) -> None:
        """Read shares back from plain values, as a manifest has them."""
        shares = tuple(
            share if isinstance(share, Share) else share_from(share) for share in self.blend
        )
        object.__setattr__(self, "blend", shares)


@dataclass(frozen=True)
class Share:
    """One recipe of a blend and its weight; `seeds` boosters of it are averaged."""

    name: str
    weight: float
    seeds: int
    params: TreeParams


def share_from(document: Mapping[str, Any]) -> Share:
    """Return the share that plain values describe."""
    params = TreeParams(**document["params"])
    return Share(document["name"], document["weight"], document["seeds"], params)


def plain_params(params: TreeParams) -> dict[str, Any]:
    """Return settings as plain values; what newer than older manifests is named only where used."""
    found = {name: value for name, value in vars(params).items() if name not in _NEWER or value}
    return found | {"blend": [plain_share(share) for share in params.blend]}


def plain_share(share: Share) -> dict[str, Any]:
    """Return a share as plain values."""
    return vars(share) | {"params": plain_params(share.params)}


def params_for(rows: int, chosen: Mapping[str, float]) -> TreeParams:
    """Return settings by the size of the table, small tables small trees, then what was chosen."""
    if rows < _SMALL:
        params = TreeParams(60, 4, 0.05, max(5, rows // 15), 0.6)
    elif rows < _MIDDLE:
        params = TreeParams(150, 8, 0.05, 20, 0.6)
    else:
        params = TreeParams()
    unknown = sorted(set(chosen) - set(asdict(params)) | set(chosen) & {"blend"})
    if unknown:
        raise InvalidInput(f"不认识的训练参数：{'、'.join(unknown)}", code="bad_training_spec")
    kinds = {name: type(value) for name, value in asdict(params).items()}
    return replace(params, **{name: kinds[name](value) for name, value in chosen.items()})


def fit_booster(  # noqa: PLR0913 - two are keyword-only
    matrix: Floats,
    label: NDArray[np.int8],
    transform: Transform,
    params: TreeParams,
    *,
    seed: int,
    times: NDArray[np.generic] | None = None,
) -> lightgbm.Booster:
    """Fit on rows as the transform shows them; the same input gives the same trees to the byte."""
    signs, encoding = [feature.sign for feature in transform.features], transform.encoding
    return fit_trees(
        out_of_fold(encoding, matrix, label, seed, times),
        label,
        params,
        signs=signs_among(signs, encoding),
        categories=categories_among(levels_of(transform), encoding),
        pairs=() if encoding is None else encoding.pairs,
        seed=seed,
    )


def levels_of(transform: Transform) -> list[int]:
    """Return how many levels each feature has, none where it is a number."""
    return [
        len(feature.levels) if feature.kind is FeatureKind.CATEGORICAL else 0
        for feature in transform.features
    ]


def fit_trees(  # noqa: PLR0913 - three are keyword-only
    matrix: Floats,
    label: NDArray[np.int8],
    params: TreeParams,
    *,
    signs: Sequence[int],
    categories: Sequence[int],
    seed: int,
    pairs: Sequence[int] = (),
) -> lightgbm.Booster:
    """Fit one recipe, or every share of a blend and their weighted mean, as one booster."""
    if params.blend:
        return blended(
            [
                (
                    fit_trees(
                        matrix,
                        label,
                        share.params,
                        signs=signs,
                        categories=categories,
                        pairs=pairs,
                        seed=seed + SEED_STEP * number,
                    ),
                    share.weight / share.seeds,
                )
                for share in params.blend
                for number in range(share.seeds)
            ]
        )
    data = dataset_of(matrix, label, categories)
    settings = settings_of(params, signs, seed, pairs)
    if not params.symmetric_depth:
        return lightgbm.train(settings, data, num_boost_round=params.trees)
    if any(signs):
        raise InvalidInput(
            "对称树不能保证风险方向，不能用于声明了方向的特征。", code="bad_training_spec"
        )
    bins = learn_bins(matrix, label, categories, params.max_bin)
    columns = columns_for(params, matrix.shape[1], pairs)
    trees = grow(bins.codes(matrix), label, bins, growth_of(params, seed), columns)
    frame = lightgbm.train(settings, data, num_boost_round=1)
    return with_trees(frame, [tree_text(tree, bins) for tree in trees])


def dataset_of(
    matrix: Floats, label: NDArray[np.int8], categories: Sequence[int]
) -> lightgbm.Dataset:
    """Return LightGBM's view of a matrix."""
    return lightgbm.Dataset(
        matrix,
        label.astype(np.float64),
        feature_name=[f"f{i}" for i in range(matrix.shape[1])],
        categorical_feature=list(categories),
        free_raw_data=True,
    )


def growth_of(params: TreeParams, seed: int) -> Growth:
    """Return how symmetric trees grow by these settings."""
    return Growth(
        trees=params.trees,
        depth=params.symmetric_depth,
        learning_rate=params.learning_rate,
        feature_fraction=params.feature_fraction,
        lambda_l2=params.lambda_l2,
        seed=seed,
    )


def columns_for(params: TreeParams, width: int, pairs: Sequence[int]) -> list[int]:
    """Return the columns a recipe may ask about."""
    return [place for place in range(width) if not params.alone or place not in pairs]


def settings_of(
    params: TreeParams, signs: Sequence[int], seed: int, pairs: Sequence[int] = ()
) -> dict[str, object]:
    """Return LightGBM's settings: one thread, the same input gives the same trees."""
    settings = asdict(params)
    for ours in ("trees", "blend", *_NEWER):
        del settings[ours]
    if params.alone and len(pairs):
        # a split on a column of no weight gains nothing, so it is never made
        settings["feature_contri"] = [float(i not in pairs) for i in range(len(signs))]
    return settings | {
        "objective": "binary",
        "monotone_constraints": list(signs),
        # `advanced` and `intermediate` break monotonicity when values are missing
        "monotone_constraints_method": "basic",
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "seed": seed,
        "feature_pre_filter": False,
        "verbosity": -1,
    }


def raw_scores(booster: lightgbm.Booster, matrix: Floats) -> Floats:
    """Return uncalibrated log-odds of default."""
    found: Floats = np.asarray(booster.predict(matrix, raw_score=True, num_threads=1))
    return found


def fit_calibration(raw: Floats, label: NDArray[np.int8]) -> Calibration | None:
    """Return Platt scaling of raw log-odds, or None where they do not order the outcomes."""
    slope, intercept = platt_line(raw, label)
    return Calibration(slope, intercept) if slope > 0 else None


def platt_line(log_odds: Floats, label: NDArray[np.int8]) -> tuple[float, float]:
    """Return slope and intercept of the outcome's log-odds over given log-odds.

    Targets are Platt's smoothed ones, (bad + 1) / (bad + 2) and 1 / (good + 2), so that a small or
    separable sample does not claim certainty. Both outcomes enter with their weight, for a
    classifier takes no fractions; the values are standardised, which keeps the solver steady.
    """
    bad = int(label.sum())
    target = np.where(label == 1, (bad + 1) / (bad + 2), 1 / (len(label) - bad + 2))
    middle, spread = float(log_odds.mean()), float(log_odds.std()) or 1.0
    standard = ((log_odds - middle) / spread).reshape(-1, 1)
    line = LogisticRegression(C=np.inf, solver="lbfgs", tol=1e-9, max_iter=1000)
    line.fit(
        np.concatenate([standard, standard]),
        np.repeat([1, 0], len(label)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    slope = float(line.coef_[0, 0]) / spread
    return slope, float(line.intercept_[0]) - slope * middle
