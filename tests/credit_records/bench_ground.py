"""Ground of the collection benches: an invented city of firms, and files of its tax payments.

Database and files are built once under XINYIDAI_BENCH_DIR; each bench clears the records it wrote.
"""

import dataclasses
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg
import pyarrow as pa
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy import Connection, create_engine, text

from xinyidai.app import create_app
from xinyidai.credit_records.collecting import CollectionRequest
from xinyidai.enterprises.service import Registration, import_registrations
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.postgres_roles import libpq
from xinyidai.kernel.settings import DEMO_SECRET, Mode, Settings, load_settings
from xinyidai.kernel.uscc import invented

FIRMS = 100_000
KIND = "tax_payment"
SOURCE = "bench"
FIRST_CODE = 5_000_000
HEADINGS = "统一社会信用代码,企业名称,所属月份,税种,计税依据（元）,实缴税额（元）,是否按期申报"
# One row for each firm, month and tax; `changed` rows out of a thousand say another amount.
ROWS = """
    copy (
        select uscc as "统一社会信用代码", name as "企业名称",
            strftime(date '2015-01-01' + to_months(cast(place // 2 as integer)), '%Y-%m')
                as "所属月份",
            case when place % 2 = 0 then '增值税' else '企业所得税' end as "税种",
            cast(1000 + (n * 7919) % 9000000 as varchar) || '.50' as "计税依据（元）",
            cast(10 + (n * 104729) % 800000 + case when n % 1000 < {changed} then 1 else 0 end
                as varchar) || '.25' as "实缴税额（元）",
            case when n % 10 = 0 then '否' else '是' end as "是否按期申报"
        from (select n, n % {firms} as firm, n // {firms} as place from range({rows}) r(n))
        join firms using (firm) order by hash(n + {order})
    ) to '{path}' (format csv, header true)
"""


PART = 1_000_000
# A firm's records of one part are one kind's; with all parts it has twenty kinds.
FILL = """
    insert into credit.credit_record (enterprise_id, kind, source, natural_key, occurred_on,
        amount_fen, quantity, level, content, row_hash, batch_id, collected_at)
    select e.id, 'kind_' || %(part)s::int, 'bench', n || '|' || %(part)s::int,
        date '2026-06-15' - (n * 37 + %(part)s::int) %% 2000, n * 1000, 1, '甲',
        jsonb_build_object('period', n, 'tax_type', '增值税', 'amount', n * 1000,
            'note', '演示记录，仅供测量速度'),
        sha256((n || e.uscc)::bytea), '00000000-0000-7000-8000-000000000000', now()
    from enterprise e, generate_series(1, %(each)s::int) n order by e.id
"""


@contextmanager
def city(firms: int = FIRMS, folder: str = "collect") -> Iterator[Flask]:
    """Give the application on the bench's own database, with its firms registered."""
    app = create_app(bench_settings(folder), guard=False)
    with app.app_context():
        upgrade()
        _register(firms)
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["xinyidai.postgres"].release()


def bench_settings(name: str = "collect") -> Settings:
    """Return the settings of the bench's own server."""
    settings = load_settings()
    folder = settings.bench_dir / name
    folder.mkdir(parents=True, exist_ok=True)
    own = {"mode": Mode.DEMO, "data": folder, "secret_key": DEMO_SECRET, "database_url": None}
    return dataclasses.replace(settings, **own)


def server_settings(app: Flask) -> Settings:
    """Return the settings by which a child uses the server that runs already."""
    return dataclasses.replace(
        bench_settings(),
        database_url=app.config["SQLALCHEMY_DATABASE_URI"],
        owner_database_url=app.config["OWNER_DATABASE_URI"],
    )


def file_of(rows: int, *, order: int = 0, changed: int = 0, firms: int = FIRMS) -> Path:
    """Return a CSV of `rows` tax payments in a random order; built when it is not there yet."""
    folder = bench_settings().data
    path = folder / f"tax-{rows}-{firms}-{order}-{changed}.csv"
    if not path.exists():
        tell(f"writing {path.name}")
        half = path.with_suffix(".half")
        with duckdb.connect(
            config={"memory_limit": "2GB", "temp_directory": str(folder)}
        ) as engine:
            codes = pa.table({"firm": range(firms), **_firms(firms)})
            engine.register("firms", codes)
            engine.execute(
                ROWS.format(rows=rows, firms=firms, order=order, changed=changed, path=half)
            )
        half.rename(path)
    return path


def request_of(path: Path, source: str = SOURCE) -> CollectionRequest:
    """Return the request that takes such a file in."""
    return CollectionRequest(path, KIND, source)


@contextmanager
def owner() -> Iterator[Connection]:
    """Connect as the owner of the tables, committing each statement, row security lifted by hand."""
    engine = create_engine(current_app.config["OWNER_DATABASE_URI"])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("set statement_timeout = 0"))
        connection.execute(text("set xinyidai.platform_run = 'bench'"))
        yield connection
    engine.dispose()


def clear() -> None:
    """Empty the tables of records and batches, and of the marks of their readings."""
    db.session.remove()
    with owner() as connection:
        connection.execute(
            text(
                "truncate credit.credit_record, credit.collection_batch,"
                " credit.collection_rejection, credit.door_reading"
            )
        )
        connection.execute(text("vacuum analyze enterprise"))


def fill_records(app: Flask, rows: int) -> None:
    """Fill the table with invented records of the registered firms, a million at a time."""
    server = app.extensions["xinyidai.postgres"]
    with psycopg.connect(libpq(server.admin_url("xinyidai")), autocommit=True) as connection:
        done = connection.execute("select count(*) from credit.credit_record").fetchone() or (0,)
        for part in range(done[0] // PART, rows // PART):
            tell(f"records: part {part + 1} of {rows // PART}")
            connection.execute(FILL, {"part": part, "each": PART // FIRMS})
        if done[0] < rows:
            connection.execute("vacuum (freeze, analyze) credit.credit_record")


def _register(firms: int) -> None:
    if (db.session.scalar(text("select count(*) from enterprise")) or 0) >= firms:
        db.session.remove()
        return
    tell(f"registering {firms} firms")
    made = _firms(firms)
    with own_transaction():
        import_registrations(
            SYSTEM,
            (
                Registration(uscc=code, name=name)
                for code, name in zip(made["uscc"], made["name"], strict=True)
            ),
            source="bench",
        )


def _firms(firms: int) -> dict[str, list[str]]:
    return {
        "uscc": [invented(FIRST_CODE + number) for number in range(firms)],
        "name": [f"鹰川第{number:07d}号演示商贸有限公司" for number in range(firms)],
    }


def tell(message: str) -> None:
    """Say on standard error what takes long."""
    sys.stderr.write(f"collect: {message}\n")
    sys.stderr.flush()
