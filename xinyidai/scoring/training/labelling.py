"""Join exported indicators with outcomes that lie in another file, 给指标表加上结果列."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.uscc import invented_for
from xinyidai.scoring.training.dataset import GAPS
from xinyidai.scoring.training.spec import TrainingSpec

KEY = "uscc"
FORMATS = {".parquet": "FORMAT parquet", ".csv.gz": "FORMAT csv, HEADER, COMPRESSION gzip"}


@dataclass(frozen=True)
class Labelling:
    """Where the outcome stands: the file's columns of ids and outcomes, and what means default.

    `namespace` turns the source's own ids into the invented codes that collection gave its firms;
    None means that the ids are codes already.
    """

    id_column: str
    label_column: str
    positive: str
    namespace: str | None = None


@dataclass(frozen=True)
class LabelCounts:
    """Firms in the joined table, its defaults, and what stood in one of the two files only."""

    rows: int
    bads: int
    without_features: int
    without_label: int

    def as_json(self) -> dict[str, int]:
        """Return the counts for the command's answer."""
        return asdict(self)


def write_labelled(
    features: Path, labels: Path, wanted: Labelling, spec: TrainingSpec, out: Path
) -> LabelCounts:
    """Write code, the specification's features and its outcome column (1 = default) of each firm.

    Of the file with the outcomes nothing but the two named columns is read, so that no other
    column of it, such as a bank's own rating, can become a feature.

    Raises:
        InvalidInput: a column is absent, an outcome is empty or not one of two, an id stands twice,
            or nothing joins.

    """
    ending = next((ending for ending in FORMATS if out.name.endswith(ending)), None)
    if ending is None:
        raise InvalidInput("输出文件名必须以 .csv.gz 或 .parquet 结尾。", code="bad_table")
    try:
        with duckdb.connect(config={"threads": 1}) as engine:
            _read(engine, "features", features, None)
            _read(engine, "labels", labels, (wanted.id_column, wanted.label_column))
            _register_outcomes(engine, wanted)
            return _join(engine, spec, out, FORMATS[ending])
    except duckdb.Error as problem:
        raise InvalidInput(f"读不出表：{problem}", code="bad_table") from problem


def _read(
    engine: duckdb.DuckDBPyConnection, name: str, path: Path, columns: Sequence[str] | None
) -> None:
    gaps = ", ".join(f"'{gap}'" for gap in GAPS)
    # Outcomes are texts as they stand; features get their types from all rows.
    types = "sample_size = -1" if columns is None else "all_varchar = true"
    source = f"read_csv(?, header = true, nullstr = [{gaps}], {types})"
    chosen = "*" if columns is None else ", ".join(map(_quoted, columns))
    table = "read_parquet(?)" if path.suffix == ".parquet" else source
    engine.execute(f"CREATE TABLE {name} AS SELECT {chosen} FROM {table}", [str(path)])  # noqa: S608 - quoted names


def _register_outcomes(engine: duckdb.DuckDBPyConnection, wanted: Labelling) -> None:
    rows = engine.execute("SELECT * FROM labels").fetchall()
    found = sorted({str(outcome) for _, outcome in rows})
    if len(found) != 2 or wanted.positive not in found:  # noqa: PLR2004 - binary
        raise InvalidInput(
            f"结果列 {wanted.label_column} 必须恰有两种值并含“{wanted.positive}”，"
            f"现在是：{'、'.join(found[:5])}。",
            code="bad_label",
        )
    codes = [_code(identifier, wanted.namespace) for identifier, _ in rows]
    if len(set(codes)) != len(codes):
        raise InvalidInput(f"编号列 {wanted.id_column} 有重复。", code="bad_label")
    outcomes = [int(outcome == wanted.positive) for _, outcome in rows]
    columns = {KEY: pa.array(codes, pa.string()), "outcome": pa.array(outcomes, pa.int8())}
    engine.register("outcomes", pa.table(columns))


def _code(identifier: object, namespace: str | None) -> str:
    if not identifier:
        raise InvalidInput("编号列有空值。", code="bad_label")
    text = str(identifier)
    return text if namespace is None else invented_for(namespace, text)


def _join(
    engine: duckdb.DuckDBPyConnection, spec: TrainingSpec, out: Path, form: str
) -> LabelCounts:
    columns = ", ".join(_quoted(name) for name in (KEY, *(f.name for f in spec.features)))
    label = _quoted(spec.label.column)
    engine.execute(
        f"CREATE TABLE joined AS SELECT {columns}, outcome AS {label}"  # noqa: S608 - quoted names
        f" FROM features JOIN outcomes USING ({KEY}) ORDER BY {KEY}"
    )
    rows, bads = _pair(engine, f"SELECT count(*), sum({label}) FROM joined")  # noqa: S608 - quoted
    if not rows:
        raise InvalidInput("两个文件没有一家共同的企业，请核对编号列和命名空间。", code="bad_label")
    engine.execute(f"COPY joined TO '{_text(out)}' ({form})")
    exported, labelled = _pair(
        engine, "SELECT (SELECT count(*) FROM features), (SELECT count(*) FROM outcomes)"
    )
    return LabelCounts(rows, bads, labelled - rows, exported - rows)


def _pair(engine: duckdb.DuckDBPyConnection, statement: str) -> tuple[int, int]:
    first, second = engine.execute(statement).fetchall()[0]
    return int(first or 0), int(second or 0)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
