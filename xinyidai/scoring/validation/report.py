"""The validation report (验证报告) beside an artefact; light, for registration reads it too.

`validation.json` lies outside the manifest, for it is made later and by somebody else; it names the
hash of the manifest it speaks of. A report on another manifest says nothing about this one.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from xinyidai.kernel.errors import DomainError

REPORT = "validation.json"
MANIFEST = "manifest.json"
FORMAT = 1

# A model that lacks one of these, or whose one could not be judged, has not passed: fail closed.
REQUIRED = (
    "monotone",
    "reason_truth",
    "withholding_items",
    "withholding_features",
    "withholding_construction",
    "calibration_slope",
    "calibration_ece",
    "calibration_grade_bands",
    "discrimination_auc",
    "implementation",
)


class ReportRefused(DomainError):
    """The report cannot be read or contradicts itself, 验证报告读不懂."""

    default_code = "validation_report_refused"


@dataclass(frozen=True)
class Check:
    """One check: what was measured, the limit, on how many, and who measured it.

    `passed` is None where the check is 不评价 (too few, or nothing to compare); `binding` tells
    whether a failure keeps the model from being activated; `made_by` is the function's full name;
    `value` and `limit` are plain text for people; `numbers` hold the figures behind them.
    """

    code: str
    name: str
    passed: bool | None
    value: str
    limit: str
    n: int
    binding: bool = True
    note: str = ""
    numbers: Mapping[str, object] = field(default_factory=dict)
    made_by: str = ""

    @property
    def verdict(self) -> str:
        """Return the outcome in Chinese."""
        if self.passed is None:
            return "不评价"
        if self.passed:
            return "通过"
        return "未通过" if self.binding else "须说明"


@dataclass(frozen=True)
class ValidationReport:
    """What a validation found about one manifest on one table.

    `split` is out_of_time, out_of_fold or external (a table the model was not trained on);
    `counts` tell how many perturbations and rows were asked for.
    """

    code: str
    version: str
    manifest_hash: str
    table: str
    table_sha256: str
    rows: int
    split: str
    counts: Mapping[str, int]
    checks: tuple[Check, ...]
    made_at: datetime

    @property
    def passed(self) -> bool:
        """Tell whether every required check passed and no binding check failed."""
        found = {check.code: check for check in self.checks}
        required = all(code in found and found[code].passed is True for code in REQUIRED)
        return required and not self.failures

    @property
    def failures(self) -> tuple[Check, ...]:
        """Return the binding checks that failed."""
        return tuple(c for c in self.checks if c.binding and c.passed is False)

    @property
    def open_findings(self) -> tuple[Check, ...]:
        """Return every check that failed or could not be judged: what a reader must know."""
        return tuple(c for c in self.checks if c.passed is not True)

    @property
    def unmet(self) -> tuple[str, ...]:
        """Return why the model did not pass, one Chinese sentence each; empty where it did."""
        found = {check.code: check for check in self.checks}
        failed = [f"{c.name}：{c.value}，限值 {c.limit}。" for c in self.failures]
        unjudged = [
            f"{found[code].name if code in found else code}：没有结论。"
            for code in REQUIRED
            if code not in found or found[code].passed is None
        ]
        return (*failed, *unjudged)


def read(folder: Path) -> ValidationReport | None:
    """Return the report on this folder's manifest, or None where there is none.

    A report on another manifest counts as none. Raises `ReportRefused` where report or manifest
    cannot be read, or whose overall verdict is not what its checks say.
    """
    try:
        document = json.loads((folder / REPORT).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        raise ReportRefused("验证报告读不出来，请重新验证。") from problem
    try:
        found = from_json(document)
    except (KeyError, TypeError, ValueError) as problem:
        raise ReportRefused("验证报告的内容读不懂，请重新验证。") from problem
    try:
        return found if found.manifest_hash == manifest_hash(folder) else None
    except OSError as problem:
        raise ReportRefused("模型清单读不出来，无法核对验证报告。") from problem


def write(folder: Path, report: ValidationReport) -> Path:
    """Write the report beside the artefact it speaks of, replacing an older one."""
    path = folder / REPORT
    text = json.dumps(as_json(report), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def manifest_hash(folder: Path) -> str:
    """Return the SHA-256 of the folder's manifest, as registration stores it."""
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def as_json(report: ValidationReport) -> dict[str, object]:
    """Return the report as plain values; `from_json` gives it back."""
    return {
        "format": FORMAT,
        "code": report.code,
        "version": report.version,
        "manifest_hash": report.manifest_hash,
        "table": report.table,
        "table_sha256": report.table_sha256,
        "rows": report.rows,
        "split": report.split,
        "counts": dict(report.counts),
        "passed": report.passed,
        "made_at": report.made_at.isoformat(),
        "checks": [{**asdict(check), "numbers": dict(check.numbers)} for check in report.checks],
    }


def from_json(document: Mapping[str, object]) -> ValidationReport:
    """Return the report a document describes.

    Raises `KeyError`, `TypeError` or `ValueError` for another form, and where `passed` is not
    what the checks say.
    """
    if document["format"] != FORMAT:
        raise ValueError("unknown format")
    report = ValidationReport(
        code=str(document["code"]),
        version=str(document["version"]),
        manifest_hash=str(document["manifest_hash"]),
        table=str(document["table"]),
        table_sha256=str(document["table_sha256"]),
        rows=_whole(document["rows"]),
        split=str(document["split"]),
        counts={name: _whole(count) for name, count in _mapping(document["counts"]).items()},
        checks=tuple(_check(_mapping(item)) for item in _sequence(document["checks"])),
        made_at=datetime.fromisoformat(str(document["made_at"])),
    )
    if report.passed is not document["passed"]:
        raise ValueError("the verdict is not what the checks say")
    return report


def _check(document: Mapping[str, object]) -> Check:
    passed, binding = document["passed"], document["binding"]
    if not (passed is None or isinstance(passed, bool)) or not isinstance(binding, bool):
        raise TypeError("passed or binding is no truth value")
    return Check(
        code=str(document["code"]),
        name=str(document["name"]),
        passed=passed,
        value=str(document["value"]),
        limit=str(document["limit"]),
        n=_whole(document["n"]),
        binding=binding,
        made_by=str(document["made_by"]),
        note=str(document["note"]),
        numbers=_mapping(document["numbers"]),
    )


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is not a mapping")
    return value


def _sequence(value: object) -> Sequence[object]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(f"{value!r} is not a list")
    return value
