"""Lists of firms that departments deliver whole."""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from tests.factories import parties
from xinyidai.enterprises import service
from xinyidai.enterprises.commands import firms
from xinyidai.enterprises.values import CompleteList
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import Forbidden, InvalidInput
from xinyidai.kernel.uscc import invented

SOURCE = "演示金融管理部门"
NOBODY = invented(987654)


def test_exactly_the_delivered_firms_stand_on_the_list(db):
    first, second = parties.enterprise(tags=["gazelle"]), parties.enterprise()
    one = service.deliver_list(SYSTEM, "first_loan", [first.uscc, NOBODY], SOURCE)
    again = service.deliver_list(SYSTEM, "first_loan", [first.uscc], SOURCE)
    other = service.deliver_list(SYSTEM, "first_loan", [second.uscc], SOURCE)
    db.expire_all()
    assert (one.named, one.new, one.gone, one.unknown) == (1, 1, 0, (NOBODY,))
    assert (again.new, again.gone) == (0, 0)
    assert (other.new, other.gone) == (1, 1)
    assert (first.tags, second.tags) == (["gazelle"], ["first_loan"])


@pytest.mark.parametrize(
    ("code", "usccs", "source", "field"),
    [
        ("whitelist", [NOBODY], SOURCE, "list"),
        ("first_loan", [], SOURCE, "codes"),
        ("first_loan", ["123"], SOURCE, "codes"),
        ("first_loan", [NOBODY], " ", "source"),
    ],
)
def test_an_unsound_list_is_refused_whole(db, code, usccs, source, field):
    with pytest.raises(InvalidInput) as refused:
        service.deliver_list(SYSTEM, code, usccs, source)
    assert field in refused.value.fields


def test_a_complete_list_says_of_its_region_alone_who_is_not_on_it(db):
    on_it, off_it = (parties.enterprise(region_code="410482") for _ in range(2))
    elsewhere, nowhere = parties.enterprise(region_code="411500"), parties.enterprise()
    nowhere.region_code = None
    db.flush()
    today = clock.today()
    complete = CompleteList(("410400",), today)
    service.deliver_list(SYSTEM, "gazelle", [on_it.uscc], SOURCE, complete)
    service.deliver_list(SYSTEM, "gazelle", [on_it.uscc], SOURCE, complete)
    db.expire_all()
    assert (on_it.tags, off_it.tags) == (["gazelle"], [f"none:gazelle:{today}"])
    assert (elsewhere.tags, nowhere.tags) == ([], [])


def test_a_later_list_that_is_not_complete_leaves_nobody_off(db):
    firm = parties.enterprise(region_code="410482")
    complete = CompleteList(("410000",), clock.today() - timedelta(days=3))
    service.deliver_list(SYSTEM, "gazelle", [NOBODY], SOURCE, complete)
    service.deliver_list(SYSTEM, "unicorn", [NOBODY], SOURCE, complete)
    service.deliver_list(SYSTEM, "gazelle", [NOBODY], SOURCE)
    db.expire_all()
    assert firm.tags == [f"none:unicorn:{complete.as_of}"]


@pytest.mark.parametrize(
    ("code", "regions", "days_ahead", "field"),
    [
        ("gazelle", (), 0, "regions"),
        ("gazelle", ("41040",), 0, "regions"),
        ("gazelle", ("410400",), 1, "as_of"),
        ("first_loan", ("410400",), 0, "regions"),
    ],
)
def test_completeness_that_says_nothing_is_refused(db, code, regions, days_ahead, field):
    complete = CompleteList(regions, clock.today() + timedelta(days=days_ahead))
    with pytest.raises(InvalidInput) as refused:
        service.deliver_list(SYSTEM, code, [NOBODY], SOURCE, complete)
    assert field in refused.value.fields


def test_only_who_keeps_the_register_delivers_lists(db):
    for actor in (parties.boss_of(parties.enterprise()), parties.officer_of(parties.institution())):
        with pytest.raises(Forbidden):
            service.deliver_list(actor, "first_loan", [NOBODY], SOURCE)


def test_the_command_takes_a_complete_list(live, tmp_path):
    on, off = parties.enterprise(region_code="410402"), parties.enterprise(region_code="410402")
    database.session.commit()
    path = tmp_path / "名单.txt"
    path.write_text(f"{on.uscc}\n\n{NOBODY}\n", encoding="utf-8-sig")
    region = ["--complete-for", "410400", "--as-of", "2026-06-01"]
    done = CliRunner().invoke(firms, ["list", "gazelle", str(path), "--source", SOURCE, *region])
    assert (done.exit_code, NOBODY in done.output) == (3, True)
    database.session.expire_all()
    assert (on.tags, off.tags) == (["gazelle"], ["none:gazelle:2026-06-01"])


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("统一社会信用代码\n".encode("gb18030"), [], "统一社会信用代码不对"),
        (NOBODY.encode("utf-16"), [], "统一社会信用代码不对"),
        (NOBODY.encode(), ["--complete-for", "999999"], "没有行政区划代码"),
        (NOBODY.encode(), ["--as-of", "2026-06-01"], "--complete-for"),
        (b"", [], "名单"),
    ],
)
def test_the_command_says_what_is_wrong_and_changes_nothing(
    live, tmp_path, content, options, words
):
    firm = parties.enterprise(tags=["gazelle"])
    database.session.commit()
    path = tmp_path / "名单.txt"
    path.write_bytes(content)
    done = CliRunner().invoke(firms, ["list", "gazelle", str(path), "--source", SOURCE, *options])
    assert done.exit_code == 2
    assert words in done.output
    assert "Traceback" not in done.output
    database.session.expire_all()
    assert firm.tags == ["gazelle"]
