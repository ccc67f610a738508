"""Lists of firms that departments deliver whole."""

import pytest

from tests.factories import parties
from xinyidai.enterprises import service
from xinyidai.kernel.actor import SYSTEM
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


def test_only_who_keeps_the_register_delivers_lists(db):
    for actor in (parties.boss_of(parties.enterprise()), parties.officer_of(parties.institution())):
        with pytest.raises(Forbidden):
            service.deliver_list(actor, "first_loan", [NOBODY], SOURCE)
