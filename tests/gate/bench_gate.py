"""The gate's speed: one look with a million events and entries of the evidence log present.

The city is built once under XINYIDAI_BENCH_DIR; each run adds its own looks to it.
"""

import dataclasses
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select, text

from tests.factories import parties
from xinyidai.accounts.models import Account
from xinyidai.app import create_app
from xinyidai.catalogue.kinds import ITEMS
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.service import artefact
from xinyidai.consents.values import ConsentDraft
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import Look, NewRecord, write
from xinyidai.credit_records.values import BatchCounts, DisclosureRequest, DisclosureSubject
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.settings import DEMO_SECRET, Mode, load_settings
from xinyidai.scoring.service.looks import LookOrder
from xinyidai.scoring.service.looks import look as look_at_credit
from xinyidai.seeds import purposes

Row = dict[str, object]

EVENTS = 1_000_000
LOOKS = 400
WARM = 20
RECORDS = 60
GOAL_MS = 20
PURPOSE = "pre_loan"
BANK = "GATEBENCH"
RECORD_KIND = "tax_payment"
FILL = """
    with made as (
        insert into ledger_entry (id, subject, happened_at, matter_hash, matter_salt, person_hash,
            person_salt, leaf_hash)
        select gen_random_uuid(), 'query', now() - n * interval '20 seconds',
            sha256(n::text::bytea), sha256('a'), sha256('b'), sha256('c'), sha256('d')
        from generate_series(1, :count) n
        returning id, happened_at
    )
    insert into query_event (id, happened_at, kind, outcome, reasons, account_id, role, party_id,
        actor_name, institution_id, enterprise_id, consent_id, purpose, subject, items, kinds,
        record_count, rule_version)
    select id, happened_at, 'disclosure', 'allowed', '{}', :account, 'bank_officer', :bank, '李经理',
        :bank, case when hashtext(id::text) % 50 = 0 then :firm else gen_random_uuid() end,
        gen_random_uuid(), 'pre_loan', 'profile', '{tax}', '{tax_payment}', 7, '1'
    from made
"""


@dataclasses.dataclass
class Gate:
    """Who looks at whom in the bench."""

    officer: Actor
    firm_id: UUID
    consent_id: UUID


def gate_read_p95_ms() -> Row:
    """One disclosure of a firm's records in a transaction of its own: p95, milliseconds."""
    with _city() as gate:
        records = _measure(lambda: _look_at_records(gate))
        credit = _measure(lambda: _look_at_credit(gate))
    value = _p95(records)
    return {
        "bench": "gate_read_p95_ms",
        "value": round(value, 1),
        "unit": "ms",
        "baseline": GOAL_MS,
        "ratio": round(GOAL_MS / value, 2),
        "better": "lower",
        "n": EVENTS,
        "runs": LOOKS,
        "min": round(min(records), 1),
        "max": round(max(records), 1),
        "median": round(statistics.median(records), 1),
        "with_profile_and_score_p95": round(_p95(credit), 1),
    }


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _measure(look: Callable[[], None]) -> list[float]:
    for _ in range(WARM):
        look()
    times = []
    for _ in range(LOOKS):
        started = time.perf_counter()
        look()
        times.append((time.perf_counter() - started) * 1000)
        db.session.remove()
    return times


def _look_at_records(gate: Gate) -> None:
    request = DisclosureRequest(
        gate.consent_id, gate.firm_id, PURPOSE, DisclosureSubject.RECORDS, "bench"
    )
    with own_transaction():
        snapshot = credit_records.disclose(gate.officer, request, _records)
    if len(snapshot.content["records"]) != RECORDS:
        raise RuntimeError(f"{len(snapshot.content['records'])} records instead of {RECORDS}")


def _records(look: Look) -> dict[str, Any]:
    return {
        "records": [
            {"kind": fact.kind, "on": fact.occurred_on.isoformat(), "content": fact.content}
            for fact in look.facts()
        ]
    }


def _look_at_credit(gate: Gate) -> None:
    with own_transaction():
        look_at_credit(gate.officer, LookOrder(gate.consent_id, gate.firm_id, PURPOSE))


