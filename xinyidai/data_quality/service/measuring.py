"""The day's measuring, 日监测: three rates, late and missing records, suspects, codes, coverage.

One platform run; the figures, the rows behind them and the rule's version are stored. Measured
again on its day, a run replaces what it had made of the same months, so that it can be repeated
after a failure and checked at any time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import delete

from xinyidai.audit import service as audit
from xinyidai.catalogue.kinds import KINDS, CollectionMode
from xinyidai.catalogue.quality import QUALITY
from xinyidai.credit_records.service import measuring as store
from xinyidai.credit_records.service.measuring import Delivered, MeasuredBatch, MeasuredKind
from xinyidai.credit_records.service.platform import PlatformRun, platform_run
from xinyidai.credit_records.values import REGISTRATION
from xinyidai.data_quality import queries, rules
from xinyidai.data_quality.models import MissedDelivery, QualityFigure, QualityRun
from xinyidai.data_quality.service import counting, coverage, scoring, suspects, tickets
from xinyidai.data_quality.service.departments import Directory, read_directory
from xinyidai.data_quality.values import UNASSIGNED, Cell, Measure, Rate
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db, new_id

PURPOSE = "quality"
REGISTER_KIND = "business_registration"  # what a register extract is a delivery of


@dataclass(frozen=True)
class Ground:
    """What a measuring counts in: the deliveries with their departments, months, and the day."""

    today: date
    months: Sequence[date]
    directory: Directory
    batches: Sequence[MeasuredBatch]

    @property
    def measured(self) -> Iterator[MeasuredBatch]:
        """Yield the deliveries that came in during the months."""
        return (one for one in self.batches if one.is_measured)


def measure(months: Iterable[date] | None = None, actor: Actor = SYSTEM) -> QualityRun:
    """Measure these months, by default the present one and the one before, as they stand now."""
    today = clock.today()
    present = rules.month_of(today)
    chosen = sorted(set(months or (rules.month_after(present, -1), present)))
    directory = read_directory()
    ground = Ground(today, chosen, directory, _batches(directory, chosen))
    with platform_run(PURPOSE, QUALITY.version, actor=actor) as run:
        made = _open_run(ground, run)
        _stage(ground, run)
        suspects.find(ground.today, actor)
        cells = [*_compliance(ground), *_timeliness(ground, made.id)]
        cells += _reporting(ground, made.id)
        for cell in _merged(cells):
            db.session.add(_figure(made.id, cell))
        tickets.open_for_deliveries(list(ground.measured), directory)
        coverage.measure(run, made.id, ground.batches, today)
    made.codes = count_codes()
    db.session.flush()
    scoring.keep_scores(chosen)
    details = {"day": today.isoformat(), "months": made.months, "figures": len(cells)}
    audit.record(actor, "quality:measure", "quality_run", made.id, details)
    db.session.flush()
    return made


def count_codes() -> dict[str, int]:
    """Count 重错码 over all subjects, 重错码率: by fault, and the subjects there are.

    重码 are firms whose organisation part (places 9 to 17) another code has as well. 错码 are codes
    of firms that break GB 32100-2015, and rows of deliveries given back for their code whose
    ticket is not closed: each row counts as one subject, so the rate is never understated.
    Names that wait for a code count as subjects without one. Subjects are firms and such names.
    """
    [firms] = counting.rows(counting.FIRM_CODES, **counting.CODE_RULE)
    [[waiting]] = counting.rows(counting.WAITING_FIRMS)
    found = {
        "duplicate": int(firms.duplicate),
        "wrong_length": 0,
        "wrong_character": int(firms.wrong_character),
        "wrong_check_digit": int(firms.wrong_check_digit),
        "name_mismatch": 0,
        "no_code": int(waiting),
    }
    for fault, rows in counting.rows(counting.TICKET_ROWS):
        found[fault] = found.get(fault, 0) + int(rows)
    return found | {"subjects": int(firms.firms) + int(waiting), "faulty_firms": int(firms.faulty)}


def delivered_as(batch: Delivered) -> Delivered:
    """Return a delivery under the catalogue's kind: a register extract has none of its own."""
    return replace(batch, kind=REGISTER_KIND) if batch.kind == REGISTRATION else batch


def _batches(directory: Directory, months: Sequence[date]) -> list[MeasuredBatch]:
    return [
        MeasuredBatch(
            delivered_as(batch),
            directory.code_of(batch.source),
            rules.month_of(batch.received_on) in months,
        )
        for batch in store.list_delivered()
    ]


def _open_run(ground: Ground, run: PlatformRun) -> QualityRun:
    """Return the day's run; what it made of the same months before is taken away."""
    named = [month.isoformat() for month in ground.months]
    made = queries.run_of(ground.today)
    if made is None:
        made = QualityRun(id=new_id(), day=ground.today, months=[], codes={})
        db.session.add(made)
    made.rule_version, made.event_id = QUALITY.version, run.event_id
    made.months, made.made_at = sorted({*made.months, *named}), clock.now()
    db.session.flush()
    for statement in (
        delete(QualityFigure).where(
            QualityFigure.run_id == made.id, QualityFigure.month.in_(ground.months)
        ),
        delete(MissedDelivery).where(MissedDelivery.month.in_(ground.months)),
    ):
        db.session.execute(statement)
    return made


