import ast
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import xinyidai.scoring
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.values import IndicatorInput

GONE = Missing(MissingCause.NO_RECORD)
HIDDEN = Missing(MissingCause.NOT_AUTHORIZED)
RUNTIME = ("score", "reasons", "artefacts", "transform", "calibration", "rules", "values")


def inputs(scorer: Scorer, row: np.ndarray) -> dict[str, IndicatorInput]:
    return {
        name: GONE if np.isnan(value) else float(value)
        for name, value in zip(scorer.transform.names, row, strict=True)
    }


def test_one_firm_and_a_thousand_get_exactly_the_same_numbers(scorer, raw):
    many = scorer.score_many(raw[:1000])
    alone = [scorer.score_one(inputs(scorer, row)) for row in raw[:1000]]
    assert [one.pd for one in alone] == many.pd.tolist()
    assert [one.points for one in alone] == many.points.tolist()
    assert tuple(one.grade for one in alone) == many.grades


def test_withheld_values_score_alike_for_one_and_for_many(scorer, raw):
    withheld = np.zeros((50, raw.shape[1]), dtype=np.bool_)
    withheld[:, 2] = True
    many = scorer.score_many(raw[:50], withheld)
    alone = [scorer.score_one(inputs(scorer, row) | {"void_share": HIDDEN}) for row in raw[:50]]
    assert [one.pd for one in alone] == many.pd.tolist()


def test_the_best_firm_is_safer_than_the_worst(scorer):
    features = scorer.transform.features
    best = {f.name: f.best_values[0] for f in features}
    worst = {f.name: f.worst for f in features}
    good, bad = scorer.score_one(best), scorer.score_one(worst)
    assert (good.pd, -good.points) < (bad.pd, -bad.points)
    assert good.reasons == ()


def test_at_most_four_reasons_come_strongest_first_and_every_one_is_true(scorer, raw):
    best = {f.name: f.best_values[0] for f in scorer.transform.features}
    outcomes = [(inputs(scorer, row), scorer.score_one(inputs(scorer, row))) for row in raw[:150]]
    told = [(given, one, reason) for given, one in outcomes for reason in one.reasons]
    better = [scorer.score_one(given | {r.feature: best[r.feature]}).pd for given, _, r in told]
    assert all(pd < one.pd for pd, (_, one, _) in zip(better, told, strict=True))
    assert all(
        len(one.reasons) <= 4
        and [r.contribution for r in one.reasons]
        == sorted((r.contribution for r in one.reasons), reverse=True)
        for _, one in outcomes
    )


def test_a_missing_value_says_why_and_what_would_help(scorer, raw):
    given = inputs(scorer, raw[0]) | {"sales": HIDDEN}
    reason = next(r for r in scorer.score_one(given).reasons if r.feature == "sales")
    assert (reason.missing, reason.value_text) == (MissingCause.NOT_AUTHORIZED, "未授权")
    assert "指标sales" in reason.suggestion


def test_too_few_core_indicators_give_no_grade_but_say_what_is_missing(scorer, raw):
    given = inputs(scorer, raw[0]) | {"sales": GONE, "overdue": HIDDEN}
    outcome = scorer.score_one(given)
    assert outcome.insufficient
    assert (outcome.pd, outcome.grade, outcome.points) == (None, None, None)
    assert {gap.feature: gap.cause for gap in outcome.lacking} == {
        "sales": MissingCause.NO_RECORD,
        "overdue": MissingCause.NOT_AUTHORIZED,
    }


def test_in_a_batch_an_insufficient_firm_has_no_number(scorer, raw):
    rows = raw[:2].copy()
    rows[1, [0, 3]] = np.nan
    many = scorer.score_many(rows)
    assert many.insufficient.tolist() == [False, True]
    assert np.isnan(many.pd[1])
    assert (many.points[1], many.grades[1]) == (0, None)


def test_a_batch_of_nobody_is_empty(scorer):
    assert len(scorer.score_many(np.empty((0, 6))).pd) == 0


@pytest.mark.parametrize(
    ("module", "banned"), list(product(RUNTIME, ("sklearn", "pandas", "training", "joblib")))
)
def test_what_serves_requests_imports_no_training(module, banned):
    source = Path(xinyidai.scoring.__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    imports = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert not [node for node in imports if banned in ast.unparse(node)]


def test_a_tiny_change_of_the_inputs_keeps_the_score_and_its_reasons(scorer, raw):
    """Nine of ten firms keep all their reasons when every value moves by a ten-thousandth."""
    kept, moved = 0, 0.0
    for row in raw[:150]:
        before = scorer.score_one(inputs(scorer, row))
        after = scorer.score_one(inputs(scorer, row * 1.0001))
        if before.insufficient:
            kept += after.insufficient
            continue
        kept += {r.feature for r in before.reasons} == {r.feature for r in after.reasons}
        moved = max(moved, abs(before.points - after.points))
    assert kept >= 135
    assert moved < 60
