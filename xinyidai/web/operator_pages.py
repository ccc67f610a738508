"""Pages of the operator, 平台管理员: accounts in numbers, and whether the system is in order."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus
from xinyidai.kernel import clock, http
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.kernel.working_days import PUBLISHED_UNTIL, is_soon_unpublished
from xinyidai.web import wording
from xinyidai.web.office.base import Row

CHECK_NAMES = {"database": "数据库", "migrations": "数据库结构", "worker": "后台任务进程"}
CHECK_WORDS = {
    "ok": "正常",
    "down": "连接不上",
    "unknown": "未知",
    "no heartbeat": "没有心跳，请启动 xinyidai worker",
}

blueprint = Blueprint("operator", __name__, url_prefix="/operator")


@blueprint.get("")
@allow(Role.OPERATOR)
def home() -> ResponseReturnValue:
    """Show accounts by role, and what `/readyz` says."""
    return render_template("operator/home.html", accounts=_accounts(), checks=_checks())


def _accounts() -> list[Row]:
    statement = (
        select(
            Account.role,
            func.count(),
            func.count().filter(Account.status == AccountStatus.SUSPENDED),
            func.count().filter(Account.locked_until > clock.now()),
            func.count().filter(Account.is_demo),
        )
        .group_by(Account.role)
        .order_by(Account.role)
    )
    return [
        {
            "role": wording.ROLES[role],
            "all": total,
            "suspended": off,
            "locked": locked,
            "demo": demo,
        }
        for role, total, off, locked, demo in db.session.execute(statement)
    ]


def _checks() -> list[Row]:
    return [
        {
            "name": CHECK_NAMES[code],
            "ok": found == "ok",
            "words": CHECK_WORDS.get(found, f"需要升级：{found}"),
        }
        for code, found in http.readiness().items()
    ] + [_calendar()]


def _calendar() -> Row:
    """Tell until when holidays are known; terms beyond are worked out by the law's days alone."""
    year, is_known = PUBLISHED_UNTIL.year, not is_soon_unpublished(clock.today())
    return {
        "name": "放假日历（chinesecalendar）",
        "ok": is_known,
        "words": f"已有到 {year} 年的安排" if is_known else f"只到 {year} 年，公布后请升级",
    }
