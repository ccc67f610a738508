"""Random firms and records for the tests of the engines, and a small world in the database."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count, groupby
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_records.service import NewRecord, write
from xinyidai.credit_records.values import BatchCounts
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import EnterpriseOrigin, EnterpriseScale, RegistrationStatus
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db as database
from xinyidai.profiles.formulas import FIRM_SCHEMA, RECORD_SCHEMA
from xinyidai.profiles.values import FirmFacts

numbers = count(1)

AS_OF = date(2026, 5, 31)
MONTHLY = frozenset(
    {
        "monthly_invoicing",
        "tax_payment",
        "social_insurance",
        "housing_fund",
        "electricity_usage",
        "water_usage",
        "gas_usage",
        "import_export",
        "recruitment",
    }
)
LEVELS = {
    "monthly_invoicing": ("output", "input"),
    "tax_grade": ("A", "B", "M", "C", "D"),
    "environment_grade": ("green", "blue", "yellow", "red"),
    "customs_grade": ("certified", "ordinary", "discredited"),
    "credit_grade": ("A", "B", "C", "D"),
    "court_judgement": ("plaintiff", "defendant", None),
    "patent": ("invention", "utility_model", "design"),
    "specialised_new": ("innovative", "specialised_new", "little_giant", "unheard_of"),
    "social_insurance": ("paid", "suspended", "in_arrears", None),
    "housing_fund": ("paid", "closed"),
}
TYPES = {"string": pa.string(), "date": pa.date32(), "int64": pa.int64()}


CONTENT = {
    "void_count": "void_count",
    "negative_count": "negative_count",
    "counterparty_count": "counterparty_count",
    "top_counterparty_fen": "top_counterparty_amount",
    "overdue_fen": "overdue_amount",
}


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


def make_firms(number: int, seed: int = 7) -> list[FirmFacts]:
    source = random.Random(seed)  # noqa: S311 - test data
    return [
        FirmFacts(
            UUID(int=source.getrandbits(128), version=4),
            _maybe(source, date(1990, 1, 1) + timedelta(days=source.randrange(13_000))),
            _maybe(source, source.randrange(10**13)),
            _maybe(source, source.randrange(3_000)),
            _maybe(source, source.randrange(10**14)),
        )
        for _ in range(number)
    ]


def make_records(
    firms: list[FirmFacts], each: int, seed: int = 8, *, kinds: Sequence[str] | None = None
) -> list[Row]:
    """About `each` records a firm, some of them newer than `AS_OF`; every tenth firm has none."""
    source = random.Random(seed)  # noqa: S311 - test data
    kinds = kinds or indicator_dictionary().kinds
    return [
        _record(source, str(firm.enterprise_id), source.choice(kinds))
        for number, firm in enumerate(firms)
        if number % 10
        for _ in range(source.randrange(1, 2 * each))
    ]


def _record(source: random.Random, enterprise_id: str, kind: str) -> Row:
    day = AS_OF + timedelta(days=60) - timedelta(days=source.randrange(1_500))
    ends = day + timedelta(days=source.randrange(1_800)) if source.random() < 0.5 else None
    return Row(
        enterprise_id,
        kind,
        day.replace(day=1) if kind in MONTHLY else day,
        None if kind in MONTHLY else ends,
        _maybe(source, source.randrange(-(10**9), 10**12)),
        _maybe(source, _quantity(source, kind)),
        source.choice(LEVELS.get(kind, ("one", "other", None))),
        *(_maybe(source, source.randrange(40)) for _ in range(3)),
        _maybe(source, source.randrange(10**10)),
        _maybe(source, source.choice((0, 500))),
    )


def _quantity(source: random.Random, kind: str) -> Decimal:
    whole = kind in {"social_insurance", "housing_fund", "monthly_invoicing"}
    return Decimal(source.randrange(500)) if whole else Decimal(source.randrange(10**9)) / 10_000


def _maybe(source, value):
    return value if source.random() < 0.85 else None


def write_parquet(folder: Path, firms: list[FirmFacts], rows: list[Row]) -> tuple[Path, Path]:
    """Write both tables and return the paths of records and firms."""
    firm_rows = [asdict(firm) | {"enterprise_id": str(firm.enterprise_id)} for firm in firms]
    tables = {
        "records": (RECORD_SCHEMA, [asdict(row) for row in rows]),
        "firms": (FIRM_SCHEMA, firm_rows),
    }
    for name, (schema, content) in tables.items():
        fields = [
            (column, TYPES.get(kind, pa.decimal128(18, 4))) for column, kind in schema.items()
        ]
        pq.write_table(pa.Table.from_pylist(content, pa.schema(fields)), folder / f"{name}.parquet")
    return folder / "records.parquet", folder / "firms.parquet"


class City:
    """Puts firms and records into whatever session the test has."""

    def firm(self, facts: FirmFacts | None = None, **changes: object) -> UUID:
        columns = {} if facts is None else {**vars(facts), "id": facts.enterprise_id}
        columns.pop("enterprise_id", None)
        firm = Enterprise(
            uscc=f"P{next(numbers):017d}",
            name="测试机械有限公司",
            normal_name="测试机械有限公司",
            status=RegistrationStatus.ACTIVE,
            origin=EnterpriseOrigin.SELF,
            source="test",
            section="C",
            scale=EnterpriseScale.SMALL,
            **{**columns, **changes},
        )
        database.session.add(firm)
        database.session.flush()
        return firm.id

    def boss(self, firm_id: UUID) -> Actor:
        return Actor(None, Role.ENTERPRISE_USER, firm_id, "王老板")

    def record(self, firm_id: UUID, kind: str, day: date, **changes: object) -> None:
        fields = {"source": "test", "natural_key": f"k{next(numbers)}", "content": {}} | changes
        self.collect([NewRecord(enterprise_id=firm_id, kind=kind, occurred_on=day, **fields)])

    def collect(self, rows: Iterable[NewRecord]) -> None:
        """Take rows in, one batch for each kind."""
        ordered = sorted(rows, key=lambda row: row.kind)
        for kind, group in groupby(ordered, key=lambda row: row.kind):
            self._collect_kind(kind, list(group))

    def has_collected(self, *kinds: str) -> None:
        """Note that a kind was collected, without a row for anybody."""
        for kind in kinds:
            self._collect_kind(kind, [])

    def _collect_kind(self, kind: str, rows: list[NewRecord]) -> None:
        batch = write.open_batch(
            SYSTEM,
            source="test",
            kind=kind,
            file_name="test.csv",
            sha256=sha256(str(next(numbers)).encode()).hexdigest(),
        )
        if rows:
            write.add_records(batch.id, rows)
        write.close_batch(SYSTEM, batch.id, BatchCounts(len(rows), len(rows), 0, 0))


@pytest.fixture
def make_city() -> City:
    return City()


@pytest.fixture
def city(db, make_city: City) -> City:
    return make_city


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """340 firms, every tenth without a record."""
    firms = make_firms(340)
    rows = make_records(firms, each=30)
    paths = write_parquet(tmp_path_factory.mktemp("parquet"), firms, rows)
    return Sample(AS_OF, firms, rows, *paths)
