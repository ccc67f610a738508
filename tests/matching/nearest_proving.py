"""差一点 held by brute force: every change a firm could make, judged by the naive evaluator.

A small city: four fields that a firm can move, one it cannot, all their values tried together.
"""

import itertools

from tests.matching import naive
from tests.products.worlds import criterion, dice_of, listed
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.matching.nearest import nearest
from xinyidai.matching.rules import findings_for
from xinyidai.products.rules import parse_criteria

TAGS = ("high_tech", "tech_sme", "specialised_new")
LETTERS = ("D", "CC", "B", "BBB", "A")
GRID = {
    "employees": list(range(6)),
    "amount_fen": list(range(1, 6)),
    "grade": list(naive.LETTERS),
    "tags": [frozenset(c) for n in range(4) for c in itertools.combinations(TAGS, n)],
}
DOUBT = "?"  # before a tag of which nobody knows whether the firm holds it
REGIONS = ("410402", "410482", "420100")


def match_nearest_is_smallest(cases, seed=20260617):
    """Return in how many cases the change fails, or a smaller one works, or one was overlooked."""
    dice, wrong = dice_of(seed), 0
    for number in range(cases):
        raw = _product(dice)
        firm = _firm(dice)
        change = nearest_change(listed(number, parse_criteria(raw, {})), firm)
        wrong += not _holds(raw, firm, change)
    return wrong


def nearest_change(product, readings):
    """Return what opens the product for the firm, or None where nothing does or need be done."""
    found = nearest(findings_for(product, readings))
    return found if found.opens else None


def obstacles(product, readings):
    """Return the fields in the way that the firm cannot change."""
    return nearest(findings_for(product, readings)).blocked


def _product(dice):
    raw = [_criterion(dice, field) for field in dice.choices(tuple(GRID), k=dice.randint(1, 4))]
    if dice.random() < 0.2:
        raw.append(criterion("region_code", "in_region", [dice.choice(REGIONS)]))
    for place, one in enumerate(raw):
        one["code"] = f"c{place}"
    return raw


def _criterion(dice, field):
    if field == "tags":
        operator = dice.choice(("has_any", "has_any", "has_all", "has_none"))
        return criterion(field, operator, dice.sample(TAGS, dice.randint(1, 2)))
    values = naive.LETTERS if field == "grade" else GRID[field]
    low, high = sorted(dice.sample(range(len(values)), 2))
    operator = dice.choice(("at_least", "at_least", "at_most", "between"))
    ends = [values[low], values[high]]
    return criterion(field, operator, ends if operator == "between" else dice.choice(ends))


def _firm(dice):
    firm = {field: dice.choice(values) for field, values in GRID.items()}
    firm["region_code"] = dice.choice(REGIONS)
    if dice.random() < 0.3:
        unknown = [tag for tag in TAGS if tag not in firm["tags"]]
        firm["tags"] |= {DOUBT + tag for tag in unknown[: dice.randint(1, 2)]}
    return {
        field: Missing(dice.choice(tuple(MissingCause))) if dice.random() < 0.1 else value
        for field, value in firm.items()
    }


def plain(readings):
    """Return readings for the naive evaluator."""
    return {field: naive.known(value) for field, value in readings.items()}


def _holds(raw, firm, change):
    steps = _passing_steps(raw, plain(firm))
    if change is None:
        return not steps or {} in steps
    after = plain(change.apply(firm))
    if naive.product_says(raw, after) != naive.YES:
        return False
    if steps is None or {} in steps:
        return False
    mine = _steps_between(plain(firm), after)
    if any(mine[c.field.code] != c.step for c in change.changes) or len(mine) != len(
        change.changes
    ):
        return False
    return not any(_is_smaller(other, mine) for other in steps)


def _passing_steps(raw, firm):
    """Try everything the firm could do; return the steps of what makes the product fit."""
    asked = {one["field"] for one in raw}
    pools = {field: _reachable(field, firm.get(field)) for field in asked}
    found = []
    for values in itertools.product(*pools.values()):
        other = {**firm, **dict(zip(pools, values, strict=True))}
        if naive.product_says(raw, other) == naive.YES:
            found.append(_steps_between(firm, other))
    return found


def _reachable(field, have):
    """Staff, grade and tags only grow; the wish is free; a region stays, but may be supplied."""
    if field == "region_code":
        return REGIONS if have is None else [have]
    values = GRID[field]
    if have is None or field == "amount_fen":
        return values
    if field == "tags":
        return [have, *(value for value in values if value >= _sure(have))]
    return values[values.index(have) :]


def _steps_between(firm, other):
    return {
        field: _step(field, firm.get(field), value)
        for field, value in other.items()
        if firm.get(field) != value
    }


def _sure(tags):
    return {tag for tag in tags if not tag.startswith(DOUBT)}


def _step(field, have, value):
    if have is None:
        return 0
    if field == "tags":
        return len(value - _sure(have) - {tag.removeprefix(DOUBT) for tag in have})
    if field == "grade":
        return abs(naive.LETTERS.index(value) - naive.LETTERS.index(have))
    return abs(value - have)


def _is_smaller(one, other):
    if len(one) != len(other):
        return len(one) < len(other)
    if one.keys() != other.keys():
        return False
    return one != other and all(one[field] <= other[field] for field in other)
