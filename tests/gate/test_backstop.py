"""Where the application forgets whose data it is, the database does not."""

import ast
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import ProgrammingError

import xinyidai
from tests.gate.ground import pooled
from tests.gate.oracle import Wish
from tests.gate.stage import PURPOSE, build_stage
from xinyidai.consents import service as consents
from xinyidai.consents.service import ConsentRefused
from xinyidai.credit_records import queries
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.models import CreditRecord, DisclosureSnapshot, DoorReading
from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.door import Aperture
from xinyidai.kernel import clock
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction

PACKAGE = Path(xinyidai.__file__).parent
DOOR = "credit_records/service/door.py"
TABLES = ("credit_record", "disclosure_snapshot", "door_reading")


@pytest.fixture
def two(db):
    """Two firms, each with records, a snapshot and openings of the door."""
    stage = build_stage()
    for firm, boss in (("f1", "boss"), ("f2", "rival")):
        [consent] = consents.grant_directly(
            stage.actors[boss], [stage._draft(firm, stage.ids["b1"], {})]
        )
        stage.consents[firm] = consent.id
        request = stage.request(firm, Wish(firm, PURPOSE, "records"))
        credit_records.disclose(stage.actors["officer"], request, show)
    return stage.ids["f1"], stage.ids["f2"]


def show(look):
    return {"facts": len(look.facts())}


@pytest.mark.parametrize("table", TABLES)
def test_without_the_predicate_a_firm_still_meets_only_itself(two, table):
    everything = text(f"select enterprise_id from credit.{table}")  # noqa: S608
    assert {row[0] for row in door.read(Aperture(two[0]), everything)} == {two[0]}
    seen = {row[0] for row in door.read(Aperture(platform_run="test"), everything)}
    assert seen >= set(two), "they are there to be found"


@pytest.mark.parametrize("model", [CreditRecord, DisclosureSnapshot, DoorReading])
def test_naming_the_other_firm_finds_nothing_either(two, model):
    theirs = select(model.enterprise_id).where(model.enterprise_id == two[1])
    assert door.read(Aperture(two[0]), theirs) == []


def test_every_statement_of_the_door_stripped_of_its_predicate_finds_nothing_foreign(two):
    firm, other = two
    statements = [
        queries.facts_in_force(other, None),
        queries.count_in_force(other, None),
        queries.count_removed_since(other, ["tax_grade"], clock.now() - timedelta(days=999)),
    ]
    own = {row[0] for row in door.read(Aperture(firm), select(CreditRecord.id))}
    for statement in statements:
        stripped = statement.with_only_columns(CreditRecord.id, CreditRecord.enterprise_id)
        stripped._where_criteria = ()
        found = door.read(Aperture(firm), stripped.order_by(None))
        assert {row.enterprise_id for row in found} == {firm}
        assert {row.id for row in found} == own
        assert all(not row[0] for row in door.read(Aperture(firm), statement))


@pytest.mark.parametrize("table", TABLES)
def test_row_security_is_forced_and_the_door_owns_nothing(db, table):
    statement = text(
        "select relrowsecurity and relforcerowsecurity, pg_get_userbyid(relowner) from pg_class c"
        " join pg_namespace n on n.oid = relnamespace where nspname = 'credit' and relname = :table"
    )
    assert tuple(db.execute(statement, {"table": table}).one()) == (True, "xinyidai_owner")


def test_every_table_of_the_schema_that_names_a_firm_is_guarded(db):
    unguarded = text(
        "select relname from pg_class c join pg_namespace n on n.oid = relnamespace"
        " join pg_attribute a on a.attrelid = c.oid and attname = 'enterprise_id'"
        " where nspname = 'credit' and relkind = 'r' and not relforcerowsecurity"
    )
    assert db.execute(unguarded).all() == []


@pytest.mark.parametrize("table", TABLES)
def test_the_web_role_has_no_right_on_the_table(db, table):
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.execute(text(f"select 1 from credit.{table}"))  # noqa: S608


