# ruff: noqa: PLR2004 - the numbers are the habits of an invented city
"""The invented city's models in use: months of monitoring, an alarm dealt with, a shadow run."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import numpy as np
from sqlalchemy import select

from xinyidai.accounts.models import Account
from xinyidai.applications import queries as lent
from xinyidai.applications import service as applications
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.service import Repayment
from xinyidai.applications.values import ApplicationState, RepaymentState
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.model_monitoring import queries, service
from xinyidai.profiles import service as profiles
from xinyidai.scoring import service as scoring
from xinyidai.seeds.models import CODE
from xinyidai.seeds.times import at
from xinyidai.seeds.world import World

WATCHED = 300  # firms whose profiles of past months are computed; enough for a verdict
MONTHS = (112, 79, 46)  # days back; the active version came into use 116 days ago
HALTED = 79  # that night's run broke off after the smallest firms
KNOWN = timedelta(hours=1)  # before the present profiles, when all records had been collected
SHADOW = "2026.4"
REPORTED = 80
STREAM = 16
PLAN = "先核对当月画像是否齐全，再看来源部门的报送口径（演示）"
FOUND = "当晚批量任务中断，只算到小规模企业；补算后分布恢复，模型不调整（演示）"


def watch_models(world: World) -> None:
    """Tell the months since the active version came into use, and start a shadow run."""
    for days in MONTHS:
        with at(world.now - KNOWN):
            profiles.build_some(_watched(world, days), world.ago(days).date())
        with at(world.ago(days, 6)):
            service.watch()
    service.watch()
    _deal_with_alarms(world)
    keeper = world.cast.actor("guanliyuan")
    with at(world.ago(18)):
        model = scoring.get_model(CODE, SHADOW)
        service.start_shadow(keeper, model.id, "比较新版本对小微企业等级的影响（演示）")
    service.run_shadows()


def _watched(world: World, days: int) -> Sequence[UUID]:
    """Return the firms of a month: the same sample each time, but for the night that broke off."""
    young = world.ago(MONTHS[0]).date() - timedelta(days=200)
    old = np.flatnonzero(world.firms.established < np.datetime64(young))
    if days == HALTED:
        by_size = old[np.argsort(world.firms.sales_fen[old], kind="stable")]
        return [world.ids[place] for place in by_size[:WATCHED].tolist()]
    chosen = world.dice(STREAM).permutation(old)[:WATCHED]
    return [world.ids[place] for place in chosen.tolist()]


def _deal_with_alarms(world: World) -> None:
    """Let the office take and close the alarms of the broken night; others wait."""
    clerk = world.cast.actor("xinyongban1")
    found, _ = queries.alarms(Page(1, 100))
    halted = f"{world.ago(HALTED):%Y-%m}"
    of_that_night = [alarm for alarm in found if alarm.month == halted]
    for alarm in sorted(of_that_night, key=lambda alarm: (alarm.kind, alarm.feature)):
        with at(world.ago(HALTED - 1, 9)):
            service.take_alarm(clerk, alarm.id, PLAN)
        with at(world.ago(HALTED - 2, 15)):
            service.close_alarm(clerk, alarm.id, FOUND)


def report_repayments(world: World) -> None:
    """Let banks report how some of the loans stand; one in twelve is late."""
    loans = db.session.scalars(
        select(LoanApplication)
        .where(LoanApplication.state == ApplicationState.DISBURSED)
        .order_by(LoanApplication.application_no)
        .limit(REPORTED)
    ).all()
    with at(world.ago(1, 16)):
        for number, loan in enumerate(loans):
            _report(world, number, loan)


def _report(world: World, number: int, loan: LoanApplication) -> None:
    officer = db.session.get(Account, loan.officer_account_id)
    as_of = world.ago(1).date()
    paid_on = lent.disbursements_of(loan.id)[0].disbursed_on
    if officer is None or paid_on > as_of:
        return
    is_late = number % 12 == 5 and (as_of - paid_on).days > 40
    told = (
        Repayment(RepaymentState.OVERDUE, as_of, 8 + number % 30, 120_000_00)
        if is_late
        else Repayment(RepaymentState.NORMAL, as_of)
    )
    applications.report_repayment(officer.as_actor(), loan.id, told)
