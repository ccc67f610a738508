"""The score at run time: one model on NumPy rows, one thread, equal for one firm and for many.

Rows are float64 throughout. In float32 an amount above 167,772.16 元 is no longer the same number,
and a value beside a split would take the other branch in a batch than online.
"""

import json
import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.scoring import artefacts, reasons
from xinyidai.scoring.artefacts import Algorithm, Artefact, ArtefactRefused
from xinyidai.scoring.calibration import probabilities, probability
from xinyidai.scoring.rows import RowFunction, RowScore, row_function
from xinyidai.scoring.rules import grade_of, grades_of, points_of, points_of_many
from xinyidai.scoring.scorecard import scorecard_from_json
from xinyidai.scoring.trees import Trees
from xinyidai.scoring.values import (
    BatchScores,
    Flags,
    Floats,
    Grade,
    IndicatorInput,
    Lacking,
    MissingPolicy,
    Reason,
    ScoreOutcome,
)

BLOCK = 4096  # rows at a time: with 80 features they stay in a processor's cache


class Machine(Protocol):
    """What a kind of model must answer; `seen` is what the model sees of a row."""

    def see(self, raw: Floats, withheld: Flags | None = None) -> Floats:
        """Return what the model sees of raw values."""

    def raw_log_odds(self, seen: Floats) -> Floats:
        """Return log-odds of default before calibration."""

    def contributions(self, seen: Floats) -> Floats:
        """Return each feature's share of the raw log-odds."""

    def best_seen(self, place: int) -> tuple[float, ...]:
        """Return what the model would see of a feature at its best."""


def machine_of(artefact: Artefact) -> Machine:
    """Build what computes; raises `ArtefactRefused` where the file does not fit the transform."""
    if artefact.algorithm is Algorithm.LIGHTGBM:
        return Trees(artefact.model_text, artefact.transform)
    try:
        return scorecard_from_json(json.loads(artefact.model_text), artefact.transform)
    except (KeyError, TypeError, ValueError) as problem:
        details = {"folder": artefact.folder.name, "problem": str(problem)}
        raise ArtefactRefused("评分卡的内容读不懂。", details=details) from problem


