import json

import numpy as np
import pytest

from xinyidai.scoring.encoding import (
    PRIOR_ROWS,
    Encoding,
    LevelTable,
    encoding_from_json,
    encoding_json,
)

CITY = LevelTable((1,), 4, (0, 1, 3), (2, 10, 1), (1, 6, 0))
PAIR = LevelTable((1, 2), 3, (1, 5), (4, 3), (2, 0))
ENCODING = Encoding(3, (0, 2), (CITY, PAIR), 0.25)
ROWS = np.array([[7.0, 0.0, 1.0], [np.nan, 2.0, np.nan], [1.0, np.nan, 0.0], [2.0, 99.0, 5.0]])


def test_rates_and_counts_stand_behind_what_is_kept():
    wide = ENCODING.widen(ROWS)
    assert wide.shape == (4, ENCODING.columns) == (4, 6)
    np.testing.assert_array_equal(wide[:, 0], ROWS[:, 0])
    assert wide[0, 2] == (6 + PRIOR_ROWS * 0.25) / (10 + PRIOR_ROWS)
    assert wide[0, 3] == np.log1p(10)
    assert wide[2, 2] == (1 + PRIOR_ROWS * 0.25) / (2 + PRIOR_ROWS)  # no value is a state too
    assert wide[0, 5] == np.log1p(3)  # level 0 is key 1, times 3, plus key 2


def test_a_level_or_pair_never_seen_has_the_base_rate_and_no_count():
    wide = ENCODING.widen(ROWS)
    assert wide[3, 2:].tolist() == [0.25, 0.0, 0.25, 0.0]


def test_rows_one_by_one_and_in_a_block_give_the_same_bits():
    block = ENCODING.widen(ROWS)
    single = np.concatenate([ENCODING.widen(row.reshape(1, -1)) for row in ROWS])
    assert block.tobytes() == single.tobytes()


def test_contributions_fold_back_and_keep_their_sum():
    shares = np.arange(12, dtype=np.float64).reshape(2, 6)
    folded = ENCODING.folded(shares)
    assert folded[0].tolist() == [0.0, 2 + 3 + 4.5, 1 + 4.5]
    assert folded.sum() == shares.sum()
    assert ENCODING.pairs == (4, 5)


def test_it_comes_back_from_json_as_it_went():
    assert encoding_from_json(json.loads(json.dumps(encoding_json(ENCODING)))) == ENCODING


@pytest.mark.parametrize(
    ("name", "value"),
    [("base", 1.5), ("base", "0.2"), ("kept", [2]), ("kept", [0, 2, 7]), ("tables", {})],
)
def test_a_document_that_does_not_fit_is_refused(name, value):
    document = json.loads(json.dumps(encoding_json(ENCODING))) | {name: value}
    with pytest.raises((TypeError, ValueError)):
        encoding_from_json(document)


@pytest.mark.parametrize(
    ("name", "value"), [("bad", [1, 6, 2]), ("keys", [0, 3, 1]), ("seen", [2, 10]), ("seen", [1.0])]
)
def test_counts_that_nobody_can_have_counted_are_refused(name, value):
    document = json.loads(json.dumps(encoding_json(ENCODING)))
    document["tables"][0][name] = value
    with pytest.raises((TypeError, ValueError)):
        encoding_from_json(document)
