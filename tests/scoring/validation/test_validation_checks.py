from dataclasses import replace

import numpy as np
import pytest

from tests.scoring.validation.conftest import FEW, Planted
from xinyidai.scoring.validation import (
    calibrating,
    discrimination,
    grades,
    monotone,
    robustness,
    serving,
    stress,
    truth,
    withholding,
)
from xinyidai.scoring.validation.report import REQUIRED
from xinyidai.scoring.validation.stats import logit
from xinyidai.scoring.validation.subject import items_of


def flipped(subject, name):
    features = tuple(
        replace(f, sign=-f.sign) if f.name == name else f for f in subject.transform.features
    )
    return replace(subject.transform, features=features)


def stretched(subject, slope):
    return replace(subject, pd=1 / (1 + np.exp(-slope * logit(subject.pd))))


def test_a_sound_model_passes_every_binding_check(found):
    assert found.unmet == ()
    assert found.passed
    assert set(REQUIRED) <= {check.code for check in found.checks}
    assert all(check.made_by.startswith("xinyidai.scoring.validation.") for check in found.checks)


def test_missing_values_are_present_in_the_perturbations(found):
    tried = next(check for check in found.checks if check.code == "monotone")
    assert tried.n >= FEW.pairs
    assert tried.numbers["tried_with_gaps"] > 0


def test_a_planted_monotone_violation_fails(subject, planted):
    wrong = planted(Planted(subject.model, flipped(subject, "overdue")))
    assert monotone.check_monotone(wrong, FEW).passed is False
    assert monotone.check_structure(wrong, FEW).passed is False
    assert withholding.check_construction(wrong, FEW).passed is False


def test_one_reversed_leaf_in_one_tree_is_found_by_the_proof(subject):
    lines = subject.artefact.model_text.split("\n")
    at = max(i for i, line in enumerate(lines) if line.startswith("leaf_value="))
    leaves = lines[at].removeprefix("leaf_value=").split(" ")
    lines[at] = "leaf_value=" + " ".join([str(-10 * float(leaves[0]) - 5), *leaves[1:]])
    lines[at + 1 : at + 1] = []
    changed = replace(subject.artefact, model_text="\n".join(lines))
    found = monotone.check_structure(replace(subject, artefact=changed), FEW)
    reversed_too = replace(
        subject.artefact,
        model_text="\n".join(
            [*lines[:at], "leaf_value=" + " ".join([*leaves[:-1], "9"]), *lines[at + 1 :]]
        ),
    )
    other = monotone.check_structure(replace(subject, artefact=reversed_too), FEW)
    assert False in {found.passed, other.passed}


def test_an_untrue_reason_fails(subject, planted):
    # what the model calls an improvement of this feature makes things worse
    liar = Planted(subject.model, flipped(subject, "void_share"))
    found = truth.check_reason_truth(planted(liar), FEW)
    assert found.passed is False
    assert found.numbers["untrue"] > 0


def test_a_gain_by_withholding_fails(subject, planted):
    class Lenient(Planted):
        def score_many(self, raw, withheld=None):
            return self.model.score_many(
                raw if withheld is None else np.where(withheld, np.nan, raw)
            )

    lenient = planted(Lenient(subject.model))
    assert withholding.check_items(lenient, FEW).passed is False
    assert withholding.check_features(lenient, FEW).passed is False


def test_a_gain_that_only_one_pair_brings_is_found(subject, planted):
    class Pairwise(Planted):
        def score_many(self, raw, withheld=None):
            scores = self.model.score_many(raw, withheld)
            if withheld is None:
                return scores
            both = withheld[:, 1] & withheld[:, 4] & (withheld.sum(axis=1) == 2)
            return replace(scores, pd=np.where(both, 0.0, scores.pd))

    assert withholding.check_features(planted(Pairwise(subject.model)), FEW).passed is False


def test_gaps_left_to_the_model_break_the_proof(subject, planted):
    loose = replace(
        subject.transform,
        features=tuple(replace(f, placed=f.high + 1) for f in subject.transform.features),
    )
    found = withholding.check_construction(planted(Planted(subject.model, loose)), FEW)
    assert found.passed is False
    assert "范围" in found.value


