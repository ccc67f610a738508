"""What is of no more use goes after a month; what may still be asked for stays."""

from datetime import timedelta

from sqlalchemy import func, select, text

from tests.factories import parties
from xinyidai.accounts import service
from xinyidai.accounts.models import AuthSession
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role


def test_only_what_is_a_month_over_is_deleted(db):
    account = parties.account(Role.OPERATOR)
    with clock.at(clock.now() - timedelta(days=60)):
        service.open_session(account, "旧设备")
        db.flush()
    service.open_session(account, "新设备")
    old, new = clock.now() - timedelta(days=60), clock.now()
    for moment in (old, new):
        db.execute(text("insert into rate_window values ('x', :moment, 1)"), {"moment": moment})
    service.clean_up()
    windows = db.execute(text("select count(*) from rate_window")).scalar_one()
    assert db.scalar(select(func.count()).select_from(AuthSession)) == 1
    assert windows == 1
