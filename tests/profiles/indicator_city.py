"""An invented city of records and firms as Parquet, written fast by DuckDB, for benches and tests.

Nine records in twenty are monthly figures; firms differ in how many records they have, some have
none; dates reach past the day of computation, and fall on every edge of the windows.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from xinyidai.catalogue.indicators import indicator_dictionary

AS_OF = date(2026, 5, 31)
MONTHLY = (
    "electricity_usage",
    "gas_usage",
    "housing_fund",
    "import_export",
    "monthly_invoicing",
    "recruitment",
    "social_insurance",
    "tax_payment",
    "water_usage",
)
LEVELS = {
    "court_judgement": ("plaintiff", "defendant", None),
    "credit_grade": ("A", "B", "C", "D"),
    "customs_grade": ("certified", "ordinary", "discredited"),
    "environment_grade": ("green", "blue", "yellow", "red"),
    "housing_fund": ("paid", "closed"),
    "monthly_invoicing": ("output", "input"),
    "patent": ("invention", "utility_model", "design"),
    "social_insurance": ("paid", "suspended", "in_arrears", None),
    "specialised_new": ("innovative", "specialised_new", "little_giant", "unheard_of"),
    "tax_grade": ("A", "B", "M", "C", "D"),
}
FIRMS = """
    copy (
        select firm_id(i) as enterprise_id,
            case when dice(i, 1) < 95 then date '1990-01-01' + cast(spread(i, 2, 13000) as integer)
                end as established_on,
            case when dice(i, 3) < 95 then cast(spread(i, 4, 10000000000000) as bigint)
                end as registered_capital_fen,
            case when dice(i, 5) < 70 then cast(spread(i, 6, 3000) as bigint) end as employees,
            case when dice(i, 7) < 60 then cast(spread(i, 8, 100000000000000) as bigint)
                end as revenue_fen
        from range({firms}) r(i)
    ) to '{path}' (format parquet)
"""
# Firms, kinds and days lie mixed, as records come in; one firm in twenty has none.
RECORDS = """
    copy (
        select firm_id(firm - (firm % 20 = 7)::int) as enterprise_id, kind,
            case when monthly then date '2026-06-01' - to_months(cast(spread(i, 12, 48) as integer))
                else date '2026-07-30' - cast(spread(i, 12, 1500) as integer)
            end::date as occurred_on,
            case when not monthly and dice(i, 13) < 50 then
                date '2026-07-30' - cast(spread(i, 12, 1500) as integer)
                    + cast(spread(i, 14, 1800) as integer)
            end::date as valid_until,
            case when dice(i, 15) < 85 then cast(spread(i, 16, 1000000000000) as bigint) - 1000000000
                end as amount_fen,
            case when dice(i, 17) < 85 then case
                    when kind in ('social_insurance', 'housing_fund', 'monthly_invoicing')
                        then spread(i, 18, 500)::decimal(18, 4)
                    else (spread(i, 18, 1000000000) / 10000)::decimal(18, 4)
                end end as quantity,
            levels[1 + cast(spread(i, 19, len(levels)) as integer)] as level,
            case when {counts} and dice(i, 20) < 85 then cast(spread(i, 21, 40) as bigint)
                end as void_count,
            case when {counts} and dice(i, 22) < 85 then cast(spread(i, 23, 40) as bigint)
                end as negative_count,
            case when {counts} and dice(i, 24) < 85 then cast(spread(i, 25, 40) as bigint)
                end as counterparty_count,
            case when {counts} and dice(i, 26) < 85 then cast(spread(i, 27, 10000000000) as bigint)
                end as top_counterparty_fen,
            case when monthly and dice(i, 28) < 85 then 500 * cast(spread(i, 29, 2) as bigint)
                end as overdue_fen
        from (
            select i, cast(floor({firms} * power(spread(i, 10, 1000003) / 1000003, 1.3)) as bigint)
                    as firm,
                case when dice(i, 9) < {share} then 1 + cast(spread(i, 11, {monthly}) as integer)
                    else {monthly} + 1 + cast(spread(i, 11, {other}) as integer) end as place
            from range({first}, {first} + {records}) r(i)
        ) join kinds using (place)
    ) to '{path}' (format parquet)
"""
MACROS = """
    create macro firm_id(i) as cast(md5('firm ' || i) as uuid)::varchar;
    create macro spread(i, salt, width) as (hash(i * 31 + salt) >> 11) % width;
    create macro dice(i, salt) as spread(i, salt, 100);
"""


@dataclass(frozen=True)
class City:
    """Parquet files of records and firms; `new` are the records of one more day."""

    records: Path
    firms: Path
    new: Path


def city(folder: Path, *, firms: int, records: int, new: int = 0) -> City:
    """Return the city of that size, written where it is not there yet."""
    made = City(*(folder / f"{name}.parquet" for name in ("records", "firms", "new")))
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(MACROS)
            _kinds(connection)
            connection.execute(FIRMS.format(firms=firms, path=made.firms))
            _records(connection, made.records, firms=firms, first=0, records=records)
            _records(connection, made.new, firms=firms, first=records, records=new)
        (folder / "done").touch()
    return made


def _kinds(connection: duckdb.DuckDBPyConnection) -> None:
    kinds = indicator_dictionary().kinds
    ordered = [kind for kind in kinds if kind in MONTHLY]
    ordered += [kind for kind in kinds if kind not in MONTHLY]
    connection.execute("create table kinds (place int, kind varchar, monthly bool, levels text[])")
    rows = [
        (place, kind, kind in MONTHLY, list(LEVELS.get(kind, ("one", "other", None))))
        for place, kind in enumerate(ordered, start=1)
    ]
    connection.executemany("insert into kinds values (?, ?, ?, ?)", rows)


def _records(
    connection: duckdb.DuckDBPyConnection, path: Path, *, firms: int, first: int, records: int
) -> None:
    kinds = indicator_dictionary().kinds
    monthly = sum(kind in MONTHLY for kind in kinds)
    query = RECORDS.format(
        firms=firms,
        first=first,
        records=records,
        share=60,
        monthly=monthly,
        other=len(kinds) - monthly,
        counts="kind = 'monthly_invoicing'",
        path=path,
    )
    connection.execute(query)
