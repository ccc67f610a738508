"""The score at run time: LightGBM on NumPy rows, one thread, equal for one firm and for many."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.scoring import artefacts, reasons
from xinyidai.scoring.artefacts import Artefact, ArtefactRefused
from xinyidai.scoring.calibration import probability
from xinyidai.scoring.rules import grade_of, points_of
from xinyidai.scoring.values import (
    BatchScores,
    Flags,
    Floats,
    IndicatorInput,
    Lacking,
    Reason,
    ScoreOutcome,
)


class Scorer:
    """A loaded model; build it once for each process, it keeps no state between calls."""

    def __init__(self, artefact: Artefact) -> None:
        """Build the booster from the artefact's text and check that both speak of one thing."""
        import lightgbm  # noqa: PLC0415 - draws scikit-learn and pandas in; only who scores pays

        self.artefact = artefact
        self.transform = artefact.transform
        self._booster = lightgbm.Booster(model_str=artefact.model_text)
        if self._booster.num_feature() != len(self.transform.features):
            raise ArtefactRefused("模型与特征说明的列数不同。")

    @classmethod
    def from_folder(cls, folder: Path, *, manifest_hash: str | None = None) -> "Scorer":
        """Load and verify an artefact folder; raises `ArtefactRefused`."""
        return cls(artefacts.load(folder, manifest_hash=manifest_hash))

    def score_one(self, values: Mapping[str, IndicatorInput]) -> ScoreOutcome:
        """Score one firm, with at most four true reasons; numbers equal those of `score_many`."""
        raw, withheld = self.transform.raw_row(values)
        missing = {
            name: value.cause
            for name in self.transform.names
            if isinstance(value := values[name], Missing)
        }
        if self.transform.lacks_core(raw, withheld)[0]:
            return self._insufficient(missing)
        seen = self.transform.matrix(raw, withheld)
        log_odds = float(self._log_odds(seen)[0])
        pd = probability(log_odds)
        return ScoreOutcome(
            model_code=self.artefact.code,
            model_version=self.artefact.version,
            pd=pd,
            grade=grade_of(pd, self.transform.scale_version),
            points=points_of(log_odds),
            reasons=self._reasons(seen, pd, values),
            insufficient=False,
            lacking=(),
            missing=missing,
        )

    def score_many(self, raw: Floats, withheld: Flags | None = None) -> BatchScores:
        """Score many firms without reasons.

        `raw` is float64, rows × features in the model's order, NaN where there is no record or a
        stale one (a category is the index of its level); `withheld` marks what is not authorized.
        """
        lacking = self.transform.lacks_core(raw, withheld)
        log_odds = self._log_odds(self.transform.matrix(raw, withheld))
        log_odds[lacking] = np.nan
        pd = np.array([probability(value) for value in log_odds.tolist()], dtype=np.float64)
        scale = self.transform.scale_version
        return BatchScores(
            pd=pd,
            log_odds=log_odds,
            points=np.array(
                [
                    0 if lacks else points_of(value)
                    for value, lacks in zip(log_odds.tolist(), lacking.tolist(), strict=True)
                ],
                dtype=np.int64,
            ),
            grades=tuple(
                None if lacks else grade_of(value, scale)
                for value, lacks in zip(pd.tolist(), lacking.tolist(), strict=True)
            ),
            insufficient=lacking,
        )

    def _log_odds(self, seen: Floats) -> Floats:
        """Return calibrated log-odds of default for what the model sees."""
        if not len(seen):
            return np.empty(0, dtype=np.float64)  # LightGBM refuses an empty table
        calibration = self.transform.calibration
        raw = np.asarray(self._booster.predict(seen, raw_score=True, num_threads=1))
        return np.array([calibration.log_odds(value) for value in raw.tolist()], dtype=np.float64)

    def _reasons(
        self, seen: Floats, pd: float, values: Mapping[str, IndicatorInput]
    ) -> tuple[Reason, ...]:
        """Return the largest adverse contributions whose removal would really lower the risk."""
        contributions = np.asarray(
            self._booster.predict(seen, pred_contrib=True, num_threads=1), dtype=np.float64
        )
        weighed = contributions[0, :-1] * self.transform.calibration.slope  # last: base value
        adverse = reasons.adverse_order(weighed)
        tried, owner = reasons.trial_rows(seen[0], self.transform, adverse)
        outcomes = [probability(value) for value in self._log_odds(tried).tolist()]
        true = reasons.true_ones(adverse, owner, outcomes, pd)
        return tuple(
            reasons.reason(feature := self.transform.features[i], values[feature.name], weighed[i])
            for i in true
        )

    def _insufficient(self, missing: Mapping[str, MissingCause]) -> ScoreOutcome:
        """Say that there is too little to judge, and what is missing."""
        lacking = tuple(
            Lacking(
                feature.name,
                feature.wording.label,
                missing[feature.name],
                reasons.suggestion_for_gap(feature, missing[feature.name]),
            )
            for feature in self.transform.features
            if feature.core and feature.name in missing
        )
        return ScoreOutcome(
            model_code=self.artefact.code,
            model_version=self.artefact.version,
            pd=None,
            grade=None,
            points=None,
            reasons=(),
            insufficient=True,
            lacking=lacking,
            missing=missing,
        )
