"""The rule table and the evaluation itself, without a database."""

from decimal import Decimal

import pytest

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.evaluation_rules import EvaluationGrade, evaluation_rules, read_rules
from xinyidai.catalogue.missing import MissingCause
from xinyidai.catalogue.reading import parse_catalogue
from xinyidai.credit_evaluations import rules
from xinyidai.credit_evaluations.values import Reading

TABLE = evaluation_rules()
ITEMS = [item for dimension in TABLE.dimensions for item in dimension.items]
GOOD = {
    "tax_grade_latest": 4,
    "honours_36m": 1,
    "high_tech_valid": 1,
    "licences_36m": 2,
    "environment_grade_latest": 4,
}
TEXT = """
version: "1"
standard: S
name: N
cycle_days: 31
least_counted_percent: 60
grades:
  - {code: A, name: 优, from: 85, meaning: m}
  - {code: B, name: 良, from: 70, meaning: m}
  - {code: C, name: 中, from: 55, meaning: m}
  - {code: D, name: 差, from: 0, meaning: m}
worst_when: [{indicator: dishonesty_listed, because: b}]
dimensions:
"""


def readings(**changes):
    """Return a firm with the best value of every item but what is changed; None is no record."""
    values = {item.indicator: GOOD.get(item.indicator, 0) for item in ITEMS} | changes
    return {
        code: Reading(None, MissingCause.NO_RECORD) if value is None else Reading(Decimal(value))
        for code, value in values.items()
    }


def table(*dimensions: str, text: str = TEXT):
    return read_rules(parse_catalogue(text + "\n".join(dimensions), "test"))


def dimension(
    code: str, indicator: str = "penalties_24m", points: int = 20, steps: str = ""
) -> str:
    steps = steps or f"{{up_to: 0, points: {points}}}, {{else: true, points: 0}}"
    item = f"{{code: {code}_i, indicator: {indicator}, points: {points}, steps: [{steps}]}}"
    return f"  - {{code: {code}, name: {code}, items: [{item}]}}"


FIVE = [dimension(code) for code in "abcde"]


def test_the_best_firm_has_every_point():
    found = rules.evaluate(TABLE, readings())
    assert (found.total, found.grade, found.counted_percent) == (100, EvaluationGrade.A, 100)


def test_points_by_hand():
    found = rules.evaluate(
        TABLE,
        readings(penalties_24m=2, tax_grade_latest="2.5", enforcement_amount_36m=5_000_000),
    )
    assert found.by_indicator["penalties_24m"].points == 2
    assert found.by_indicator["tax_grade_latest"].points == 5
    assert found.by_indicator["enforcement_amount_36m"].points == 3
    assert found.total == Decimal(100 - 6 - 5 - 4)
    assert found.grade is EvaluationGrade.B


@pytest.mark.parametrize(
    ("total", "grade"), [("100", "A"), ("90", "A"), ("89.99", "B"), ("75", "B"), ("74.99", "C"),
                         ("60", "C"), ("59.99", "D"), ("0", "D")]
)  # fmt: skip
def test_a_grade_begins_exactly_at_its_points(total, grade):
    assert TABLE.grade_of(Decimal(total)).grade == grade


@pytest.mark.parametrize("listed", [one.indicator for one in TABLE.worst_when])
def test_a_serious_list_gives_d_whatever_the_points(listed):
    found = rules.evaluate(TABLE, readings(**{listed: 1}))
    assert found.grade is EvaluationGrade.D
    assert len(found.worst_because) == 1
    assert (found.total or 0) > 85


def test_a_missing_item_is_left_out_and_its_dimension_scaled():
    found = rules.evaluate(TABLE, readings(tax_grade_latest=None))
    [merit] = [one for one in found.dimensions if one.code == "merit"]
    assert merit.points == merit.most == 20
    assert found.total == 100
    assert found.by_indicator["tax_grade_latest"].points is None
    assert found.counted_percent == 90


def test_too_little_data_is_no_grade_and_never_a_bad_one():
    known = {item.indicator: None for item in ITEMS}
    assert rules.evaluate(TABLE, readings(**known)).grade is None
    found = rules.evaluate(TABLE, readings(**{**known, "penalties_24m": 9}))
    assert (found.grade, found.total) == (None, None)


def test_a_known_serious_list_counts_also_with_too_little_data():
    known = {item.indicator: None for item in ITEMS} | {"dishonesty_listed": 1}
    found = rules.evaluate(TABLE, readings(**known))
    assert (found.grade, found.total) == (EvaluationGrade.D, None)


def test_an_indicator_nobody_speaks_of_counts_as_no_record():
    assert rules.evaluate(TABLE, {}).grade is None


def test_every_item_never_gains_by_a_worse_value():
    worse = {item.indicator: (2, 10**9) if item.steps[0].up_to is not None else (1, 0)
             for item in ITEMS}  # fmt: skip
    for item in ITEMS:
        best = rules.evaluate(TABLE, readings()).by_indicator[item.indicator].points
        for value in worse[item.indicator]:
            got = rules.evaluate(TABLE, readings(**{item.indicator: value}))
            assert got.by_indicator[item.indicator].points <= best


def test_the_same_content_has_the_same_hash():
    one, two = (rules.evaluate(TABLE, readings(penalties_24m=n)) for n in (1, 2))
    assert rules.content_hash(one) != rules.content_hash(two)
    assert rules.content_hash(one) == rules.content_hash(
        rules.evaluate(TABLE, readings(penalties_24m=1))
    )


def test_a_sound_table_is_read():
    assert len(table(*FIVE).dimensions) == 5


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (FIVE[:4], "five dimensions"),
        ([*FIVE[:4], dimension("e", points=30)], "a hundred"),
        ([*FIVE[:4], dimension("e", indicator="horoscope")], "not in the dictionary"),
        ([*FIVE[:4], dimension("d")], "twice"),
        ([*FIVE[:4], dimension("e", steps="{up_to: 0, points: 20}")], "takes the rest"),
        ([*FIVE[:4], dimension("e", steps="{up_to: 0, points: 25}, {else: true, points: 0}")],
         "more than the item"),
        ([*FIVE[:4], dimension("e", steps="{points: 20}, {else: true, points: 0}")], "a step has"),
        ([*FIVE[:4], dimension("e", steps="{else: true, points: 20, colour: red}")], "unknown"),
    ],
)  # fmt: skip
def test_a_table_that_contradicts_itself_is_refused(broken, complaint):
    with pytest.raises(CatalogueBroken, match=complaint):
        table(*broken)


@pytest.mark.parametrize(
    ("old", "new"),
    [("from: 70", "from: 90"), ("code: B", "code: A"), ("from: 0", "from: 10"),
     ("least_counted_percent: 60", "least_counted_percent: 0"), ("cycle_days: 31", "cycle_days: 0"),
     ("code: D", "code: E")],
)  # fmt: skip
def test_grades_and_periods_are_checked(old, new):
    with pytest.raises(CatalogueBroken):
        table(*FIVE, text=TEXT.replace(old, new))
