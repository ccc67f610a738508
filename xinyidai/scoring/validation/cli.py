"""`xinyidai model validate`: a folder on a table here, a registered version in the database."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict, Unpack

import click

from xinyidai.kernel.errors import DomainError
from xinyidai.scoring.artefacts import MANIFEST
from xinyidai.scoring.validation import report
from xinyidai.scoring.validation.report import ValidationReport

REFUSED = 2
FAILED = 3
TRIAL = {
    "pairs": 20_000,
    "reason_rows": 200,
    "withheld_rows": 50,
    "subsets": 20,
    "scored_rows": 200,
    "simulations": 200,
    "resamples": 50,
}

NoteInDatabase = Callable[[str, str, str, str], None]
"""Note a registered version as validated: code, version, login, opinion."""


class ValidateOptions(TypedDict):
    """The options of `model validate`."""

    table: Path | None
    out: Path | None
    time: str | None
    trial: bool
    as_json: bool
    login: str | None
    note: str


def add_validate(group: click.Group, note_in_database: NoteInDatabase) -> None:
    """Add the command to the group; with a VERSION it is the database's business."""

    @group.command("validate")
    @click.argument("target")
    @click.argument("version", required=False)
    @click.option("--table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="验证包写到这里")
    @click.option("--time", help="时间列；只有一个日期列时不必写")
    @click.option("--trial", is_flag=True, help="试跑：次数少，不在制品旁写 validation.json")
    @click.option("--json", "as_json", is_flag=True, help="报告以 JSON 输出")
    @click.option("--as", "login", help="办理人的登录名（核对登记的版本时）")
    @click.option("--note", default="", help="意见（核对登记的版本时）")
    def validate(target: str, version: str | None, **options: Unpack[ValidateOptions]) -> None:
        """验证模型目录 TARGET（须有 --table）；给出 VERSION 时核对登记的模型 TARGET VERSION."""
        if version is None:
            _validate_folder(Path(target), options)
        elif options["login"] is None:
            raise click.UsageError("核对登记的版本须用 --as 指出办理人。")
        else:
            note_in_database(target, version, options["login"], options["note"])


def _validate_folder(folder: Path, options: ValidateOptions) -> None:
    if options["table"] is None:
        raise click.UsageError("验证模型目录须用 --table 指出标注表。")
    try:
        found = _made(folder, options["table"], options)
    except DomainError as refusal:
        click.echo(refusal.message, err=True)
        raise SystemExit(REFUSED) from refusal
    click.echo(_as_json(found) if options["as_json"] else _as_text(found))
    if not found.passed:
        raise SystemExit(FAILED)


def _made(folder: Path, table: Path, options: ValidateOptions) -> ValidationReport:
    # the training libraries take seconds to load; only who validates a folder pays
    from xinyidai.scoring.validation.pack import write_pack  # noqa: PLC0415
    from xinyidai.scoring.validation.run import validate  # noqa: PLC0415
    from xinyidai.scoring.validation.subject import Counts, load  # noqa: PLC0415

    subject = load(_artefact_folder(folder), table, _tell, time_column=options["time"])
    counts = Counts(**TRIAL) if options["trial"] else Counts()
    found = validate(subject, counts, _tell)
    if not options["trial"]:
        report.write(subject.artefact.folder, found)
    if options["out"] is not None:
        _tell(f"验证包：{write_pack(subject, found, options['out'])}")
    return found


def _artefact_folder(folder: Path) -> Path:
    """Return the folder itself, or the only artefact below it."""
    if (folder / MANIFEST).is_file():
        return folder
    below = sorted(folder.rglob(MANIFEST))
    return below[0].parent if len(below) == 1 else folder


def _tell(message: str) -> None:
    click.echo(message, err=True)


def _as_json(found: ValidationReport) -> str:
    return json.dumps(report.as_json(found), ensure_ascii=False, allow_nan=False)


def _as_text(found: ValidationReport) -> str:
    lines = [f"{check.verdict}\t{check.name}\t{check.value}" for check in found.checks]
    verdict = "通过" if found.passed else "未通过：" + "".join(found.unmet)
    return "\n".join([*lines, f"{found.code} {found.version}（{found.split}）：{verdict}"])