@contextmanager
def _city() -> Iterator[Gate]:
    app = _app()
    with app.app_context():
        upgrade()
        gate = _found() or _build()
        _fill(gate)
        yield gate
        db.session.remove()
        db.engine.dispose()


def _app() -> Flask:
    settings = load_settings()
    folder = settings.bench_dir / "gate"
    folder.mkdir(parents=True, exist_ok=True)
    own = {"mode": Mode.DEMO, "data": folder, "secret_key": DEMO_SECRET, "database_url": None}
    return create_app(dataclasses.replace(settings, **own), guard=False)


def _found() -> Gate | None:
    """Return the gate of an earlier run whose consent still lasts a day."""
    statement = (
        select(Consent, Account)
        .join(Institution, Institution.id == Consent.institution_id)
        .join(Account, Account.institution_id == Institution.id)
        .where(Institution.code == BANK, Consent.valid_until > clock.today())
        .limit(1)
    )
    row = db.session.execute(statement).first()
    return Gate(row[1].as_actor(), row[0].enterprise_id, row[0].id) if row else None


def _build() -> Gate:
    _tell("building the firm, the bank and the authorization")
    with own_transaction() as session:
        purposes.put_in_force(purposes.INVENTED_CLERKS)
        for old in session.scalars(select(Institution).where(Institution.code == BANK)):
            old.code = old.id.hex[:16]
        firm = parties.enterprise(uscc=f"D{clock.now():%y%m%d%H%M%S%f}"[:18])
        bank = parties.institution(code=BANK)
        login = f"bench{clock.now():%y%m%d%H%M%S}"
        officer = parties.account(Role.BANK_OFFICER, bank, login=login)
        boss = parties.account(Role.ENTERPRISE_USER, firm, login=f"b{login}")
        _collect(firm.id)
        consent = _consent(boss.as_actor(), firm.id, bank.id)
        return Gate(officer.as_actor(), firm.id, consent.id)


def _collect(firm_id: UUID) -> None:
    digest = sha256(firm_id.bytes).hexdigest()
    batch = write.open_batch(
        SYSTEM, source="bench", kind=RECORD_KIND, file_name="bench.csv", sha256=digest
    )
    rows = [
        NewRecord(
            enterprise_id=firm_id,
            kind=RECORD_KIND,
            source="bench",
            natural_key=str(number),
            occurred_on=clock.today() - timedelta(days=number % 300),
            content={"tax_type": "增值税", "period": str(number)},
            amount_fen=number * 100,
        )
        for number in range(RECORDS)
    ]
    write.add_records(batch.id, rows)
    write.close_batch(SYSTEM, batch.id, BatchCounts(len(rows), len(rows), 0, 0))


def _consent(boss: Actor, firm_id: UUID, bank_id: UUID) -> Consent:
    """Authorize without a limit of uses: more than any purpose allows, so signed apart."""
    today = clock.today()
    draft = ConsentDraft(
        enterprise_id=firm_id,
        institution_id=bank_id,
        purpose=PURPOSE,
        item_codes=sorted(ITEMS),
        valid_until=today + timedelta(days=90),
        data_from=today - timedelta(days=365),
        data_life_days=30,
        max_uses=1,
    )
    [consent] = consents.grant_directly(boss, [draft])
    consent.max_uses = None
    artefact.put_signature(consent)
    db.session.flush()
    return consent


def _fill(gate: Gate) -> None:
    present = db.session.scalar(text("select count(*) from query_event")) or 0
    if present >= EVENTS:
        return
    _tell(f"adding {EVENTS - present} events to the log, about a minute")
    with own_transaction() as session:
        session.execute(text("set local statement_timeout = 0"))
        session.execute(
            text(FILL),
            {
                "count": EVENTS - present,
                "account": gate.officer.account_id,
                "bank": gate.officer.party_id,
                "firm": gate.firm_id,
            },
        )
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("set statement_timeout = 0"))
        connection.execute(text("analyze query_event, ledger_entry"))


def _tell(message: str) -> None:
    sys.stderr.write(f"gate_read_p95_ms: {message}\n")
