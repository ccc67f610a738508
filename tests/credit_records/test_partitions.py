"""Credit records lie in partitions that nobody meets but through the whole."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from xinyidai.credit_records.service import door, loading
from xinyidai.credit_records.service.door import Aperture
from xinyidai.kernel.db import db as database

PARTITIONS = text(
    """
    select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as is_guarded,
        c.relacl::text as rights
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = (select c.oid from pg_class c join pg_namespace n on n.oid = relnamespace
        where nspname = 'credit' and relname = 'credit_record')
    """
)
WHOLE = Aperture(platform_run="test")


def test_there_are_sixteen_and_row_security_is_forced_on_each(db):
    found = db.execute(PARTITIONS).all()
    assert len(found) == 16
    assert all(row.is_guarded for row in found)


def test_neither_the_application_nor_the_door_nor_the_collector_has_a_right_on_one(db):
    rights = " ".join(row.rights or "" for row in db.execute(PARTITIONS))
    assert not any(role in rights for role in ("xinyidai_app", "xinyidai_door", "collector"))


@pytest.mark.parametrize("role", ["xinyidai_app", "xinyidai_door", "xinyidai_collector"])
def test_a_partition_cannot_be_read_directly(db, role):
    if role != "xinyidai_app":
        db.execute(text(f"set local role {role}"))
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.execute(text("select 1 from credit.credit_record_p03"))


@pytest.mark.parametrize(
    "statement",
    [
        "select 1 from credit.credit_record",
        "update credit.credit_record set level = 'x'",
        "delete from credit.credit_record",
        "select 1 from credit.disclosure_snapshot",
        "select 1 from credit.collection_batch",
        "select 1 from enterprise",
        "create table credit.mine (n int)",
    ],
)
def test_the_collector_adds_records_and_may_do_nothing_else(db, statement):
    db.execute(text("set local role xinyidai_collector"))
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.execute(text(statement))


def test_the_owner_sees_nothing_in_a_partition_either(live, world):
    world.collect([world.record(world.firm(), "tax_grade", str(n)) for n in range(3)])
    database.session.commit()
    names = [row.name for row in database.session.execute(PARTITIONS)]
    engine = create_engine(live.config["OWNER_DATABASE_URI"])
    with engine.connect() as owner:
        seen = [owner.scalar(text(f"select count(*) from credit.{name}")) for name in names]  # noqa: S608
    engine.dispose()
    assert sum(seen) == 0


def test_the_records_of_an_installed_database_are_carried_over_and_back(live, world):
    firm, other = world.firm(), world.firm()
    for owner in (firm, other):
        world.collect([world.record(owner, "tax_grade", "2025", level="B")])
        world.collect([world.record(owner, "tax_grade", "2025", level="A")])
    database.session.commit()
    everything = "select id, enterprise_id, status, level from credit.credit_record order by id"
    before = door.read(WHOLE, everything)
    database.session.remove()
    downgrade(revision="0007")
    plain = door.read(WHOLE, everything)
    database.session.remove()
    upgrade()
    assert before == plain == door.read(WHOLE, everything)
    assert len(before) == 4
    world.collect([world.record(firm, "tax_grade", "2026")])
    assert max(row.id for row in door.read(WHOLE, everything)) > max(row.id for row in before)


def test_a_firms_records_lie_in_one_partition(live, world):
    firm = world.firm()
    world.collect([world.record(firm, "tax_grade", str(n)) for n in range(20)])
    places = door.read(Aperture(firm), "select distinct tableoid from credit.credit_record")
    assert len(places) == 1


def test_statistics_of_the_whole_are_made_when_it_has_grown(live, world):
    world.collect([world.record(world.firm(), "tax_grade", "2025")])
    database.session.commit()
    loading.freshen_statistics()
    database.session.commit()
    known = "select reltuples from pg_class where relname = 'credit_record'"
    assert database.session.scalar(text(known)) >= 0
