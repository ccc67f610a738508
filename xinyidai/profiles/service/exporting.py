"""Export indicators as a table for training, under the training consent, 模型训练授权."""

import gzip
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from sqlalchemy import text

from xinyidai.catalogue.indicators import Unit, indicator_dictionary
from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.missing import Missing
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import Knowledge, PlatformRun, history
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.errors import InvalidInput
from xinyidai.profiles import policies, queries
from xinyidai.profiles.service.batch import profiles_of
from xinyidai.profiles.service.past import REPLAY, knowledge_of
from xinyidai.profiles.values import ProfileFacts

TRAINING = "model_training"
RESEARCH = "indicators"
WHOLE_NUMBERS = frozenset({Unit.AMOUNT, Unit.COUNT, Unit.PEOPLE, Unit.MONTHS, Unit.FLAG})
WITH_KIND = "SELECT DISTINCT r.enterprise_id FROM {relation} AS r WHERE r.kind = :kind"


def export_indicators(  # noqa: PLR0913 - all but the path are options of one command
    path: Path,
    as_of: date | None = None,
    enterprise_ids: Collection[UUID] | None = None,
    *,
    source_kind: str | None = None,
    known_at: datetime | None = None,
    actor: Actor = SYSTEM,
) -> int:
    """Write `uscc` and all indicators, empty where missing, to CSV.gz or Parquet; return the rows.

    Two groups of firms and nobody else: those that gave the training consent, and those whose
    codes were made up for research data that names no firm. `source_kind` keeps to firms with a
    record of that kind. Only what happened up to `as_of` and was known then (or at `known_at`)
    counts, as it stood then: also what was repaired since, for the table is no new decision.

    Raises:
        InvalidInput: the name of the file ends in something else.

    """
    policies.require_processing(actor)
    if not path.name.endswith((".csv.gz", ".parquet")):
        raise InvalidInput("导出文件名必须以 .csv.gz 或 .parquet 结尾。")
    day, kind = as_of or clock.today(), get_kind(source_kind).code if source_kind else None
    known = knowledge_of(day, known_at, with_ended=True)
    rows = [
        row
        for purpose in (TRAINING, RESEARCH if known is None else REPLAY)
        for row in _rows(purpose, Moment(day, known), enterprise_ids, kind, actor)
    ]
    _write(path, sorted(rows, key=lambda row: str(row["uscc"])))
    return len(rows)


@dataclass(frozen=True)
class Moment:
    """The day of a table, and what counts as known on it."""

    day: date
    known: Knowledge | None


def _rows(
    purpose: str,
    moment: Moment,
    enterprise_ids: Collection[UUID] | None,
    kind: str | None,
    actor: Actor,
) -> Iterator[dict[str, Any]]:
    invented = queries.invented_firms()
    scope = None if purpose == TRAINING else invented
    with credit_records.platform_run(
        purpose,
        indicator_dictionary().version,
        enterprise_ids=scope,
        actor=actor,
        known=moment.known,
    ) as run:
        chosen = _chosen(run, enterprise_ids, kind)
        if purpose == TRAINING:
            chosen -= invented
        firms = queries.list_firms(chosen)
        codes = {facts.enterprise_id: uscc for facts, uscc, _ in firms}
        for profile in profiles_of(run, [facts for facts, _, _ in firms], moment.day):
            yield _row(codes[profile.enterprise_id], profile)


def _chosen(
    run: PlatformRun, enterprise_ids: Collection[UUID] | None, kind: str | None
) -> set[UUID]:
    chosen = set(run.enterprise_ids or ())
    if enterprise_ids is not None:
        chosen &= set(enterprise_ids)
    if kind is not None and chosen:
        with_kind = text(WITH_KIND.format(relation=history.relation_of(run.known)))
        params = {"kind": kind, **history.parameters_of(run.known)}
        chosen &= {row[0] for row in run.execute(with_kind, params)}
    return chosen


def _row(uscc: str, profile: ProfileFacts) -> dict[str, Any]:
    values = {code: entry.value for code, entry in profile.values.items()}
    return {"uscc": uscc} | {
        code: None if isinstance(value, Missing) else value for code, value in values.items()
    }


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    fields = [("uscc", pa.string())]
    for code, entry in indicator_dictionary().indicators.items():
        whole = entry.unit in WHOLE_NUMBERS
        fields.append((code, pa.int64() if whole else pa.float64()))
    table = pa.Table.from_pylist(rows, pa.schema(fields))
    if path.name.endswith(".parquet"):
        pq.write_table(table, path)
        return
    # A fixed time in the gzip header: the same data makes the same bytes.
    with path.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        pa_csv.write_csv(table, pa.PythonFile(packed, mode="w"))
