from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.scoring.score import Scorer

HIDDEN = Missing(MissingCause.NOT_AUTHORIZED)
CAUSES = st.sampled_from(list(MissingCause)).map(Missing)
VALUES = st.floats(-1e6, 1e6) | st.floats(-1, 60)


def test_withholding_any_one_or_two_features_helps_none_of_five_hundred_firms(scorer: Scorer, raw):
    rows = raw[:500]
    plain = scorer.score_many(rows)
    columns = range(rows.shape[1])
    gains = 0
    for subset in [(i,) for i in columns] + list(combinations(columns, 2)):
        withheld = np.zeros(rows.shape, dtype=np.bool_)
        withheld[:, subset] = True
        held = scorer.score_many(rows, withheld)
        gains += int((held.pd < plain.pd).sum() + (held.points > plain.points).sum())
    assert gains == 0


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_withholding_any_subset_never_improves_a_score(scorer: Scorer, data):
    names = scorer.transform.names
    values = {name: data.draw(VALUES | CAUSES, name) for name in names}
    hidden = data.draw(st.sets(st.sampled_from(names)), "withheld")
    plain = scorer.score_one(values)
    held = scorer.score_one(values | dict.fromkeys(hidden, HIDDEN))
    assert held.insufficient or (not plain.insufficient and held.pd >= plain.pd)
    assert held.insufficient or held.points <= plain.points


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_riskier_value_never_improves_a_score(scorer: Scorer, data):
    feature = data.draw(st.sampled_from(scorer.transform.features))
    values = {name: data.draw(VALUES, name) for name in scorer.transform.names}
    safer, riskier = sorted(data.draw(st.tuples(VALUES, VALUES)), key=lambda v: v * feature.sign)
    assert (
        scorer.score_one(values | {feature.name: safer}).pd
        <= scorer.score_one(values | {feature.name: riskier}).pd
    )
