"""A register extract, 登记信息: sound rows become firms instead of credit records."""

import hashlib
from collections.abc import Iterator
from typing import Any

from xinyidai.credit_records.collecting.validating import SUBJECT, Check
from xinyidai.credit_records.values import REGISTRATION
from xinyidai.enterprises.rules import normalise_name
from xinyidai.enterprises.service import (
    HeldName,
    HoldCounts,
    RegisterCounts,
    Registration,
    hold_names,
    import_registrations,
)
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel.actor import Actor

PLAIN = (
    "legal_representative", "region_code", "address", "industry_code", "section",
    "established_on", "employees", "enterprise_type", "business_scope",
)  # fmt: skip
AMOUNTS = {
    "registered_capital": "registered_capital_fen",
    "registered_capital_wan": "registered_capital_fen",
    "revenue": "revenue_fen",
    "assets": "assets_fen",
}


def register(check: Check, actor: Actor, source: str) -> RegisterCounts:
    """Reject rows without a name and twins within the file, and import the rest."""
    check.engine.execute(
        "insert into rejects select row_number, ?, null, 'required_missing' from sound"
        " where name is null",
        [SUBJECT],
    )
    check.engine.execute("delete from sound where name is null")
    _reject_twins(check)
    return import_registrations(actor, _registrations(check), source=source)


def hold_unregistered(check: Check, source: str) -> HoldCounts:
    """Keep the rows without a usable code until somebody settles the name."""
    rows = check.engine.execute(
        "select raw_name, row_number from sound where uscc is null order by row_number"
    ).fetchall()
    return hold_names(HeldName(source, REGISTRATION, name, number, {}) for name, number in rows)


def digest(check: Check) -> str:
    """Return the digest that tells the same extract from another one."""
    rejected = check.count("select count(*) from rejects")
    return hashlib.sha256(f"{check.raw.sha256}/{REGISTRATION}/{rejected}".encode()).hexdigest()


def _reject_twins(check: Check) -> None:
    """Let the first row of a code stand; a later one is a twin, a contradiction or another firm."""
    facts = ", ".join(["''", *(f"v_{spec.code}" for spec in check.fields)])
    check.engine.execute(
        f"""
        create table twin as
        select row_number, raw_name, name, first_value(name) over twins as first_name,
            hash({facts}) = first_value(hash({facts})) over twins as same,
            row_number() over twins as place
        from sound where uscc is not null
        window twins as (partition by uscc order by row_number)
        """  # noqa: S608 - field codes of our own
    )
    rejected = [
        (number, SUBJECT, raw_name, _rule(name, first, same=same))
        for number, raw_name, name, first, same in check.engine.execute(
            "select row_number, raw_name, name, first_name, same from twin where place > 1"
        ).fetchall()
    ]
    if rejected:
        check.engine.executemany("insert into rejects values (?, ?, ?, ?)", rejected)
        check.engine.execute(
            "delete from sound where row_number in (select row_number from rejects)"
        )


def _rule(name: str | None, first: str | None, *, same: bool) -> str:
    if normalise_name(name or "") != normalise_name(first or ""):
        return "name_mismatch"
    return "duplicate_row" if same else "conflicting_row"


def _registrations(check: Check) -> Iterator[Registration]:
    present = {spec.code for spec in check.fields}
    columns = [code for code in (*PLAIN, *AMOUNTS, "status") if code in present]
    listed = "".join(f", v_{code}" for code in columns)
    rows = check.engine.execute(
        f"select uscc, name{listed} from sound"  # noqa: S608 - field codes of our own
        " where uscc is not null order by row_number"
    )
    invented = check.mapping.subject.namespace is not None
    while batch := rows.fetchmany(10_000):
        for uscc, name, *values in batch:
            yield _registration(uscc, name, dict(zip(columns, values, strict=True)), invented)


def _registration(uscc: str, name: str, values: dict[str, Any], invented: bool) -> Registration:  # noqa: FBT001 - inner
    status = values.pop("status", None)
    facts: dict[str, Any] = {}
    for code, value in values.items():
        key = AMOUNTS.get(code, code)
        facts[key] = facts.get(key) if value is None else value
    return Registration(
        uscc=uscc,
        name=name,
        code_invented=invented,
        status=RegistrationStatus(status) if status else None,
        **facts,
    )
