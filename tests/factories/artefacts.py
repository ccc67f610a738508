"""Model artefacts for tests: shipped folders copied, with validation reports that say so or not."""

import shutil
from pathlib import Path

from xinyidai.kernel import clock
from xinyidai.scoring.artefacts import shipped_folder
from xinyidai.scoring.validation import report
from xinyidai.scoring.validation.report import Check, ValidationReport

CODE = "demo-city"


def report_on(folder: Path, **failed: str) -> ValidationReport:
    """Return a report on this folder in which every required check passed but those named."""
    checks = [
        Check(
            code=code,
            name=f"检查 {code}",
            passed=code not in failed,
            value=failed.get(code, "0"),
            limit="0",
            n=1000,
            binding=True,
            made_by="tests.factories.models.report_on",
            note="",
            numbers={},
        )
        for code in report.REQUIRED
    ]
    return ValidationReport(
        code=folder.parent.name,
        version=folder.name,
        manifest_hash=report.manifest_hash(folder),
        table="演示",
        table_sha256="0" * 64,
        rows=1000,
        split="out_of_fold",
        counts={},
        checks=tuple(checks),
        made_at=clock.now(),
    )


def copied(target: Path, version: str, *, is_validated: bool = True, **failed: str) -> Path:
    """Copy a shipped version of the demo model; with a report on it unless told otherwise."""
    folder = target / CODE / version
    shutil.copytree(shipped_folder(CODE, version), folder)
    (folder / report.REPORT).unlink(missing_ok=True)
    if is_validated:
        report.write(folder, report_on(folder, **failed))
    return folder
