"""A city of the size that matching is measured on: 1,000 products of 6–12 criteria, many firms.

178 counties, 97 divisions, 24 tags, 12 exclusion flags and 16 numbers; about 7 % of the pairs of
firm and product fit. Firms are drawn as columns, because a million dicts do not fit a bench; any
of them can be read back as a dict.
"""

from dataclasses import replace
from decimal import Decimal

import numpy as np

from tests.products.worlds import criterion, dice_of, listed
from xinyidai.matching.columns import CodeColumn, FirmColumns, NumberColumn, TagColumn
from xinyidai.products.rules import parse_criteria
from xinyidai.products.service.vocabulary import indicator_names
from xinyidai.products.values import (
    GRADES,
    NO_RECORD,
    CostBasis,
    CostCode,
    CostItem,
    EnterpriseKind,
    GuaranteeKind,
    Terms,
    industry_path,
)

COUNTIES = [f"{city}{county:02d}" for city in range(4101, 4119) for county in range(2, 12)][:178]
DIVISIONS = [industry_path(f"{division:02d}") for division in range(1, 98)]
TAG_CODES = [f"whitelist:list_{number}" for number in range(24)]
FLAGS = [
    f"indicator:{code}"
    for code in (
        "tax_abnormal_listed", "serious_violation_listed", "major_tax_violation_listed",
        "dishonesty_listed", "abnormal_listed", "bankruptcy_open", "loans_overdue",
        "property_seizures_active", "compulsions_active", "penalties_24m", "tax_penalties_24m",
        "customs_penalties_24m",
    )
]  # fmt: skip
MEASURES = [
    f"indicator:{code}"
    for code in (
        "tax_paid_12m", "invoice_sales_12m", "electricity_12m", "social_insurance_staff_latest",
        "housing_fund_staff_latest", "patents_total", "trademarks_total", "honours_36m",
        "procurement_wins_36m", "invoice_active_months_36m",
    )
]  # fmt: skip
SCALES = {  # highest value of each number; drawn with many small and few large ones
    "years_established": 30,
    "registered_capital_fen": 10**10,
    "employees": 500,
    "revenue_fen": 10**11,
    "amount_fen": 10**9,
    "term_months": 60,
    **dict.fromkeys(MEASURES, 1000),
}
WHOLE = {"employees", "term_months", *MEASURES}
GUARANTEES = tuple(GuaranteeKind)
MISSING_SHARE = 0.01
_YEARLY = CostItem(CostCode.GUARANTEE_FEE, CostBasis.PER_YEAR_OF_AMOUNT, Decimal("0.01"))
_ONCE = CostItem(CostCode.EVALUATION_FEE, CostBasis.ONCE_OF_AMOUNT, Decimal("0.005"))
# None, one without other fees, known fees, and fees without a number with and without a ceiling.
SHEETS = (
    None,
    (),
    (_YEARLY,),
    (_YEARLY, _ONCE),
    (_YEARLY, replace(_ONCE, value=None)),
    (replace(_YEARLY, value=None),),
)


def city_products(count=1000, seed=20261122):
    """Return products as a bank writes them: (JSON criteria, listed product)."""
    dice = dice_of(seed)
    return [_product(dice, number) for number in range(count)]


def _product(dice, number):
    raw = [
        criterion("region_code", "in_region", dice.sample(COUNTIES, dice.randint(60, 130))),
        criterion("industry", "in_industry", dice.sample(DIVISIONS, dice.randint(35, 80))),
    ]
    if dice.random() < 0.7:
        raw.append(criterion("tags", "has_any", dice.sample(TAG_CODES, dice.randint(3, 8))))
    raw += [criterion(flag, "at_most", 0) for flag in dice.sample(FLAGS, dice.randint(0, 2))]
    chosen = dice.sample(tuple(SCALES), dice.randint(3, min(9, 12 - len(raw))))
    raw += [_range(dice, field) for field in chosen]
    if len(raw) < 12 and dice.random() < 0.2:
        raw.append(criterion("grade", "at_least", dice.choice(GRADES[5:])))
    for place, one in enumerate(raw):
        one["code"] = f"c{place}"
    return raw, listed(number, parse_criteria(raw, indicator_names()), _terms(dice, number))


def _range(dice, field):
    low, high = dice.random() * 0.25, 0.75 + dice.random() * 0.25
    ends = [_quantile(field, low), _quantile(field, high)]
    operator = dice.choice(("at_least", "at_most", "between"))
    value = {"at_least": ends[0], "at_most": ends[1], "between": ends}[operator]
    return criterion(field, operator, value)


def _quantile(field, share):
    value = SCALES[field] * share**3
    return round(value, 2) if field == "years_established" else int(value)


def _terms(dice, number):
    low = dice.choice((None, 1_000_000, 5_000_000))
    return Terms(
        amount_min_fen=low,
        amount_max_fen=dice.choice((None, *(n * 10**7 for n in (1, 3, 10, 30, 100)))),
        term_min_months=dice.choice((None, 1, 3)),
        term_max_months=dice.choice((12, 24, 36, 60)),
        rate_max=dice.choice((None, *(Decimal(n) / 1000 for n in range(30, 110)))),
        cost_items=SHEETS[dice.choice((0, 2, 4)) + number % 2],
        guarantee=dice.choice(GUARANTEES),
        promise_days=dice.choice((None, *range(1, 20))),
    )


def city_firms(count, seed=7):
    """Return the columns of so many firms with their wishes."""
    draw = np.random.default_rng(seed)
    columns = {field: NumberColumn(_numbers(draw, field, count)) for field in SCALES}
    for flag in FLAGS:
        raised = (draw.random(count) < 0.04).astype(np.float64)
        columns[flag] = NumberColumn(_with_gaps(draw, raised, np.nan))
    for field, known in CODED.items():
        codes = draw.integers(1, len(known) + 1, count, dtype=np.int32)
        columns[field] = CodeColumn(_with_gaps(draw, codes, 0), (NO_RECORD, *known))
    columns["tags"] = _tags(draw, count)
    return FirmColumns(count, columns)


CODED = {
    "region_code": COUNTIES,
    "industry": DIVISIONS,
    "grade": GRADES,
    "guarantee": GUARANTEES,
    "scale": ("large", "medium", "small", "micro"),
    "enterprise_kind": tuple(EnterpriseKind),
    "in_operation": (True, False),
}


def _numbers(draw, field, count):
    values = SCALES[field] * draw.random(count) ** 3
    if field == "years_established":
        values = np.floor(values * 12) / 12
    elif field in WHOLE or field.endswith("_fen"):
        values = np.floor(values) + 1  # nobody wishes for nothing
    return _with_gaps(draw, values, np.nan)


def _with_gaps(draw, values, absent):
    values[draw.random(len(values)) < MISSING_SHARE] = absent
    return values


def _tags(draw, count):
    words = np.zeros(count, dtype=np.uint64)
    for place in range(len(TAG_CODES)):
        words |= (draw.random(count) < 0.12).astype(np.uint64) << np.uint64(place)
    gaps = draw.random(count) < MISSING_SHARE
    words[gaps] = 0
    return TagColumn((words,), tuple(TAG_CODES), gaps)
