"""Export indicators as a table for training, under the training consent, 模型训练授权."""

import gzip
import hashlib
import json
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from sqlalchemy import text

from xinyidai.catalogue.indicators import Unit, indicator_dictionary
from xinyidai.catalogue.kinds import get_kind
from xinyidai.consents import queries as consents
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import Knowledge, PlatformRun, history
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.errors import InvalidInput
from xinyidai.profiles import policies, queries
from xinyidai.profiles.service.batch import FIRMS_AT_ONCE, Progress, finished_of
from xinyidai.profiles.service.building import codes_within
from xinyidai.profiles.service.past import REPLAY, knowledge_of
from xinyidai.profiles.values import FirmFacts

TRAINING = "model_training"
RESEARCH = "indicators"
WHOLE_NUMBERS = frozenset({Unit.AMOUNT, Unit.COUNT, Unit.PEOPLE, Unit.MONTHS, Unit.FLAG})
Firm = tuple[str, FirmFacts, int, PlatformRun]
Given = tuple[tuple[str, ...], date]
"""What a firm allowed for training: items, and the first day of the period."""
WITH_KIND = "SELECT DISTINCT r.enterprise_id FROM {relation} AS r WHERE r.kind = :kind"


def export_indicators(  # noqa: PLR0913 - one switch for each option of the command
    path: Path,
    as_of: date | None = None,
    enterprise_ids: Collection[UUID] | None = None,
    *,
    source_kind: str | None = None,
    known_at: datetime | None = None,
    on_progress: Progress | None = None,
    actor: Actor = SYSTEM,
) -> int:
    """Write `uscc` and all indicators, empty where missing, to CSV.gz or Parquet; return the rows.

    Two groups of firms and nobody else: those that gave the training consent, each within its
    items and period, and those whose codes were made up for research data that names no firm.
    `source_kind` keeps to firms with a record of that kind. Only what happened up to `as_of` and
    was known then (or at `known_at`) counts, as it stood then: also what was repaired since, for
    the table is no new decision. Pieces are kept beside the file until it is whole: started again
    after an end by force, it goes on where firms are unchanged.

    Raises:
        InvalidInput: the name of the file ends in something else.

    """
    policies.require_processing(actor)
    if not path.name.endswith((".csv.gz", ".parquet")):
        raise InvalidInput("导出文件名必须以 .csv.gz 或 .parquet 结尾。")
    day, kind = as_of or clock.today(), get_kind(source_kind).code if source_kind else None
    known = knowledge_of(day, known_at, with_ended=True)
    parts = path.with_name(f"{path.name}.parts")
    parts.mkdir(exist_ok=True)
    given = _given()
    files, rows = [], 0
    with ExitStack() as runs:
        firms = [
            (uscc, facts, version, run)
            for purpose in (TRAINING, RESEARCH if known is None else REPLAY)
            for run, facts, uscc, version in _chosen_firms(
                _opened(runs, purpose, known, actor), enterprise_ids, kind
            )
        ]
        firms.sort(key=lambda firm: firm[0])
        for start in range(0, len(firms), FIRMS_AT_ONCE):
            piece = firms[start : start + FIRMS_AT_ONCE]
            files.append(_part(parts, piece, day, given))
            rows += len(piece)
            if on_progress:
                on_progress(rows, len(firms))
    _write(path, files)
    shutil.rmtree(parts)
    return rows


def _given() -> dict[UUID, Given]:
    found = consents.given_to_platform(TRAINING)
    return {firm: (tuple(sorted(one.item_codes)), one.data_from) for firm, one in found.items()}


def _opened(runs: ExitStack, purpose: str, known: Knowledge | None, actor: Actor) -> PlatformRun:
    """Open the run of one purpose until the table is written."""
    scope = None if purpose == TRAINING else queries.invented_firms()
    version = indicator_dictionary().version
    return runs.enter_context(
        credit_records.platform_run(
            purpose, version, enterprise_ids=scope, actor=actor, known=known
        )
    )


def _chosen_firms(
    run: PlatformRun, enterprise_ids: Collection[UUID] | None, kind: str | None
) -> Iterator[tuple[PlatformRun, FirmFacts, str, int]]:
    chosen = _chosen(run, enterprise_ids, kind)
    if run.purpose == TRAINING:
        chosen -= queries.invented_firms()
    for facts, uscc, version in queries.list_firms(chosen):
        yield run, facts, uscc, version


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


def _part(parts: Path, firms: Sequence[Firm], day: date, given: Mapping[UUID, Given]) -> Path:
    """Return the file of some firms, made unless one for the same facts and consents is there."""
    collected = sorted(credit_records.collected_kinds())
    facts = [
        (uscc, version, run.purpose, str(run.known), str(given.get(firm.enterprise_id)))
        for uscc, firm, version, run in firms
    ]
    key = json.dumps([str(day), indicator_dictionary().version, collected, facts])
    path = parts / f"{hashlib.sha256(key.encode()).hexdigest()}.parquet"
    if not path.exists():
        tables = [
            _table(run, firms, day, given) for run in dict.fromkeys(firm[3] for firm in firms)
        ]
        fresh = path.with_suffix(".new")
        pq.write_table(pa.concat_tables(tables).sort_by("uscc"), fresh)
        fresh.replace(path)
    return path


def _table(
    run: PlatformRun, firms: Sequence[Firm], day: date, given: Mapping[UUID, Given]
) -> pa.Table:
    ours = {str(facts.enterprise_id): (uscc, facts) for uscc, facts, _, of in firms if of is run}
    tables = []
    for finished in finished_of(run, [facts for _, facts in ours.values()], day):
        ids = finished.ids.astype("U").tolist()
        covered = [_covered(run, given.get(UUID(firm)), day) for firm in ids]
        columns = [pa.array([ours[firm][0] for firm in ids], pa.string())]
        for field in list(_schema())[1:]:
            column = finished.column(field.name)
            closed = np.array([field.name not in codes for codes in covered], np.bool_)
            values = pa.array(column.values, mask=(column.causes != 0) | closed)
            columns.append(values.cast(field.type))
        tables.append(pa.table(columns, _schema()))
    return pa.concat_tables(tables)


def _covered(run: PlatformRun, given: Given | None, day: date) -> frozenset[str]:
    """Return the indicators of a firm that may be written: what it allowed, or research data."""
    if run.purpose != TRAINING:
        return frozenset(indicator_dictionary().indicators)
    return frozenset() if given is None else _codes(day, *given)


_codes = lru_cache(codes_within)


@lru_cache
def _schema() -> pa.Schema:
    fields = [("uscc", pa.string())]
    for code, entry in indicator_dictionary().indicators.items():
        whole = entry.unit in WHOLE_NUMBERS
        fields.append((code, pa.int64() if whole else pa.float64()))
    return pa.schema(fields)


def _write(path: Path, files: Sequence[Path]) -> None:
    if path.name.endswith(".parquet"):
        with pq.ParquetWriter(path, _schema()) as writer:
            for file in files:
                writer.write_table(pq.read_table(file))
        return
    # A fixed time in the gzip header: the same data makes the same bytes.
    with (
        path.open("wb") as target,
        gzip.GzipFile("", "wb", fileobj=target, mtime=0) as packed,
        pa_csv.CSVWriter(pa.PythonFile(packed, mode="w"), _schema()) as writer,
    ):
        for file in files:
            writer.write_table(pq.read_table(file))
