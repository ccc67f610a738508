"""The guard in the database itself: grants, row security, append-only logs."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.door import Aperture
from xinyidai.kernel.db import db as database

EVERYTHING = text("select enterprise_id, kind from credit.credit_record")


@pytest.fixture
def two_firms(db, world):
    firms = world.firm(), world.firm()
    for firm in firms:
        world.collect([world.record(firm, "tax_grade", "A")])
    return firms


@pytest.mark.parametrize("table", ["credit_record", "collection_batch", "disclosure_snapshot"])
def test_the_application_cannot_read_credit_tables(db, table):
    with pytest.raises(ProgrammingError, match="permission denied for schema credit"):
        db.execute(text("table credit." + table))


def test_row_security_holds_when_the_predicate_is_forgotten(two_firms):
    seen = door.read(Aperture(two_firms[0]), EVERYTHING)
    assert {row.enterprise_id for row in seen} == {two_firms[0]}


def test_a_door_without_a_firm_shows_nothing(db, two_firms):
    db.execute(text("set local role xinyidai_door"))
    assert db.execute(EVERYTHING).all() == []
    db.execute(text("reset role"))


def test_row_security_keeps_other_kinds_and_older_facts_out(world, two_firms, long_ago):
    firm = two_firms[0]
    world.collect([world.record(firm, "administrative_penalty", "P")])
    world.collect([world.record(firm, "tax_payment", "old", occurred_on=long_ago)])
    kinds = frozenset({"tax_grade", "tax_payment"})
    seen = door.read(
        Aperture(firm, kinds=frozenset({"tax_payment"}), data_from=long_ago.replace(year=2999)),
        EVERYTHING,
    )
    assert seen == []
    seen = door.read(Aperture(firm, kinds=kinds), EVERYTHING)
    assert {row.kind for row in seen} == kinds
    assert door.read(Aperture(firm, kinds=frozenset()), EVERYTHING) == []


def test_the_door_closes_behind_its_statement(db, two_firms):
    door.read(Aperture(two_firms[0]), EVERYTHING)
    assert db.execute(text("select current_user")).scalar() == "xinyidai_app"
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.execute(EVERYTHING)


def test_the_door_closes_when_the_caller_fails(db, two_firms):
    with pytest.raises(ValueError, match="mine"), door.with_door(Aperture(two_firms[0])):
        raise ValueError("mine")
    assert db.execute(text("select current_user")).scalar() == "xinyidai_app"


def test_a_broken_statement_inside_lets_its_own_error_through(db, two_firms):
    with pytest.raises(ProgrammingError, match="no_such_table"):
        door.read(Aperture(two_firms[0]), "select * from credit.no_such_table")


def test_the_door_cannot_delete(two_firms):
    with pytest.raises(ProgrammingError, match="permission denied"):
        door.read(Aperture(two_firms[0]), "delete from credit.credit_record returning 1")


def test_the_door_opens_for_exactly_one_reason():
    with pytest.raises(ValueError, match="one firm or for one platform run"):
        Aperture()


@pytest.mark.parametrize("table", ["query_event", "audit_entry"])
@pytest.mark.parametrize(
    "statement", ["update {} set actor_name = ''", "delete from {}", "truncate {}"]
)
def test_the_logs_are_append_only(db, table, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.execute(text(statement.format(table)))


def test_the_owner_is_bound_by_row_security_too(live, world):
    world.collect([world.record(world.firm(), "tax_grade", "A")])
    database.session.commit()
    engine = create_engine(live.config["OWNER_DATABASE_URI"])
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from credit.credit_record")).scalar() == 0
    engine.dispose()


def test_the_guard_can_be_taken_down_and_put_up_again(live, world):
    database.session.remove()
    downgrade(revision="0002")
    upgrade()
    with pytest.raises(ProgrammingError, match="permission denied for schema credit"):
        database.session.execute(EVERYTHING)
    database.session.rollback()
    firm = world.firm()
    world.collect([world.record(firm, "tax_grade", "A")])
    assert len(door.read(Aperture(firm), EVERYTHING)) == 1


def test_a_listing_never_lifted_is_in_every_period(db, world, long_ago):
    """Hiding it would tell the bank 「否」 about a firm that stands on the list today."""
    firm = world.firm()
    world.collect([world.record(firm, "dishonesty_list", "L", occurred_on=long_ago)])
    world.collect([world.record(firm, "court_judgement", "J", occurred_on=long_ago)])
    recent = Aperture(firm, data_from=long_ago.replace(year=2999))
    assert [row.kind for row in door.read(recent, EVERYTHING)] == ["dishonesty_list"]
