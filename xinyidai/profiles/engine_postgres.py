"""The profile of one firm, computed by PostgreSQL behind the door, under its grants."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import TextClause, text

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_records.service.history import Knowledge, parameters_of, relation_of
from xinyidai.profiles.compiling import column_names, compiled_sql
from xinyidai.profiles.values import FirmFacts, KindSummary, RawProfile, bounds_of

# The only place that knows where `credit.credit_record` keeps the columns of `RECORD_SCHEMA`:
# counts and amounts beside the generic columns come out of the content (amounts are 分 there).
# The Parquet export selects the same text, so both engines see the same plain columns.
RECORD_COLUMNS = """
    CAST(r.enterprise_id AS text) AS enterprise_id, r.kind, r.occurred_on, r.valid_until,
    r.amount_fen, r.quantity, r.level,
    CAST(r.content ->> 'void_count' AS bigint) AS void_count,
    CAST(r.content ->> 'negative_count' AS bigint) AS negative_count,
    CAST(r.content ->> 'counterparty_count' AS bigint) AS counterparty_count,
    CAST(r.content ->> 'top_counterparty_amount' AS bigint) AS top_counterparty_fen,
    CAST(r.content ->> 'overdue_amount' AS bigint) AS overdue_fen
"""

ONE_FIRM = """
WITH firms AS (
    SELECT CAST(:enterprise_id AS text) AS enterprise_id,
        CAST(:established_on AS date) AS established_on,
        CAST(:registered_capital_fen AS bigint) AS registered_capital_fen,
        CAST(:employees AS bigint) AS employees,
        CAST(:revenue_fen AS bigint) AS revenue_fen
), records AS MATERIALIZED (
    SELECT {columns}
    FROM {relation} AS r
    WHERE r.enterprise_id = CAST(:enterprise_id AS uuid)
        AND r.kind = ANY(CAST(:kinds AS text[]))
)
SELECT * FROM ({profile}) AS profile
"""


class RecordReader(Protocol):
    """What the door hands out for the time of one look or run: statements run under its role."""

    def execute(
        self, statement: TextClause, params: Mapping[str, Any], *, is_steady: bool = False
    ) -> Sequence[Sequence[Any]]:
        """Return all rows of a statement, planned once for all firms where it is steady."""


@lru_cache
def one_firm_statement(relation: str) -> TextClause:
    """Return the statement over these records, compiled once for the life of the process."""
    profile = compiled_sql("postgres", ":{}")
    return text(ONE_FIRM.format(columns=RECORD_COLUMNS, relation=relation, profile=profile))


def read_firm(
    reader: RecordReader,
    firm: FirmFacts,
    as_of: date,
    *,
    kinds: Collection[str] | None = None,
    known: Knowledge | None = None,
) -> RawProfile:
    """Return the exact sums for one firm, from the kinds allowed (`None`: all).

    `known` takes the reading to what was known at a past moment; `None` is what is in force.
    """
    chosen = indicator_dictionary().kinds if kinds is None else sorted(kinds)
    params = {
        "enterprise_id": str(firm.enterprise_id),
        "established_on": firm.established_on,
        "registered_capital_fen": firm.registered_capital_fen,
        "employees": firm.employees,
        "revenue_fen": firm.revenue_fen,
        "kinds": list(chosen),
        **bounds_of(as_of),
        **parameters_of(known),
    }
    (row,) = reader.execute(one_firm_statement(relation_of(known)), params, is_steady=True)
    return raw_profile(row)


def raw_profile(row: Sequence[Any]) -> RawProfile:
    """Split one row of any engine, in the order of `column_names`, into columns and kinds."""
    cells = dict(zip(column_names(), row, strict=True))
    enterprise_id = UUID(cells.pop("enterprise_id"))
    kinds = {
        kind: KindSummary(cells.pop(f"{kind}__n") or 0, cells.pop(f"{kind}__on"))
        for kind in indicator_dictionary().kinds
    }
    return RawProfile(enterprise_id, cells, kinds)
