import math

import pytest

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.rules import (
    MASTER_SCALES,
    check_master_scale,
    grade_of,
    is_forbidden_feature,
    is_id_name,
    points_of,
    why_not_activatable,
)
from xinyidai.scoring.values import Grade, MissingPolicy, ModelState


@pytest.mark.parametrize("version", sorted(MASTER_SCALES))
def test_a_master_scale_names_every_grade_once_in_order(version):
    check_master_scale(MASTER_SCALES[version])


def test_a_scale_whose_ends_do_not_grow_is_refused():
    scale = list(MASTER_SCALES["2026.1"])
    scale[3], scale[4] = (scale[3][0], scale[4][1]), (scale[4][0], scale[3][1])
    with pytest.raises(ValueError, match="grow"):
        check_master_scale(scale)


@pytest.mark.parametrize(
    ("pd", "grade"),
    [(0, Grade.AAA), (0.003, Grade.AA), (0.049999, Grade.BB), (0.05, Grade.B), (1, Grade.D)],
)
def test_a_grade_ends_below_its_bound(pd, grade):
    assert grade_of(pd) is grade


@pytest.mark.parametrize("pd", [-0.01, 1.01, math.nan])
def test_a_probability_outside_its_range_has_no_grade(pd):
    with pytest.raises(InvalidInput):
        grade_of(pd)


def test_halving_the_odds_of_default_adds_fifty_points():
    odds = math.log(1 / 19)
    assert points_of(odds) == 600
    assert points_of(odds - math.log(2)) == 650


def test_points_stay_between_300_and_900():
    assert (points_of(50), points_of(-50)) == (300, 900)


@pytest.mark.parametrize("name", ["EID", "uscc", "owner_phone", "企业代号", "企业名称", "id"])
def test_a_column_that_identifies_is_known_by_its_name(name):
    assert is_id_name(name)


@pytest.mark.parametrize("name", ["void_share", "NAICS2", "paid_months", "industry_code", "period"])
def test_an_indicator_is_not_taken_for_an_id(name):
    assert not is_id_name(name)


@pytest.mark.parametrize(
    "name", ["gender", "民族", "商鼎分", "personal_points", "个人信用积分", "信誉评级"]
)
def test_personal_traits_and_personal_points_never_enter_a_score(name):
    assert is_forbidden_feature(name)


def test_only_a_signed_placed_clean_model_may_be_activated():
    clean = {
        "policy": MissingPolicy.PLACED,
        "state": ModelState.CANDIDATE,
        "unsigned": [],
        "leaks": [],
        "failed_proofs": 0,
    }
    assert why_not_activatable(**clean) == []
    assert len(why_not_activatable(**clean | {"policy": MissingPolicy.NATIVE})) == 1
    assert "x" in why_not_activatable(**clean | {"unsigned": ["x"]})[0]
    assert why_not_activatable(**clean | {"state": ModelState.REFERENCE})
    assert why_not_activatable(**clean | {"failed_proofs": 1})
