"""Past loans and the model made from them."""

import numpy as np

from xinyidai.scoring import artefacts
from xinyidai.seeds import loans
from xinyidai.seeds.firms import make_firms
from xinyidai.seeds.world import STREAM


def test_twenty_quarters_of_five_years_give_more_than_twenty_thousand_loans():
    days = loans.decision_days()
    assert len(days) * loans.LOANS_A_QUARTER >= 20_000
    assert (days[-1] - days[0]).days > 4.5 * 365
    assert loans.FIRST_STREAM + len(days) > STREAM


def test_a_cohort_is_the_same_each_time_and_its_label_comes_last():
    day = loans.decision_days()[0]
    first, again = ([*loans._cohort(day, 1_000)] for _ in range(2))
    assert first == again
    assert list(first[0])[-1] == loans.LABEL
    assert 0.03 < np.mean([row[loans.LABEL] for row in first]) < 0.1


def test_defaults_follow_what_is_hidden():
    firms = make_firms(77, 5_000, loans.decision_days()[0])
    bad = loans.defaults(firms, np.random.default_rng(1))
    assert firms.quality[bad].mean() < firms.quality[~bad].mean() - 0.3
    assert firms.shock[bad].mean() > firms.shock[~bad].mean() + 0.3


def test_the_shipped_model_may_be_activated_and_is_marked_as_a_demonstration():
    artefact = artefacts.load(artefacts.shipped_folder("demo-city", "2026.5"))
    assert artefact.is_demo
    assert artefact.is_activatable
    assert "演示" in artefact.title
    assert 0.72 < artefact.metrics["out_of_fold"]["auc"] < 0.85
