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
from xinyidai.scoring.training.blending import blended
from xinyidai.scoring.transform import Transform
from xinyidai.scoring.values import FeatureKind, Floats

_SMALL, _MIDDLE = 500, 3_000
SEED_STEP = 101


@dataclass(frozen=True)
class TreeParams:
    """LightGBM's settings; names are LightGBM's own except `trees`.

    With a `blend` the model is the weighted mean of several recipes and the rest is unused.
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


def fit_booster(
    matrix: Floats,
    label: NDArray[np.int8],
    transform: Transform,
    params: TreeParams,
    *,
    seed: int,
) -> lightgbm.Booster:
    """Fit on rows as the model sees them; the same input gives the same trees, byte for byte."""
    return fit_trees(
        matrix,
        label,
        params,
        signs=[feature.sign for feature in transform.features],
        categories=categories_of(transform),
        seed=seed,
    )


def categories_of(transform: Transform) -> list[int]:
    """Return the positions of the features that are categories."""
    return [i for i, f in enumerate(transform.features) if f.kind is FeatureKind.CATEGORICAL]


def fit_trees(  # noqa: PLR0913 - three are keyword-only
    matrix: Floats,
    label: NDArray[np.int8],
    params: TreeParams,
    *,
    signs: Sequence[int],
    categories: Sequence[int],
    seed: int,
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
                        seed=seed + SEED_STEP * number,
                    ),
                    share.weight / share.seeds,
                )
                for share in params.blend
                for number in range(share.seeds)
            ]
        )
    data = lightgbm.Dataset(
        matrix,
        label.astype(np.float64),
        feature_name=[f"f{i}" for i in range(matrix.shape[1])],
        categorical_feature=list(categories),
        free_raw_data=True,
    )
    return lightgbm.train(settings_of(params, signs, seed), data, num_boost_round=params.trees)


def settings_of(params: TreeParams, signs: Sequence[int], seed: int) -> dict[str, object]:
    """Return LightGBM's settings: one thread, the same input gives the same trees."""
    settings = asdict(params)
    del settings["trees"], settings["blend"]
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