class Scorer:
    """A loaded model; build it once for each process, any number of threads may use it."""

    def __init__(self, artefact: Artefact) -> None:
        """Build the model from the artefact and check that its parts speak of one thing."""
        self.artefact = artefact
        self.transform = artefact.transform
        self._machine = machine_of(artefact)
        self._lanes = threading.local()

    @classmethod
    def from_folder(cls, folder: Path, *, manifest_hash: str | None = None) -> "Scorer":
        """Load and verify an artefact folder; raises `ArtefactRefused`."""
        return cls(artefacts.load(folder, manifest_hash=manifest_hash))

    def score_row(self, row: Floats, withheld: Flags | None = None) -> RowScore:
        """Return probability of default and grade of one row of raw values, without reasons.

        The numbers are those of `score_many`; both are None where there is too little to judge.

        Raises:
            InvalidInput: another length than the model's, or an infinite value.

        """
        try:
            score: RowFunction = self._lanes.score
        except AttributeError:
            score = self._lanes.score = self._row_function()
        return score(row, withheld)

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
        seen = self._machine.see(raw, withheld)
        log_odds = float(self._log_odds(seen)[0])
        pd = probability(log_odds)
        return ScoreOutcome(
            model_code=self.artefact.code,
            model_version=self.artefact.version,
            pd=pd,
            grade=grade_of(pd, self.transform.scale_version),
            points=points_of(log_odds),
            reasons=self._reasons(seen, [pd], [values])[0],
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
        log_odds = np.empty(len(raw), dtype=np.float64)
        for start in range(0, len(raw), BLOCK):
            block = slice(start, start + BLOCK)
            held = None if withheld is None else withheld[block]
            log_odds[block] = self._log_odds(self._machine.see(raw[block], held))
        points = points_of_many(log_odds)
        log_odds[lacking], points[lacking] = np.nan, 0
        pd = probabilities(log_odds)
        grades: list[Grade | None] = [*grades_of(pd, self.transform.scale_version)]
        for place in np.flatnonzero(lacking).tolist():
            grades[place] = None
        return BatchScores(pd, log_odds, points, tuple(grades), lacking)

    def outcomes(
        self,
        rows: Sequence[Mapping[str, IndicatorInput]],
        explained: Collection[int] | None = None,
    ) -> list[ScoreOutcome]:
        """Return what `score_one` says of each firm, computed in a block.

        Reasons cost a hundred times the number: `explained` are the places of the firms whose
        reasons are wanted, `None` for all.
        """
        if not rows:
            return []
        pairs = [self.transform.raw_row(values) for values in rows]
        raw, withheld = (np.concatenate(part) for part in zip(*pairs, strict=True))
        scores = self.score_many(raw, withheld)
        judged: list[int] = np.flatnonzero(~scores.insufficient).tolist()
        if explained is not None:
            judged = [place for place in judged if place in explained]
        seen = self._machine.see(raw[judged], withheld[judged])
        pd = scores.pd.tolist()
        told = self._reasons(seen, [pd[i] for i in judged], [rows[i] for i in judged])
        reasons_of = dict(zip(judged, told, strict=True))
        return [
            self._outcome_at(scores, place, values, reasons_of.get(place, ()))
            for place, values in enumerate(rows)
        ]

    def _outcome_at(
        self,
        scores: BatchScores,
        place: int,
        values: Mapping[str, IndicatorInput],
        told: tuple[Reason, ...],
    ) -> ScoreOutcome:
        """Return one firm of a batch with the reasons given."""
        missing = {
            name: value.cause
            for name in self.transform.names
            if isinstance(value := values[name], Missing)
        }
        if scores.insufficient[place]:
            return self._insufficient(missing)
        return ScoreOutcome(
            model_code=self.artefact.code,
            model_version=self.artefact.version,
            pd=float(scores.pd[place]),
            grade=scores.grades[place],
            points=int(scores.points[place]),
            reasons=told,
            insufficient=False,
            lacking=(),
            missing=missing,
        )

    def _log_odds(self, seen: Floats) -> Floats:
        """Return calibrated log-odds of default for what the model sees."""
        calibration = self.transform.calibration
        return calibration.slope * self._machine.raw_log_odds(seen) + calibration.intercept

    def _row_function(self) -> RowFunction:
        """Return this thread's way to score a row: the fast one where the model has it."""
        if isinstance(self._machine, Trees) and self.transform.policy is MissingPolicy.PLACED:
            return row_function(self._machine, self.transform)
        return self._plain_row

    def _plain_row(self, row: Floats, withheld: Flags | None) -> RowScore:
        held = None if withheld is None else withheld.reshape(1, -1)
        scores = self.score_many(row.reshape(1, -1), held)
        return (None, None) if scores.insufficient[0] else (float(scores.pd[0]), scores.grades[0])

    def _reasons(
        self, seen: Floats, pd: Sequence[float], rows: Sequence[Mapping[str, IndicatorInput]]
    ) -> list[tuple[Reason, ...]]:
        """Return for each row the largest adverse contributions whose removal lowers the risk."""
        slope = self.transform.calibration.slope
        weighed = self._machine.contributions(seen) * slope
        adverse = [reasons.adverse_order(row) for row in weighed]
        trials = [
            reasons.trial_rows(row, self._machine.best_seen, order)
            for row, order in zip(seen, adverse, strict=True)
        ]
        tried = np.concatenate([rows for rows, _ in trials]) if trials else seen
        outcomes = iter(probabilities(self._log_odds(tried)).tolist())
        found = []
        for place, values in enumerate(rows):
            owner = trials[place][1]
            after = [next(outcomes) for _ in owner]
            true = reasons.true_ones(adverse[place], owner, after, pd[place])
            found.append(
                tuple(
                    reasons.reason(
                        feature := self.transform.features[i],
                        values[feature.name],
                        weighed[place, i],
                    )
                    for i in true
                )
            )
        return found

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
