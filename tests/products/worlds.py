"""Invented firms, wishes and criteria for the tests of products and matching."""

import random
from datetime import date, timedelta
from uuid import UUID

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.products.rules import parse_criteria
from xinyidai.products.values import (
    GRADES,
    EnterpriseKind,
    GuaranteeKind,
    IndicatorInfo,
    ListedProduct,
    MatchSubject,
    ProductKind,
    Terms,
    Wish,
    implied_criteria,
)

TODAY = date(2026, 6, 15)
INDICATORS = {
    "tax_paid_12m": IndicatorInfo("近一年纳税额", "元"),
    "dishonest_count": IndicatorInfo("在列失信被执行次数", "次"),
    "social_insured": IndicatorInfo("参保人数", "人"),
}
REGIONS = ("41", "4104", "410400", "410402", "410482", "410100", "42", "420100")
INDUSTRIES = ("C", "C13", "131", "C1311", "51", "F", "5211", "I65", "6510", "A01")
TAGS = ("high_tech", "tech_sme", "specialised_new", "whitelist:general")
NUMBERS = {
    "years_established": (0, 10),
    "registered_capital_fen": (0, 10**9),
    "employees": (0, 300),
    "revenue_fen": (0, 10**10),
    "amount_fen": (10**6, 10**9),
    "term_months": (1, 60),
    **{f"indicator:{code}": (0, 100) for code in INDICATORS},
}
CHOICES = {
    "scale": ("large", "medium", "small", "micro"),
    "enterprise_kind": tuple(EnterpriseKind),
    "guarantee": tuple(GuaranteeKind),
}


def dice_of(seed: int) -> random.Random:
    """Return dice that always fall the same way."""
    return random.Random(seed)  # noqa: S311 - invented worlds, no secrets


def criterion(field, operator, value=None, code="condition"):
    """Return the JSON of one criterion."""
    return {
        "code": code,
        "field": field,
        "operator": operator,
        "value": value,
        "when_missing": "insufficient",
        "denial_text": "不符合该产品的条件。",
        "reason_code": "other",
        "effective_from": None,
    }


def parsed(field, operator, value=None):
    """Return one parsed criterion."""
    return parse_criteria([criterion(field, operator, value)], INDICATORS)[0]


def random_criterion(dice: random.Random, place: int):
    """Return a random criterion over every field type and operator."""
    shape = dice.choice(("number", "number", "choice", "path", "tags", "grade", "flag"))
    field, operator, value = SHAPES[shape](dice)
    return criterion(field, operator, value, f"c{place}")


def _number(dice):
    field = dice.choice(tuple(NUMBERS))
    low, high = NUMBERS[field]
    ends = sorted((dice.randint(low, high), dice.randint(low, high)))
    operator = dice.choice(("at_least", "at_most", "between"))
    return field, operator, ends if operator == "between" else ends[0]


def _some(dice, values):
    return [str(value) for value in dice.sample(values, dice.randint(1, min(3, len(values))))]


def _choice(dice):
    field = dice.choice(tuple(CHOICES))
    return field, dice.choice(("is_one_of", "is_none_of")), _some(dice, CHOICES[field])


def _path(dice):
    if dice.random() < 0.5:
        return "region_code", dice.choice(("in_region", "is_none_of")), _some(dice, REGIONS)
    return "industry", dice.choice(("in_industry", "is_none_of")), _some(dice, INDUSTRIES)


def _tags(dice):
    return "tags", dice.choice(("has_any", "has_all", "has_none")), _some(dice, TAGS)


def _grade(dice):
    operator = dice.choice(("at_least", "at_most", "is_one_of", "is_none_of", "between"))
    if operator in {"at_least", "at_most"}:
        return "grade", operator, dice.choice(GRADES)
    return "grade", operator, dice.sample(GRADES, 2)


def _flag(dice):
    return "in_operation", dice.choice(("is_true", "is_false")), None


SHAPES = {
    "number": _number,
    "choice": _choice,
    "path": _path,
    "tags": _tags,
    "grade": _grade,
    "flag": _flag,
}


def random_product(dice: random.Random, number: int) -> ListedProduct:
    """Return an invented listed product with up to ten criteria."""
    raw = [random_criterion(dice, place) for place in range(dice.randint(0, 4))]
    regions = tuple(_some(dice, REGIONS)) if dice.random() < 0.3 else ()
    whitelist = "general" if dice.random() < 0.1 else None
    criteria = implied_criteria(regions, whitelist) + parse_criteria(raw, INDICATORS)
    return listed(number, criteria)


def listed(number: int, criteria=(), terms: Terms | None = None, **more) -> ListedProduct:
    """Return a listed product with these criteria and terms."""
    return ListedProduct(
        version_id=UUID(int=number),
        product_id=UUID(int=10_000 + number),
        institution_id=UUID(int=1),
        code=f"P{number}",
        name=f"产品{number}",
        kind=ProductKind.CREDIT_LOAN,
        terms=terms or Terms(),
        criteria=tuple(criteria),
        **more,
    )


def random_subject(dice: random.Random, missing: float = 0.15) -> MatchSubject:
    """Return an invented firm; each fact is missing with this probability."""

    def maybe(value):
        absent = Missing(dice.choice(tuple(MissingCause)))
        return absent if dice.random() < missing else value

    return MatchSubject(
        region_code=maybe(dice.choice(("410482", "410402", "410400", "410000", "420100", "bad"))),
        industry_code=maybe(dice.choice(("C1311", "1312", "51", "5211", "6510", "C", "0111"))),
        scale=maybe(dice.choice(CHOICES["scale"])),
        kind=maybe(dice.choice(tuple(EnterpriseKind))),
        established_on=maybe(TODAY - timedelta(days=dice.randint(0, 4000))),
        in_operation=maybe(dice.random() < 0.9),
        registered_capital_fen=maybe(dice.randint(0, 10**9)),
        employees=maybe(dice.randint(0, 300)),
        revenue_fen=maybe(dice.randint(0, 10**10)),
        tags=maybe(_held_and_unknown(dice)),
        grade=maybe(dice.choice((*GRADES, None))),
        indicators={code: maybe(float(dice.randint(0, 100))) for code in INDICATORS},
    )


def _held_and_unknown(dice):
    held = frozenset(dice.sample(TAGS, dice.randint(0, 3)))
    unknown = dice.sample(TAGS, dice.randint(1, 2)) if dice.random() < 0.3 else []
    return held | {f"?{tag}" for tag in unknown if tag not in held}


def random_wish(dice: random.Random) -> Wish:
    """Return an invented wish, now and then empty."""
    if dice.random() < 0.2:
        return Wish()
    return Wish(dice.randint(10**6, 10**9), dice.randint(1, 60), dice.choice(tuple(GuaranteeKind)))
