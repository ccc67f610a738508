"""All checks on one model, in order; the report lies beside the artefact afterwards."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from xinyidai.kernel import clock
from xinyidai.scoring.validation import (
    calibrating,
    discrimination,
    fairness,
    grades,
    monotone,
    periods,
    rejects,
    report,
    robustness,
    serving,
    stress,
    truth,
    withholding,
)
from xinyidai.scoring.validation.report import Check, ValidationReport
from xinyidai.scoring.validation.subject import Counts, Progress, Subject, load

CheckFunction = Callable[[Subject, Counts], Check]

CHECKS: tuple[CheckFunction, ...] = (
    discrimination.check_auc,
    discrimination.check_segments,
    calibrating.check_slope,
    calibrating.check_ece,
    calibrating.check_grade_rates,
    calibrating.check_grade_bands,
    grades.check_concentration,
    grades.check_ordering,
    grades.check_migration,
    monotone.check_monotone,
    monotone.check_structure,
    truth.check_reason_truth,
    truth.check_reason_stability,
    withholding.check_items,
    withholding.check_features,
    withholding.check_construction,
    serving.check_implementation,
    serving.check_inputs,
    robustness.check_noise,
    robustness.check_weak_spots,
    robustness.check_overfit,
    stress.check_macro,
    stress.check_source_absent,
    stress.check_unit_error,
    fairness.check_fairness,
    rejects.check_rejects,
    periods.check_stability,
    periods.check_resemblance,
    periods.check_expected,
)


def run(
    folder: Path,
    table: Path,
    progress: Progress,
    *,
    time_column: str | None = None,
    **counts: int,
) -> ValidationReport:
    """Validate an artefact on a labelled table and write `validation.json` beside it.

    `counts` are those of `Counts`; left out, the released model's full numbers. Raises
    `ArtefactRefused` or `InvalidInput` where there is nothing to validate.
    """
    subject = load(folder, table, progress, time_column=time_column)
    found = validate(subject, Counts(**counts), progress)
    report.write(folder, found)
    return found


def validate(subject: Subject, counts: Counts, progress: Progress) -> ValidationReport:
    """Run every check on what was loaded; nothing is written."""
    checks = []
    for function in CHECKS:
        checks.append(made(function, subject, counts))
        progress(f"{checks[-1].verdict}  {checks[-1].name}：{checks[-1].value}")
    return ValidationReport(
        code=subject.artefact.code,
        version=subject.artefact.version,
        manifest_hash=subject.artefact.manifest_hash,
        table=subject.raw.name,
        table_sha256=subject.raw.sha256,
        rows=len(subject.label),
        split=subject.split.value,
        counts=asdict(counts),
        checks=tuple(checks),
        made_at=clock.now(),
    )


def made(function: CheckFunction, subject: Subject, counts: Counts) -> Check:
    """Run one check and note who made it."""
    name = getattr(function, "__name__", "?")
    return replace(function(subject, counts), made_by=f"{function.__module__}:{name}")