@pytest.mark.parametrize("slope", [0.5, 2.0])
def test_bad_calibration_fails(subject, slope):
    assert calibrating.check_slope(stretched(subject, slope), FEW).passed is False
    assert calibrating.check_ece(stretched(subject, slope), FEW).passed is False


def test_understated_risk_fails_in_its_grades(subject):
    understated = replace(subject, pd=subject.pd / 3)
    assert calibrating.check_grade_rates(understated, FEW).passed is False
    assert calibrating.check_grade_bands(understated, FEW).passed is False


def test_overstated_risk_is_cautious_and_passes_the_grades(subject):
    cautious = replace(subject, pd=np.minimum(0.99, subject.pd * 1.5))
    assert calibrating.check_grade_rates(cautious, FEW).passed is True
    assert calibrating.check_grade_bands(cautious, FEW).passed is True


def test_too_few_defaults_give_no_verdict_on_the_slope(subject):
    few = replace(subject, tested=subject.tested[:60], pd=subject.pd[:60])
    assert calibrating.check_slope(few, FEW).passed is None


def test_a_score_without_order_fails(subject):
    blind = replace(subject, pd=np.random.default_rng(1).permutation(subject.pd))
    assert discrimination.check_auc(blind, FEW).passed is False


def test_grades_turned_round_fail(subject):
    ranks = np.argsort(np.argsort(subject.pd))
    turned = replace(subject, pd=np.sort(subject.pd)[::-1][ranks])
    assert grades.check_ordering(turned, FEW).passed is False


def test_one_grade_for_everybody_must_be_explained(subject):
    flat = replace(subject, pd=np.full(len(subject.pd), 0.03))
    found = grades.check_concentration(flat, FEW)
    assert (found.passed, found.verdict) == (False, "须说明")


def test_a_batch_that_differs_in_the_last_bit_fails(subject, planted):
    class Rounding(Planted):
        def score_many(self, raw, withheld=None):
            scores = self.model.score_many(raw, withheld)
            return replace(scores, pd=np.nextafter(scores.pd, 1))

    assert serving.check_implementation(planted(Rounding(subject.model)), FEW).passed is False


def test_a_model_that_extrapolates_breaks_the_input_policy(subject, planted):
    class Extrapolating(Planted):
        def score_many(self, raw, withheld=None):
            scores = self.model.score_many(raw, withheld)
            return replace(scores, log_odds=scores.log_odds + np.nan_to_num(raw).sum(axis=1))

    assert serving.check_inputs(planted(Extrapolating(subject.model)), FEW).passed is False


def test_a_model_that_takes_anything_breaks_the_input_policy(subject, planted):
    class Lax(Planted):
        def score_one(self, values):
            return values

    found = serving.check_inputs(planted(Lax(subject.model)), FEW)
    assert found.passed is False
    assert "没有说明" in found.value


def test_stress_that_lowers_a_risk_fails(subject, planted):
    turned = Planted(subject.model, flipped(subject, "sales"))
    assert stress.check_macro(planted(turned), FEW).passed is False


def test_a_model_learned_by_heart_must_be_explained(subject):
    blind = replace(subject, pd=np.random.default_rng(2).permutation(subject.pd))
    assert robustness.check_overfit(blind, FEW).passed is False


def test_a_weak_region_is_named(subject):
    inside = subject.matrix[subject.tested, 1] <= 9  # the youngest quarter by months
    pd = np.where(inside, subject.pd / 4, subject.pd)
    found = robustness.check_weak_spots(replace(subject, pd=pd), FEW)
    assert found.passed is False
    assert "指标months" in found.value


def test_an_item_takes_every_feature_that_rests_on_it():
    names = ("tax_grade_latest", "invoice_sales_12m", "penalties_24m", "of_a_bank")
    assert items_of(names) == {"纳税与开票": (0, 1), "行政管理": (2,), "of_a_bank": (3,)}
