"""The credit code of a firm: one at a time, unguessable, renewed and switched off."""

import pytest

from tests.factories import parties
from xinyidai.credit_reports import service
from xinyidai.credit_reports.values import CodeEnd
from xinyidai.kernel.actor import ANONYMOUS
from xinyidai.kernel.errors import Forbidden, InvalidInput, NotFound


def test_switched_on_twice_there_is_one_code(town):
    assert service.own_code(town.boss) is None
    assert service.switch_on(town.boss).id == service.switch_on(town.boss).id


def test_a_token_has_128_bits_and_says_nothing(town):
    code = service.switch_on(town.boss)
    assert len(code.token) == 22
    assert town.firm.uscc not in code.token


def test_whoever_scans_it_sees_what_is_public_now(town):
    code = service.switch_on(town.boss)
    town.penalty()
    credit = service.read_scanned(ANONYMOUS, service.find_code(code.token))
    assert (credit.uscc, credit.record_count) == (town.firm.uscc, 1)


def test_renewed_twice_the_old_one_is_dead_and_one_new_one_lives(town):
    old = service.switch_on(town.boss)
    new, again = service.renew(town.boss, old.id), service.renew(town.boss, old.id)
    assert new.id == again.id != old.id
    assert service.find_code(old.token).end_reason is CodeEnd.RENEWED
    with pytest.raises(NotFound):
        service.read_scanned(ANONYMOUS, old)


def test_switched_off_it_shows_nothing_and_can_come_back_as_another(town):
    old = service.switch_on(town.boss)
    service.switch_off(town.boss, old.id), service.switch_off(town.boss, old.id)
    assert service.own_code(town.boss) is None
    assert service.switch_on(town.boss).token != old.token


def test_a_foreign_code_cannot_be_touched(town):
    code = service.switch_on(town.boss)
    stranger = parties.boss_of(parties.enterprise())
    for deed in (service.renew, service.switch_off):
        with pytest.raises(NotFound):
            deed(stranger, code.id)
    with pytest.raises(Forbidden):
        service.switch_on(town.officer.as_actor())


@pytest.mark.parametrize("token", ["", "x", "\x00", "A" * 22, "A" * 5000, "../../etc"])
def test_a_token_that_never_was_is_not_found(db, token):
    with pytest.raises(NotFound):
        service.find_code(token)


def test_only_two_papers_are_printed(town):
    code = service.switch_on(town.boss)
    with pytest.raises(InvalidInput):
        service.poster_pdf(town.firm, code, "https://node.example", paper="a0")
