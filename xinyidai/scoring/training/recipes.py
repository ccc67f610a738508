"""The recipes the search tries (训练配方): from stumps, nearly linear, to deep randomised trees."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xinyidai.scoring.training.fit import TreeParams

SMALL = 2_500
"""So many rows are few: no first stage, no slow recipes."""

_MOST_ROUNDS = 600
_SLOW_ROUNDS, _SLOWER = 900, 0.6
_SYMMETRIC_ROUNDS = 500


def recipes(rows: int, *, has_categories: bool) -> dict[str, TreeParams]:
    """Return the recipes worth trying on a table of so many rows."""
    leaf = max(5, min(40, rows // 40))
    slow = 0.05 if rows < SMALL else 0.06
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
    if rows >= SMALL:
        found["deep"] = replace(
            base, num_leaves=63, feature_fraction=0.4, min_data_in_leaf=60, lambda_l2=20.0
        )
    if has_categories:
        found["wary"] = replace(
            base, num_leaves=15, cat_smooth=60.0, cat_l2=30.0, min_data_per_group=30
        )
    return found


def finalists(best: Mapping[str, TreeParams], pairs: Sequence[int]) -> dict[str, TreeParams]:
    """Return the recipes of the last stage where no sign is declared: the best, slower, and more.

    Symmetric trees cannot keep a declared direction. Where pairs of categories are shown, the two
    best also run without them, for a pair may say less of tomorrow than of today.
    """
    found = {
        name: replace(params, trees=_SLOW_ROUNDS, learning_rate=_SLOWER * params.learning_rate)
        for name, params in best.items()
    }
    if pairs:
        two = list(found.items())[:2]
        found |= {f"{name}-alone": replace(params, alone=True) for name, params in two}
    base = TreeParams(
        trees=_SYMMETRIC_ROUNDS,
        learning_rate=0.05,
        feature_fraction=0.5,
        lambda_l2=3.0,
        max_bin=64,
        alone=bool(pairs),
    )
    found["symmetric"] = replace(base, symmetric_depth=6)
    found["symmetric-low"] = replace(base, symmetric_depth=4, feature_fraction=0.7)
    return found
