"""Credit lists and joint checks of the invented city: releases and checks in every state.

Everything goes through the services, so the lists rest on the invented records.
"""

from datetime import datetime
from uuid import UUID

from xinyidai.accounts import service as accounts
from xinyidai.credit_lists import queries as list_queries
from xinyidai.credit_lists import service as lists
from xinyidai.credit_lists.models import ListRelease
from xinyidai.enterprises import queries as enterprises
from xinyidai.joint_checks import service as checks
from xinyidai.joint_checks.models import JointCheck
from xinyidai.joint_checks.values import BatchOrder, CheckOrder, Handling, HandlingDecision
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import RuleBroken
from xinyidai.kernel.http import Page
from xinyidai.seeds.parties import client_id_of, client_secret_of
from xinyidai.seeds.times import at
from xinyidai.seeds.world import World

OFFICE_CLIENT = "gongxin"
# list, drafter, days ago, title
PUBLISHED = (
    ("tax_a", "shuiwu", 60, "2025 年度纳税信用A级纳税人（演示）"),
    ("dishonest_debtor", "xinyongban1", 45, "失信被执行人第一批（演示）"),
    ("integrity_model", "xinyongban1", 30, "诚信示范企业（演示）"),
)
WITHDRAWN = ("wage_arrears", "xinyongban1", 25, "拖欠农民工工资名单（演示）")
WAITING = ("market_violation", "xinyongban1", 1, "市场监管严重违法失信名单（演示）")
OPINION = "依据生效文书，程序合规，同意发布（演示）"
WRONG = "来源部门来函：其中企业的处理决定已被撤销，列入有误，予以更正（演示）"
APPLIED, NOT_APPLIED = HandlingDecision.APPLIED, HandlingDecision.NOT_APPLIED
OCCASIONS = ("fiscal_funds", "honours", "subsidy", "administrative_approval", "bidding")
IN_A_FILE = 40
BAD_CODES = ("91410400XN12", "91410400XN0000018X")


def keep_lists(world: World) -> None:
    """Publish what the records give, take one release back in public, leave one to be checked."""
    for code, drafter, days, title in PUBLISHED:
        _published(world, code, drafter, world.ago(days, 9), title)
    code, drafter, days, title = WITHDRAWN
    wrong = _published(world, code, drafter, world.ago(days, 9), title)
    if wrong is not None:
        with at(world.ago(days - 6, 15)):
            lists.withdraw_release(world.cast.actor("xinyongban2"), wrong.id, WRONG)
    code, drafter, days, title = WAITING
    with at(world.ago(days, 16)):
        _drafted(world, code, drafter, title)


def check_firms(world: World) -> None:
    """Let a department check firms: found and not found, handled, reported, and one late."""
    serious, honest = _listed("dishonest_debtor"), _listed("tax_a")
    plain = [world.ids[place] for place in range(30, 34)]
    story = world.members[0].enterprise_id
    firms = [*serious[:3], *honest[:2], story, *plain]
    for number, firm in enumerate(firms):
        # The first are found for long; nobody is cleared before the sources have delivered.
        days = 24 - 3 * number if number < len(serious[:3]) else 2
        _check(world, number, firm, days)
    _check_file(world, serious, honest)
    _open_client(world)


def _published(
    world: World, code: str, drafter: str, begun: datetime, title: str
) -> ListRelease | None:
    with at(begun):
        release = _drafted(world, code, drafter, title)
        if release is None:
            return None
        second = world.cast.actor("xinyongban2")
        lists.check_release(second, release.id, OPINION)
        return lists.publish_release(second, release.id)


def _drafted(world: World, code: str, drafter: str, title: str) -> ListRelease | None:
    try:
        return lists.draft_from_records(world.cast.actor(drafter), code, title)
    except RuleBroken:
        return None  # a city of another day may have no such record in force


def _listed(code: str) -> list[UUID]:
    found, _ = lists.public_entries(code, Page(1, 20))
    firms = list_queries.firms_by_code({entry.uscc for entry in found})
    return [firms[entry.uscc] for entry in found]


def _check(world: World, number: int, firm_id: UUID, days: int) -> None:
    actor = world.cast.actor("gongxin")
    firm = enterprises.find_enterprise(firm_id)
    if firm is None:
        return
    with at(world.ago(days, 11)):
        order = CheckOrder(
            uscc=firm.uscc,
            occasion=OCCASIONS[number % len(OCCASIONS)],
            case_no=f"演示申报〔2026〕{number + 1}号",
        )
        check = checks.check(actor, order)
    with at(world.ago(days - 1, 16)):
        _go_on(world, number, check)


def _go_on(world: World, number: int, check: JointCheck) -> None:
    """Handle and report some checks, handle one, and leave the others open."""
    actor = world.cast.actor("gongxin")
    if check.closed_at is not None or number % 4 == 1:  # the second is late by now
        return
    if check.measures:
        handling = Handling(decision=APPLIED, measures=tuple(check.measures))
    else:
        reason = "另向来源部门核实，没有查到应限制的情形（演示）"
        handling = Handling(decision=NOT_APPLIED, reason=reason)
    checks.handle_check(actor, check.id, handling)
    if number % 4 != 2:  # noqa: PLR2004 - one in four waits for its feedback
        checks.close_check(actor, check.id, "已按规定办理并告知企业（演示）")


def _check_file(world: World, serious: list[UUID], honest: list[UUID]) -> None:
    wanted = [*serious[:2], *honest[:3], *world.ids[:IN_A_FILE]]
    codes = [
        found.uscc for firm in wanted if (found := enterprises.find_enterprise(firm)) is not None
    ]
    content = "\n".join(["统一社会信用代码", *codes, *BAD_CODES]).encode("gb18030")
    with at(world.ago(3, 10)):
        checks.check_batch(
            world.cast.actor("gongxin"),
            BatchOrder(
                occasion="subsidy",
                case_no="2026 年贷款贴息第一批（演示）",
                content=content,
                file_name="贴息申报企业.csv",
                request_key="demo-file-1",
            ),
        )


def _open_client(world: World) -> None:
    """Give the department a client whose id and secret are known, as two banks have."""
    with at(world.ago(2, 9)):
        client, _ = accounts.open_office_client(
            world.cast.actor("guanliyuan"),
            world.cast.offices["industry_it"],
            "工信项目申报系统（演示）",
            is_demo=True,
        )
        client.client_id = client_id_of(OFFICE_CLIENT)
        client.secret_hash = accounts.token_hash(client_secret_of(OFFICE_CLIENT))
        db.session.flush()
