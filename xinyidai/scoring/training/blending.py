"""Several boosters as one LightGBM model: their trees one after the other, leaves scaled.

The sum of the scaled trees is the weighted mean of the boosters' log-odds, so the artefact stays
one text file that any LightGBM reads, and monotone boosters stay monotone together.
"""

from collections.abc import Sequence

import lightgbm

_SCALED = ("leaf_value=", "internal_value=", "shrinkage=")


def blended(members: Sequence[tuple[lightgbm.Booster, float]]) -> lightgbm.Booster:
    """Return the weighted mean of boosters over the same features; weights add up to one."""
    if len(members) == 1:
        return members[0][0]
    texts = [booster.model_to_string() for booster, _ in members]
    trees: list[str] = []
    for text, (_, weight) in zip(texts, members, strict=True):
        body = text[text.index("Tree=0\n") : text.index("end of trees")]
        trees += [_scaled(tree, weight) for tree in body.split("Tree=")[1:]]
    return _assembled(texts[0], [tree[tree.index("\n") + 1 :] for tree in trees])


def with_trees(frame: lightgbm.Booster, trees: Sequence[str]) -> lightgbm.Booster:
    """Return a booster that says of itself what `frame` does and has other trees."""
    return _assembled(frame.model_to_string(), trees)


def _assembled(text: str, trees: Sequence[str]) -> lightgbm.Booster:
    numbered = [f"Tree={number}\n{tree}" for number, tree in enumerate(trees)]
    sizes = " ".join(str(len(tree.encode())) for tree in numbered)
    head = "\n".join(
        f"tree_sizes={sizes}" if line.startswith("tree_sizes=") else line
        for line in text[: text.index("Tree=0\n")].split("\n")
    )
    tail = text[text.index("end of trees") :]
    return lightgbm.Booster(model_str=head + "".join(numbered) + tail)


def _scaled(tree: str, weight: float) -> str:
    lines = []
    for line in tree.split("\n"):
        if line.startswith(_SCALED):
            name, _, values = line.partition("=")
            scaled = " ".join(repr(float(value) * weight) for value in values.split())
            lines.append(f"{name}={scaled}")
        else:
            lines.append(line)
    return "\n".join(lines)