def _stage(ground: Ground, run: PlatformRun) -> None:
    first = min((one.batch.received_on for one in ground.batches), default=ground.today)
    since = ground.today - timedelta(days=QUALITY.suspect_days)
    since = min([since, *ground.months])
    store.open_tables(ground.batches, measured_kinds(), ground.directory.organs)
    store.read_reported(run)
    store.read_known(run, since, ground.today)
    counting.open_calendar(min(first, since), ground.today)


def measured_kinds() -> list[MeasuredKind]:
    """Return the kinds of 十公示 with the departments that decide and deliver."""
    return [
        MeasuredKind(
            kind=code,
            family=public.family,
            number_field=public.number,
            organ_field=public.organ,
            organ_code=None if public.organ else KINDS[code].department.code,
            office_code=KINDS[code].department.code,
        )
        for code, public in QUALITY.public_kinds.items()
    ]


def _compliance(ground: Ground) -> Iterator[Cell]:
    """Yield passed ÷ reported of each delivery, 合规率, by the month in which it came in.

    Passed are rows taken in, new or changed; the others are rows given back and rows that wait
    for a name because they had no usable code. Rows delivered again unchanged are not counted.
    """
    for one in ground.measured:
        batch = one.batch
        passed, failed = batch.accepted, batch.rejected
        if passed + failed:
            month = rules.month_of(batch.received_on)
            rate = Rate(passed, passed + failed)
            yield Cell(month, one.department_code, batch.kind, Measure.COMPLIANCE, rate)
    for source, named, month, count in counting.rows(counting.WAITING):
        if month in ground.months:
            code = ground.directory.code_of(source)
            kind = REGISTER_KIND if named == REGISTRATION else named
            yield Cell(month, code, kind, Measure.COMPLIANCE, Rate(0, int(count)))


def _timeliness(ground: Ground, run_id: UUID) -> Iterator[Cell]:
    """Yield in time ÷ reported, 及时率, by the month of first receipt; and keep the late rows.

    In time is what came in not later than the seventh working day after the decision. A record
    delivered again, changed or not, keeps the day on which it first came in. What was due before
    the department's first delivery of the kind is stock (存量) and not judged.
    """
    counting.change(counting.FORGET_LATE, months=list(ground.months))
    counting.change(counting.KEEP_LATE, run=run_id)
    for month, code, kind, timely, all_ in counting.rows(counting.TIMELY):
        yield Cell(month, code, kind, Measure.TIMELINESS, Rate(int(timely), int(all_)))


def _reporting(ground: Ground, run_id: UUID) -> Iterator[Cell]:
    """Yield reported ÷ should report, 上报率, by the month in which the obligation fell.

    Obligations are the deliveries that the update cycle asks for (`rules.expected_deliveries`), by
    their last day; and decisions of the department that another source told of, by their own
    day, once the seventh working day is over. One whose suspicion was excluded is none.
    """
    for (code, kind), days in _delivered_days(ground).items():
        cycle = KINDS[kind].update_cycle_days
        for slot in rules.expected_deliveries(days[0], cycle, ground.today):
            month = rules.month_of(slot.due_on)
            if month not in ground.months:
                continue
            is_kept = rules.is_kept(slot, days)
            yield Cell(month, code, kind, Measure.REPORTING, Rate(int(is_kept), 1))
            if not is_kept:
                db.session.add(
                    MissedDelivery(
                        run_id=run_id,
                        month=month,
                        department_code=code,
                        kind=kind,
                        opened_on=slot.opened_on,
                        due_on=slot.due_on,
                    )
                )
    found = counting.rows(counting.KNOWN, today=ground.today, months=list(ground.months))
    for month, code, kind, reported, known in found:
        yield Cell(month, code, kind, Measure.REPORTING, Rate(int(reported), int(known)))


def _delivered_days(ground: Ground) -> Mapping[tuple[str, str], list[date]]:
    """Return on which days each department delivered each kind, in order, 核验 kinds left out.

    Kinds verified one by one on request have no deliveries to expect.
    """
    days: dict[tuple[str, str], list[date]] = {}
    for one in ground.batches:
        kind = KINDS.get(one.batch.kind)
        if kind is None or kind.mode is CollectionMode.VERIFY:
            continue
        if one.department_code != UNASSIGNED:
            days.setdefault((one.department_code, kind.code), []).append(one.batch.received_on)
    return {key: sorted(set(found)) for key, found in days.items()}


def _merged(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Add up what belongs to one department, kind, month and measure."""
    found: dict[tuple[date, str, str, Measure], Rate] = {}
    for cell in cells:
        key = (cell.month, cell.department, cell.kind, cell.measure)
        found[key] = found.get(key, Rate(0, 0)) + cell.rate
    for (month, department, kind, measure_), rate in sorted(found.items()):
        yield Cell(month, department, kind, measure_, rate)


def _figure(run_id: UUID, cell: Cell) -> QualityFigure:
    return QualityFigure(
        run_id=run_id,
        month=cell.month,
        department_code=cell.department,
        kind=cell.kind,
        measure=cell.measure,
        numerator=cell.rate.numerator,
        denominator=cell.rate.denominator,
    )
