"""One digest over everything the seeds wrote, so that two runs can be compared.

Left out is what is random on purpose (hashes of passwords and tokens, sessions, keys and what
they sign) and numbers the database or an unordered engine hands out, which say nothing about the
content.
"""

import hashlib
from collections.abc import Iterator

from sqlalchemy import Column, Table, text

from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.door import Aperture
from xinyidai.kernel.db import db

LEFT_OUT_TABLES = frozenset({"auth_session", "api_token", "signing_key", "ledger_cosignature"})
LEFT_OUT_COLUMNS = frozenset({"password_hash", "secret_hash", "token_hash", "verifier"})
NUMBERED = {
    "ledger_checkpoint": frozenset({"note"}),
    "consent": frozenset({"signature", "signature_key_id"}),
    "credit_report": frozenset({"signature", "signature_key_id"}),
    "declaration": frozenset({"signature", "signature_key_id"}),
    "model_version": frozenset({"signature", "signature_key_id"}),
    "commitment": frozenset({"signature", "signature_key_id"}),
    "joint_model_version": frozenset({"seal"}),
    "credit_record": frozenset({"id"}),
    "profile_snapshot": frozenset({"id"}),
    "portrait": frozenset({"content"}),
    "score_result": frozenset({"id", "snapshot_id"}),
    "industry_distribution": frozenset({"id"}),
    "pending_name": frozenset({"id"}),
    "late_record": frozenset({"record_id"}),
    "concealment_suspect": frozenset({"record_id"}),
    "exchange_body": frozenset({"body"}),
    "exchange_flow": frozenset({"cursor"}),
    "exchange_package": frozenset({"size", "receipt_key_id", "receipt_signature"}),
}
# A record's number in the audit trail is as much the database's own as in the record itself.
INSTEAD = {
    (
        "audit_entry",
        "subject_id",
    ): "case subject_type when 'credit_record' then '' else subject_id end",
    # The witnesses' keys are drawn anew each time.
    (
        "audit_entry",
        "details",
    ): "case subject_type when 'ledger_witness' then '{}' else details end",
}
WHOLE = Aperture(platform_run="fingerprint")


def content_hash() -> str:
    """Return the SHA-256 of all business tables, hexadecimal, the same for the same content."""
    total = hashlib.sha256()
    for name, digest in table_hashes():
        total.update(f"{name}={digest}\n".encode())
    return total.hexdigest()


def table_hashes() -> Iterator[tuple[str, str]]:
    """Yield each table's name and digest, in the order of names."""
    for table in sorted(db.metadata.tables.values(), key=lambda table: table.fullname):
        if table.name in LEFT_OUT_TABLES:
            continue
        statement = _statement(table)
        if table.schema == "credit":
            digest = door.read(WHOLE, text(statement))[0][0]
        else:
            digest = db.session.execute(text(statement)).scalar_one()
        yield table.fullname, str(digest)


def _statement(table: Table) -> str:
    left_out = LEFT_OUT_COLUMNS | NUMBERED.get(table.name, frozenset())
    columns = ", ".join(_read(column) for column in table.columns if column.name not in left_out)
    return (
        "select md5(coalesce(string_agg(line, '' order by line), '')) from ("  # noqa: S608 - names of our own tables
        f"select md5(jsonb_build_array({columns})::text) as line from {table.fullname}) as lines"
    )


def _read(column: Column[object]) -> str:
    return INSTEAD.get((column.table.name, column.name), f'"{column.name}"')
