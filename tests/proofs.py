"""`make prove`: the properties of the tests at full counts, one JSON object a line.

    python -m tests.proofs            all of them
    python -m tests.proofs NAME       one
    python -m tests.proofs NAME N     one, at another count

Exit 1 when a property fails. Progress goes to standard error.
"""

import json
import sys
import time
from collections.abc import Callable

import lightgbm
import numpy as np

from tests.credit_records.killing import collect_kill
from tests.gate import proving as gate
from tests.matching import nearest_proving
from tests.matching import proving as matching
from tests.products import repayment_oracle as repayments
from tests.products.worlds import (
    TODAY,
    dice_of,
    random_product,
    random_subject,
    random_wish,
)
from tests.profiles.engines import indicators_three_engines
from tests.scoring import proving as scoring
from tests.scoring.model_proving import model_validation
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.matching.index import ProductIndex
from xinyidai.products.rules import assess
from xinyidai.products.values import readings_of
from xinyidai.scoring import artefacts
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.training.proofs import prove
from xinyidai.scoring.transform import Transform
from xinyidai.scoring.values import Floats

PRODUCTS = 500
FIRMS = 20_000


def match_equals_naive(pairs: int) -> int:
    """Judge random (firm, product) pairs by index and one by one; return the differences."""
    dice = dice_of(20260615)
    products = [random_product(dice, number) for number in range(PRODUCTS)]
    index = ProductIndex(products, "proof")
    wrong = 0
    for firm in range(pairs // PRODUCTS):
        readings = readings_of(random_subject(dice), random_wish(dice), on=TODAY)
        verdicts = index.judge(readings)
        wrong += sum(
            verdicts.of(place) is not assess(product.criteria, readings).outcome
            for place, product in enumerate(products)
        )
        _tell("match_equals_naive", firm, pairs // PRODUCTS)
    return wrong


def withholding_never_gains(rows: int) -> int:
    """Hide every feature and pair of features of random firms; return how often a score rose."""
    return sum(
        prove(
            _booster(scorer),
            scorer.transform,
            _population(scorer.transform, rows),
            pairs=0,
            rows=rows,
        ).withholding_gains
        for scorer in _activatable()
    )


def risk_is_monotone(pairs: int) -> int:
    """Move one signed feature of random firms; return how often a worse value scored safer."""
    return sum(
        prove(
            _booster(scorer),
            scorer.transform,
            _population(scorer.transform, FIRMS),
            pairs=pairs,
            rows=0,
        ).monotone_violations
        for scorer in _activatable()
    )


def one_equals_many(rows: int) -> int:
    """Score the same firms one by one and in a block; return how many points differ."""
    wrong = 0
    for scorer in _activatable():
        raw = _population(scorer.transform, rows)
        block = scorer.score_many(raw)
        names = scorer.transform.names
        for place, row in enumerate(raw):
            values = {
                name: _absent() if np.isnan(value) else float(value)
                for name, value in zip(names, row, strict=True)
            }
            one = scorer.score_one(values)
            both = (one.pd, None if np.isnan(block.pd[place]) else float(block.pd[place]))
            wrong += both[0] != both[1]
            _tell("one_equals_many", place, rows)
    return wrong


def _absent() -> object:
    return Missing(MissingCause.NO_RECORD)


def _activatable() -> list[Scorer]:
    loaded = [artefacts.load(folder) for folder in artefacts.list_shipped()]
    return [Scorer(artefact) for artefact in loaded if artefact.is_activatable]


def _booster(scorer: Scorer) -> lightgbm.Booster:
    return lightgbm.Booster(model_str=scorer.artefact.model_text)


def _population(transform: Transform, rows: int) -> Floats:
    draw = np.random.default_rng(20260615)
    low = np.array([feature.low for feature in transform.features])
    high = np.array([feature.high for feature in transform.features])
    raw = low + draw.random((rows, len(low))) * (high - low)
    raw[draw.random(raw.shape) < 0.15] = np.nan
    return raw


def _tell(name: str, done: int, total: int) -> None:
    if done % max(1, total // 20) == 0:
        print(f"{name}: {done}/{total}", file=sys.stderr, flush=True)


def repayments_exact(loans: int) -> int:
    """Reckon random loans a second way, plan and yearly cost; return how many differ."""
    return repayments.count_differences(loans, _tell) + repayments.count_cost_differences(
        loans, _tell
    )


PROOFS: dict[str, tuple[Callable[[int], int], int]] = {
    "match_equals_naive": (match_equals_naive, 1_000_000),
    "match_engine_equals_naive": (matching.match_engine_equals_naive, 1_000_000),
    "match_missing_never_passes": (matching.match_missing_never_passes, 1_000),
    "match_nearest_is_smallest": (nearest_proving.match_nearest_is_smallest, 100_000),
    "repayments_exact": (repayments_exact, 10_000),
    "withholding_never_gains": (withholding_never_gains, 2_000),
    "risk_is_monotone": (risk_is_monotone, 2_000_000),
    "one_equals_many": (one_equals_many, 20_000),
    "gate_negatives": (gate.gate_negatives, 20_000),
    "gate_oracle": (gate.gate_oracle, 100_000),
    "revoke_races": (gate.revoke_races, 20_000),
    "foreign_objects": (gate.foreign_objects, 10_000),
    "two_identities": (gate.two_identities, 100_000),
    "collect_kill": (collect_kill, 100),
    "indicators_three_engines": (indicators_three_engines, 10_000),
    "scores_recompute": (scoring.scores_recompute, 10_000),
    "rows_equal_blocks": (scoring.rows_equal_blocks, 100_000),
    "scores_on_spark": (scoring.scores_on_spark, 10_000),
    "reasons_are_true": (scoring.reasons_are_true, 20_000),
    "model_validation": (model_validation, 2_000_000),
}


def main(arguments: list[str]) -> int:
    """Run the named proofs, or all; return the exit code."""
    names = arguments[:1] or list(PROOFS)
    if unknown := [name for name in names if name not in PROOFS]:
        print(f"unknown proof {unknown[0]}; there are: {', '.join(PROOFS)}", file=sys.stderr)
        return 2
    failed = 0
    for name in names:
        proof, count = PROOFS[name]
        count = int(arguments[1]) if len(arguments) > 1 else count
        started = time.monotonic()
        failures = proof(count)
        seconds = round(time.monotonic() - started, 1)
        print(json.dumps({"proof": name, "n": count, "failures": failures, "seconds": seconds}))
        failed += failures
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
