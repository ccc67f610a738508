"""Random firms and records of every kind: window edges, month ends, leap day, huge, none."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_records.service import NewRecord
from xinyidai.profiles.formulas import FIRM_SCHEMA, RECORD_SCHEMA
from xinyidai.profiles.values import FirmFacts

AS_OF = date(2026, 5, 31)
LEAP_DAY = date(2024, 2, 29)
MONTHLY = frozenset(
    {
        "monthly_invoicing",
        "tax_payment",
        "social_insurance",
        "housing_fund",
        "electricity_usage",
        "water_usage",
        "gas_usage",
        "heat_usage",
        "import_export",
        "recruitment",
    }
)
LETTERS = ("AAA", "AA", "A", "B", "C", "D", "五星")
LEVELS = {
    "monthly_invoicing": ("output", "input"),
    "tax_grade": ("A", "B", "M", "C", "D"),
    "environment_grade": ("green", "blue", "yellow", "red"),
    "customs_grade": ("certified", "ordinary", "discredited"),
    "credit_grade": ("A", "B", "C", "D"),
    "industry_credit_grade": LETTERS,
    "transport_credit_grade": LETTERS,
    "court_judgement": ("plaintiff", "defendant", None),
    "court_hearing": ("plaintiff", "defendant", "third_party", None),
    "patent": ("invention", "utility_model", "design"),
    "specialised_new": ("innovative", "specialised_new", "little_giant", "unheard_of"),
    "social_insurance": ("paid", "suspended", "in_arrears", None),
    "housing_fund": ("paid", "closed"),
    "administrative_levy": ("paid", "unpaid", "relieved"),
    "administrative_inspection": ("passed", "corrected", "handled", "absent"),
    "product_inspection": ("passed", "failed", "corrected", None),
    "safety_licence": ("有效", "暂扣", "注销", None),
    "credit_commitment": ("kept", "open", "broken"),
    "declared_contract": ("ongoing", "done"),
    "loan_record": ("normal", "overdue", "settled"),
    "cooperative": ("national", "provincial", "municipal", "district", None),
}
# The first day of a window, the day before, and the ends of validity stand at these.
EDGES = tuple(
    edge + timedelta(days=step)
    for edge in (
        date(2025, 5, 31),
        date(2024, 5, 31),
        date(2023, 5, 31),
        date(2025, 5, 1),
        date(2024, 5, 1),
        date(2023, 5, 1),
        date(2026, 5, 1),
        date(2024, 3, 1),
        date(2023, 2, 28),
        LEAP_DAY,
        AS_OF,
    )
    for step in (-1, 0, 1)
)
HUGE = 9 * 10**15
CONTENT = {
    "void_count": "void_count",
    "negative_count": "negative_count",
    "counterparty_count": "counterparty_count",
    "top_counterparty_fen": "top_counterparty_amount",
    "overdue_fen": "overdue_amount",
}
TYPES = {"string": pa.string(), "date": pa.date32(), "int64": pa.int64()}


@dataclass(frozen=True)
class Row:
    """One record with the columns the engines read."""

    enterprise_id: str
    kind: str
    occurred_on: date
    valid_until: date | None
    amount_fen: int | None
    quantity: Decimal | None
    level: str | None
    void_count: int | None
    negative_count: int | None
    counterparty_count: int | None
    top_counterparty_fen: int | None
    overdue_fen: int | None

    def as_new_record(self, number: int) -> NewRecord:
        """Return the record as it is collected."""
        cells = asdict(self)
        content = {name: cells.pop(column) for column, name in CONTENT.items()}
        return NewRecord(
            **cells | {"enterprise_id": UUID(self.enterprise_id)},
            source="test",
            natural_key=str(number),
            content={name: value for name, value in content.items() if value is not None},
        )


@dataclass(frozen=True)
class Sample:
    """Firms, their records and both as Parquet files."""

    as_of: date
    firms: list[FirmFacts]
    rows: list[Row]
    records_path: Path
    firms_path: Path

    @property
    def new_records(self) -> list[NewRecord]:
        return [row.as_new_record(number) for number, row in enumerate(self.rows)]


def make_sample(folder: Path, firms: int, each: int) -> Sample:
    """Draw firms with about `each` single records each, and write both tables."""
    drawn = make_firms(firms)
    rows = make_records(drawn, each)
    return Sample(AS_OF, drawn, rows, *write_parquet(folder, drawn, rows))


def make_firms(number: int, seed: int = 7) -> list[FirmFacts]:
    """Draw firms, some facts of some of them unknown."""
    source = random.Random(seed)  # noqa: S311 - test data
    return [
        FirmFacts(
            UUID(int=source.getrandbits(128), version=4),
            _maybe(source, _founded(source)),
            _maybe(source, source.randrange(10**13)),
            _maybe(source, source.randrange(3_000)),
            _maybe(source, source.randrange(10**14)),
        )
        for _ in range(number)
    ]


def make_records(
    firms: list[FirmFacts], each: int, seed: int = 8, *, kinds: Sequence[str] | None = None
) -> list[Row]:
    """Draw about `each` single records a firm, and series by month; every tenth has none.

    With `kinds` named only these, without the series.
    """
    source = random.Random(seed)  # noqa: S311 - test data
    if kinds is not None:
        return [
            _record(source, str(firm.enterprise_id), source.choice(kinds))
            for number, firm in enumerate(firms)
            if number % 10
            for _ in range(source.randrange(1, 2 * each))
        ]
    return [
        row
        for number, firm in enumerate(firms)
        if number % 10
        for row in _records_of(source, str(firm.enterprise_id), each)
    ]


def _records_of(source: random.Random, enterprise_id: str, each: int) -> Iterator[Row]:
    kinds = indicator_dictionary().kinds
    for _ in range(source.randrange(1, 2 * each)):
        yield _record(source, enterprise_id, source.choice(kinds))
    for kind in source.sample(sorted(MONTHLY), 2):
        for months in range(source.randrange(8, 40)):
            year, month = divmod(AS_OF.year * 12 + AS_OF.month - months, 12)
            yield _record(source, enterprise_id, kind, date(year, month + 1, 1))


def _record(source: random.Random, firm: str, kind: str, day: date | None = None) -> Row:
    day = day or _day(source)
    return Row(
        firm,
        kind,
        day.replace(day=1) if kind in MONTHLY else day,
        None if kind in MONTHLY else _end(source, day),
        _maybe(source, _amount(source)),
        _maybe(source, _quantity(source, kind)),
        source.choice(LEVELS.get(kind, ("one", "other", None))),
        *(_maybe(source, source.randrange(40)) for _ in range(3)),
        _maybe(source, source.randrange(10**10)),
        _maybe(source, source.choice((0, 500))),
    )


def _founded(source: random.Random) -> date:
    if source.random() < 0.1:
        return source.choice((LEAP_DAY, date(2000, 2, 29), date(1999, 12, 31), AS_OF))
    return date(1990, 1, 1) + timedelta(days=source.randrange(13_000))


def _day(source: random.Random) -> date:
    if source.random() < 0.4:
        return source.choice(EDGES)
    return AS_OF + timedelta(days=60) - timedelta(days=source.randrange(1_500))


def _end(source: random.Random, day: date) -> date | None:
    if source.random() < 0.5:
        return None
    if source.random() < 0.3:
        return AS_OF + timedelta(days=source.choice((-1, 0, 1)))
    return day + timedelta(days=source.randrange(1_800))


def _amount(source: random.Random) -> int:
    size = source.random()
    if size < 0.05:
        return source.choice((HUGE, -HUGE, HUGE - 1, 0, 1, -1))
    return source.randrange(-(10**9), 10**12)


def _quantity(source: random.Random, kind: str) -> Decimal:
    whole = kind in {"social_insurance", "housing_fund", "monthly_invoicing"}
    return Decimal(source.randrange(500)) if whole else Decimal(source.randrange(10**9)) / 10_000


def _maybe(source, value):
    return value if source.random() < 0.85 else None


def write_parquet(folder: Path, firms: list[FirmFacts], rows: list[Row]) -> tuple[Path, Path]:
    """Write both tables and return the paths of records and firms."""
    firm_rows = [asdict(firm) | {"enterprise_id": str(firm.enterprise_id)} for firm in firms]
    tables = {
        "records": (RECORD_SCHEMA, [vars(row) for row in rows]),
        "firms": (FIRM_SCHEMA, firm_rows),
    }
    for name, (schema, content) in tables.items():
        fields = [
            (column, TYPES.get(kind, pa.decimal128(18, 4))) for column, kind in schema.items()
        ]
        pq.write_table(pa.Table.from_pylist(content, pa.schema(fields)), folder / f"{name}.parquet")
    return folder / "records.parquet", folder / "firms.parquet"
