"""Run a bank's model over one firm's values, pure; only the band comes out, 计算.

What is not authorized is worth the least an input can give, so in an additive model no withheld
subset improves the band. Trees are not run at all unless every input is authorized.
"""

from math import fsum

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.joint_results.values import (
    CardInput,
    LinearInput,
    ModelInput,
    ModelKind,
    Node,
    Spec,
    TreeInput,
    Value,
    Values,
)


def band_of(spec: Spec, values: Values) -> str:
    """Return the name of the band.

    Raises:
        ValueError: an input of trees is not authorized; such a run must not have been begun.
        KeyError: a value is not there at all; absence has to be said as `Missing`.

    """
    total = total_of(spec, values)
    for band in spec.bands:
        if band.floor is None or total >= band.floor:
            return band.name
    raise ValueError("the last band has no floor")


def total_of(spec: Spec, values: Values) -> float:
    """Return the total that the bands cut; the sum is exactly rounded, so it is monotone."""
    if spec.kind is ModelKind.TREES:
        filled = {entry.code: _filled(entry, values[entry.code]) for entry in spec.inputs}
        return fsum([spec.base, *(_leaf(tree, filled) for tree in spec.trees)])
    return fsum([spec.base, *(points_of(entry, values[entry.code]) for entry in spec.inputs)])


def points_of(entry: ModelInput, value: Value) -> float:
    """Return what an input of an additive model adds; what is not authorized adds the least."""
    if isinstance(value, Missing):
        if value.cause is MissingCause.NOT_AUTHORIZED:
            return worst_points(entry)
        return entry.missing[value.cause]
    if isinstance(entry, CardInput):
        found = (one.points for one in entry.bins if one.below is None or value < one.below)
        return next(found)
    if isinstance(entry, LinearInput):
        return entry.coefficient * min(max(value, entry.low), entry.high)
    raise ValueError("trees have no points for each input")


def worst_points(entry: ModelInput) -> float:
    """Return the least that an input of an additive model can add, over all it declares."""
    if isinstance(entry, CardInput):
        return min([one.points for one in entry.bins] + list(entry.missing.values()))
    if isinstance(entry, LinearInput):
        ends = [entry.coefficient * entry.low, entry.coefficient * entry.high]
        return min(ends + list(entry.missing.values()))
    raise ValueError("trees have no worst points for each input")


def _filled(entry: ModelInput, value: Value) -> float:
    if not isinstance(value, Missing):
        return value
    if value.cause is MissingCause.NOT_AUTHORIZED or not isinstance(entry, TreeInput):
        raise ValueError("trees run only where every input is authorized")
    return entry.missing[value.cause]


def _leaf(tree: tuple[Node, ...], values: dict[str, float]) -> float:
    node = tree[0]
    while node.code is not None:
        node = tree[node.then if values[node.code] < node.below else node.other]
    return node.points
