import json
import math

import numpy as np
import pytest

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.calibration import Calibration
from xinyidai.scoring.transform import (
    FeatureTransform,
    Transform,
    Wording,
    level_text,
    transform_from_json,
    transform_json,
)
from xinyidai.scoring.values import FeatureKind, MissingPolicy, ValueFormat

NUMBER = FeatureKind.NUMERIC


def placed(*features: FeatureTransform, min_core: int = 0) -> Transform:
    return Transform(features, MissingPolicy.PLACED, Calibration(1, 0), "2026.1", min_core)


def feature(name: str = "sales", sign: int = -1, *, core: bool = False) -> FeatureTransform:
    return FeatureTransform(
        name, NUMBER, sign, 0.0, 10.0, 4.0, (0.0, 10.0), Wording(name), core=core
    )


@pytest.mark.parametrize(
    ("cause", "seen"),
    [(MissingCause.NO_RECORD, 4.0), (MissingCause.STALE, 4.0), (MissingCause.NOT_AUTHORIZED, 0.0)],
)
def test_a_gap_stands_where_it_learned_to_but_a_withheld_value_stands_worst(cause, seen):
    transform = placed(feature())
    assert transform.matrix(*transform.raw_row({"sales": Missing(cause)}))[0, 0] == seen


def test_the_worst_value_of_a_risky_feature_is_its_largest():
    transform = placed(feature(sign=1))
    row = transform.raw_row({"sales": Missing(MissingCause.NOT_AUTHORIZED)})
    assert transform.matrix(*row)[0, 0] == 10.0


@pytest.mark.parametrize(("value", "seen"), [(-5, 0.0), (3, 3.0), (1e9, 10.0)])
def test_values_outside_the_training_range_are_clipped_to_it(value, seen):
    transform = placed(feature())
    assert transform.matrix(*transform.raw_row({"sales": value}))[0, 0] == seen


def test_silence_about_a_feature_is_refused():
    with pytest.raises(InvalidInput) as refusal:
        placed(feature()).raw_row({"other": 1.0})
    assert set(refusal.value.fields) == {"sales"}


@pytest.mark.parametrize("value", [math.nan, math.inf, "many"])
def test_a_value_that_is_no_finite_number_is_refused(value):
    with pytest.raises(InvalidInput):
        placed(feature()).raw_row({"sales": value})


def test_infinity_in_a_matrix_is_refused():
    with pytest.raises(InvalidInput):
        placed(feature()).matrix(np.array([[np.inf]]))


def test_a_feature_without_sign_has_no_worst_value():
    with pytest.raises(ValueError, match="no declared sign"):
        _ = feature(sign=0).worst


def test_without_a_sign_there_is_no_placed_model():
    with pytest.raises(ValueError, match="no sign"):
        placed(feature(sign=0))


def test_a_category_is_its_level_and_an_unknown_one_is_a_gap():
    levels = FeatureTransform(
        "kind", FeatureKind.CATEGORICAL, 0, 0, 1, None, (0, 1), Wording("kind"), ("1", "shop")
    )
    assert [levels.encode(1.0), levels.encode("shop")] == [0.0, 1.0]
    assert math.isnan(levels.encode("farm"))


def test_too_few_core_features_are_counted_with_withheld_ones_as_absent():
    transform = placed(feature("a", core=True), feature("b", core=True), feature("c"), min_core=2)
    raw = np.array([[1, 2, np.nan], [1, np.nan, 3], [1, 2, 3]], dtype=np.float64)
    withheld = np.array([[0, 0, 0], [0, 0, 0], [1, 0, 0]], dtype=np.bool_)
    assert transform.lacks_core(raw, withheld).tolist() == [False, True, True]


def test_json_gives_the_transform_back():
    words = Wording("销售额", ValueFormat.FEN, "", "{label}为 {value}", "多开票", (("1", "是"),))
    transform = placed(feature(), FeatureTransform("x", NUMBER, 1, 0.1, 1 / 3, 0.2, (0.1,), words))
    assert transform_from_json(json.loads(json.dumps(transform_json(transform)))) == transform


@pytest.mark.parametrize(
    ("show", "value", "text"),
    [
        (ValueFormat.FEN, 123_456_789, "123.46 万元"),
        (ValueFormat.SHARE, 0.1234, "12.3%"),
        (ValueFormat.NUMBER, 3.0, "3 个"),
        (ValueFormat.NUMBER, 0.12345, "0.1235 个"),
    ],
)
def test_a_value_reads_as_a_person_would_write_it(show, value, text):
    assert Wording("指标", show, "个").value_text(value) == text


def test_one_is_the_same_category_however_it_is_written():
    assert {level_text(1), level_text(1.0), level_text("1")} == {"1"}