def sources():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), path.read_text("utf-8")


def strings_of(source):
    """Return the texts of a module without its docstrings."""
    tree = list(ast.walk(ast.parse(source)))
    docstrings = {id(node.value) for node in tree if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in tree
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


def test_only_the_door_enters_the_role_and_sets_whose_data_it_is():
    enters = re.compile(
        r"set_config\(\s*'(role|xinyidai\.)|set\s+(local\s+|session\s+)?(role|xinyidai\.)"
        r"|set\s+session\s+authorization|reset\s+role",
        re.IGNORECASE,
    )
    found = [
        name
        for name, source in sources()
        if any(enters.search(words) for words in strings_of(source))
    ]
    assert found == [DOOR]


def test_only_credit_records_imports_its_tables():
    found = []
    for name, source in sources():
        if name.startswith("credit_records/"):
            continue
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in getattr(node, "names", ())]
            module = getattr(node, "module", None) or ""
            asked = {module, *(f"{module}.{each}" for each in names), *names}
            if isinstance(node, ast.Import | ast.ImportFrom) and any(
                each.startswith("xinyidai.credit_records.models") for each in asked
            ):
                found.append(name)
    assert found == []


def test_only_credit_records_names_the_schema_in_a_statement():
    statement = re.compile(r"\b(from|join|into|update|table|truncate)\s+credit\.", re.IGNORECASE)
    strangers = [
        name
        for name, source in sources()
        if not name.startswith("credit_records/")
        and any(statement.search(words) for words in strings_of(source))
    ]
    assert strangers == BUILDERS


# They build statements that a look or a platform run executes through the door.
BUILDERS = [
    "profiles/service/batch.py",
    "scoring/service/disclosing.py",
    "scoring/service/recomputing.py",
]


def test_a_reading_again_that_began_before_the_revoke_ends_before_it(live, pg):
    """The reader has passed the check and waits for the snapshot; the firm revokes meanwhile."""
    with pooled(live):
        stage = build_stage()
        database.session.commit()
        stage.give("p")
        stage.look_once("p", stage.actors["officer"], Wish("f1", PURPOSE, "records"))
        database.session.commit()
        _, snapshot_id = stage.snapshots["p"]
        order = []
        name = live.config["SQLALCHEMY_DATABASE_URI"].rsplit("/", 1)[-1].split("?")[0]
        held = create_engine(pg.admin_url(name))
        with ThreadPoolExecutor(2) as threads, held.connect() as gate:
            gate.execute(text("lock table credit.disclosure_snapshot in access exclusive mode"))
            reading = threads.submit(
                in_own, live, order, "read",
                lambda: credit_records.read_snapshot(stage.actors["officer"], snapshot_id),
            )  # fmt: skip
            wait_until(gate, "credit.disclosure_snapshot")
            revoking = threads.submit(
                in_own, live, order, "revoked",
                lambda: consents.revoke_consent(stage.actors["boss"], stage.consents["p"]),
            )  # fmt: skip
            wait_until_waiting(gate, revoking)
            gate.rollback()
            reading.result(20)
            revoking.result(20)
        held.dispose()
        assert order == ["read", "revoked"]
        with pytest.raises(ConsentRefused):
            credit_records.read_snapshot(stage.actors["officer"], snapshot_id)


def in_own(app, order, word, deed):
    with app.app_context():
        try:
            with own_transaction():
                deed()
            order.append(word)
        finally:
            database.session.remove()


def wait_until(connection, table):
    """Wait until somebody waits for the table."""
    waiting = text(
        "select count(*) from pg_locks where relation = cast(:t as regclass) and not granted"
    )
    while not connection.execute(waiting, {"t": table}).scalar():
        pass


def wait_until_waiting(connection, future):
    """Wait until the revoke is done, or waits for the reader's hold."""
    waiting = text("select count(*) from pg_locks where locktype = 'transactionid' and not granted")
    while not future.done() and not connection.execute(waiting).scalar():
        pass
