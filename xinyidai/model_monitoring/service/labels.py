"""Outcomes as training labels, 表现标签: only of firms that authorized 模型训练 and still do.

What is exported of a firm: indicators from the profile that was stored at the day of the bank's
decision, within the items and the period authorized, and what became of the loan. No name, no
code, no amount.
"""

import gzip
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from xinyidai.applications.models import RepaymentReport
from xinyidai.audit import service as audit
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.consents import queries as consents
from xinyidai.consents.models import Consent
from xinyidai.credit_records import service as credit_records
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.errors import InvalidInput
from xinyidai.model_monitoring import label_rules, policies, queries
from xinyidai.model_monitoring.label_rules import Told
from xinyidai.model_monitoring.values import LeftOut, OutcomeLabel
from xinyidai.profiles import service as profiles
from xinyidai.profiles.models import ProfileSnapshot

TRAINING = "model_training"
DECIDED_ON, LABEL = "decided_on", "defaulted"
ENDINGS = (".csv", ".csv.gz", ".parquet")
KNOWN = frozenset({OutcomeLabel.BAD, OutcomeLabel.GOOD})


@dataclass(frozen=True)
class Labelled:
    """One loan whose outcome may be used and is known."""

    loan: queries.Loan
    consent: Consent
    is_bad: bool


@dataclass(frozen=True)
class LabelCounts:
    """What an export wrote, and how many loans it left out, by reason."""

    rows: int
    bads: int
    firms: int
    left_out: Mapping[LeftOut, int]
    rules_version: str = label_rules.VERSION


def export_labels(path: Path, *, actor: Actor = SYSTEM) -> LabelCounts:
    """Write a training table of decided loans: day, indicators, `defaulted`.

    One logged platform run names the rule version and how many firms it took from; should a firm
    withdraw its authorization meanwhile, nothing is written.

    Raises:
        Forbidden: the actor does no platform processing.
        InvalidInput: the name of the file ends in something else.
        RuleBroken: an authorization ended between choosing and reading.

    """
    policies.require_processing(actor)
    if not path.name.endswith(ENDINGS):
        raise InvalidInput("文件名必须以 .csv、.csv.gz 或 .parquet 结尾。")
    left: Counter[LeftOut] = Counter()
    chosen = [
        (found, snapshot)
        for found in labelled_loans(left)
        if (snapshot := _snapshot(found, left)) is not None
    ]
    firms = {found.loan[0].enterprise_id for found, _ in chosen}
    with credit_records.platform_run(
        TRAINING, label_rules.VERSION, enterprise_ids=firms, actor=actor
    ):
        rows = [_row(found, snapshot) for found, snapshot in chosen]
    _write(path, rows)
    counts = LabelCounts(len(rows), sum(row[LABEL] for row in rows), len(firms), dict(left))
    details = {"rows": counts.rows, "firms": counts.firms, "rules": label_rules.VERSION}
    audit.record(actor, "model:export_labels", "model_labels", label_rules.VERSION, details)
    return counts


def labelled_loans(left: Counter[LeftOut]) -> Iterator[Labelled]:
    """Yield the loans with a known outcome of firms that authorize training now; count the rest."""
    told = _told_by_loan(queries.repayments())
    today = clock.today()
    live: dict[UUID, Consent | None] = {}
    for loan in queries.loans():
        application, decision, disbursed_on = loan
        firm = application.enterprise_id
        if firm not in live:
            live[firm] = consents.active_for(firm, None, TRAINING)
        consent = live[firm]
        if consent is None:
            left[LeftOut.NOT_AUTHORIZED] += 1
            continue
        if clock.local(decision.decided_at).date() < consent.data_from:
            left[LeftOut.BEFORE_AUTHORIZED_PERIOD] += 1
            continue
        label = label_rules.label_of(disbursed_on, told.get(application.id, ()), today)
        if label in KNOWN:
            yield Labelled(loan, consent, label is OutcomeLabel.BAD)
        else:
            left[LeftOut(label.value)] += 1


def _told_by_loan(reports: Sequence[RepaymentReport]) -> dict[UUID, list[Told]]:
    told: dict[UUID, list[Told]] = {}
    for row in reports:
        entry = Told(row.state, row.as_of, row.days_overdue)
        told.setdefault(row.application_id, []).append(entry)
    return told


def _snapshot(found: Labelled, left: Counter[LeftOut]) -> ProfileSnapshot | None:
    """Return the profile as it was stored when the bank decided: nothing newer is ever used."""
    application, decision, _ = found.loan
    moment = decision.decided_at
    day = clock.local(moment).date()
    snapshot = queries.snapshot_at(application.enterprise_id, moment, day)
    if snapshot is None:
        left[LeftOut.NO_SNAPSHOT] += 1
    return snapshot


def _row(found: Labelled, snapshot: ProfileSnapshot) -> dict[str, Any]:
    decided_on = clock.local(found.loan[1].decided_at).date()
    given = found.consent
    covered = profiles.codes_within(snapshot.as_of, given.item_codes, given.data_from)
    values = {
        code: _value(snapshot.indicators.get(code)) if code in covered else None
        for code in indicator_dictionary().indicators
    }
    return {DECIDED_ON: decided_on.isoformat(), **values, LABEL: int(found.is_bad)}


def _value(entry: Mapping[str, Any] | None) -> float | None:
    if entry is None or entry["missing"] is not None:
        return None
    return float(entry["value"])


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    fields = [(DECIDED_ON, pa.string())]
    fields += [(code, pa.float64()) for code in indicator_dictionary().indicators]
    fields.append((LABEL, pa.int8()))
    # By content, so that the order does not tell which firm a row is of.
    ordered = sorted(rows, key=lambda row: [str(value) for value in row.values()])
    table = pa.Table.from_pylist([dict(row) for row in ordered], pa.schema(fields))
    if path.name.endswith(".parquet"):
        pq.write_table(table, path)
        return
    with path.open("wb") as file:
        if path.name.endswith(".csv"):
            pa_csv.write_csv(table, file)
            return
        # A fixed time in the gzip header: the same data makes the same bytes.
        with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
            pa_csv.write_csv(table, pa.PythonFile(packed, mode="w"))
