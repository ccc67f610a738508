"""The invented city, 演示城市: written through the services, from fixed seeds.

All times are relative to the day of seeding, so two runs on one day give the same content. A run
that was killed is noticed by the next one, which begins again.
"""

import time
from collections.abc import Callable, Mapping

from xinyidai.audit import service as audit
from xinyidai.consents import queries as consents
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import own_transaction, reproducible_ids
from xinyidai.kernel.errors import Conflict
from xinyidai.seeds import (
    crowd,
    deliveries,
    delivering,
    evidence,
    exchange,
    fingerprint,
    gatherings,
    ground,
    joint,
    lending,
    listings,
    models,
    open_side,
    parties,
    permissions,
    promises,
    purposes,
    quality,
    queries,
    relations,
    rosters,
    seeking,
    shelf,
    sideroads,
    trials,
    watching,
    wishes,
)
from xinyidai.seeds.crowd import STORY_LOGIN
from xinyidai.seeds.firms import SEED, make_firms
from xinyidai.seeds.parties import CLIENT_BANKS, LOGINS, PASSWORD, client_id_of, client_secret_of
from xinyidai.seeds.queries import BEGUN, SEEDED
from xinyidai.seeds.times import at
from xinyidai.seeds.world import FIRMS, STREAM, World

Say = Callable[[str], None]

ROLES = (
    (STORY_LOGIN, "企业：看产品、授权、申请贷款"),
    (LOGINS["yinhang1"], "银行客户经理：受理、尽调、审批"),
    (LOGINS["yinhang3"], "银行产品经理：产品上架"),
    (LOGINS["xinyongban1"], "信用办：审核、督办、活动"),
    (LOGINS["xinyongban2"], "信用办：第二人复核"),
    (LOGINS["gongxin"], "部门：推荐企业、报送信息"),
    (LOGINS["yuanqu"], "园区：推荐企业"),
    (LOGINS["jiedao"], "街道：推荐企业"),
    (LOGINS["danbao1"], "担保机构"),
    (LOGINS["jianguan"], "监管、审计"),
    (LOGINS["guanliyuan"], "平台管理员"),
)


def seed_if_empty(say: Say) -> None:
    """Write the invented city into an empty database; do nothing where it stands already.

    A city that was begun and not finished is cleared away and written anew.

    Raises:
        Conflict: the database holds firms that did not come from here.

    """
    with own_transaction():  # reading only; ends before the work begins
        is_done, is_begun = queries.was_noted(SEEDED), queries.was_noted(BEGUN)
        has_firms = queries.has_firms()
    if is_done:
        _bring_up_to_date(say)
        return
    if is_begun:
        say("上次写入中断，清空后重新写入 …")
        ground.clear()
    elif has_firms:
        raise Conflict(
            "数据库里已有企业数据，不能再写入演示城市。请换一个空的数据目录（--data）或数据库。",
            code="not_empty",
        )
    began = time.monotonic()
    build(say)
    say(f"演示城市写入完成，用时 {time.monotonic() - began:.0f} 秒。")


def _bring_up_to_date(say: Say) -> None:
    """Let a city that an earlier version wrote be used: its purposes need their templates."""
    with own_transaction():
        is_older = not consents.active_templates()
        if is_older:
            purposes.put_in_force(purposes.INVENTED_CLERKS)
    if is_older:
        say("演示城市由旧版本写入：以前签署的授权没有签名，不能再查询，请重新授权；")
        say("要看完整的新演示，请换一个空的数据目录（--data）。")
    say("演示城市已就绪。")


def build(say: Say) -> None:
    """Write the invented city, a transaction for each step."""
    day = clock.today()
    world = World(day, make_firms(STREAM, FIRMS, day))
    with reproducible_ids(SEED), clock.at(world.now):
        _note(BEGUN, world)
        for title, step in _steps(say):
            say(f"{title} …")
            with own_transaction():
                step(world)
            if step in ANALYZED_AFTER:
                ground.analyze(ANALYZED_AFTER[step])
        _note(SEEDED, world)


def account_lines() -> list[str]:
    """Return what is printed at start: who may sign in, and the two banks' API clients."""
    lines = [f"演示账户（密码都是 {PASSWORD} ）："]
    lines += [f"  {login}  {what}" for login, what in ROLES]
    lines.append("银行接口（OAuth2 client_credentials）：")
    lines += [
        f"  client_id {client_id_of(code)}  client_secret {client_secret_of(code)}"
        for code in (*CLIENT_BANKS, listings.OFFICE_CLIENT)
    ]
    return lines


def content_hash() -> str:
    """Return the digest of everything written."""
    return fingerprint.content_hash()


def _note(action: str, world: World) -> None:
    with own_transaction():
        details = {"day": world.day.isoformat(), "firms": FIRMS}
        audit.record(SYSTEM, action, "city", "demo", details)


def _steps(say: Say) -> tuple[tuple[str, Callable[[World], object]], ...]:
    return (
        ("部门、机构和账户", _settle),
        ("企业登记信息", crowd.register_firms),
        ("归集信用信息", lambda world: deliveries.deliver_all(world, say)),
        ("更正、修复和待核名", deliveries.amend),
        ("部门报送", delivering.deliver_by_departments),
        ("数据质量", quality.tell_story),
        ("金融产品", _stock),
        ("评分模型", models.raise_models),
        ("企业注册", crowd.sign_up),
        ("白名单", rosters.keep_lists),
        ("自愿填报和信用承诺", promises.tell),
        ("股东、担保和供应关系", relations.tell),
        ("企业画像", models.profile),
        ("行业分布和评分", models.score),
        ("企业画像页", relations.show),
        ("模型监测", watching.watch_models),
        ("授权", permissions.play_consents),
        ("融资需求", wishes.publish_needs),
        ("产品匹配", wishes.match_members),
        ("产品改版", trials.try_out),
        ("贷款申请", lambda world: lending.lend(world, say)),
        ("还款情况", watching.report_repayments),
        ("融资需求对接", wishes.meet_banks),
        ("申请的其他走向和白名单优先", sideroads.play),
        ("找客户和办理结果", seeking.seek_firms),
        ("银企对接活动", gatherings.gather),
        ("银行查询", permissions.look_around),
        ("联合结果", joint.tell),
        ("信用报告和信用码", open_side.show_openly),
        ("名单发布", listings.keep_lists),
        ("联合奖惩核查", listings.check_firms),
        ("节点交换", exchange.connect),
        ("存证封存", evidence.seal),
    )


def _settle(world: World) -> None:
    with at(world.start):
        parties.settle(world.cast)
        parties.open_clients(world.cast)
        clerks = world.cast.actor("xinyongban1"), world.cast.actor("xinyongban2")
        purposes.put_in_force(clerks)


def _stock(world: World) -> None:
    world.on_sale = shelf.stock(world.cast, world.ago(398, 9), world.ago(5, 9))


# After which step which table is analyzed; without a name, all of them.
ANALYZED_AFTER: Mapping[object, str] = {
    crowd.register_firms: "enterprise",
    deliveries.amend: "",
    models.profile: "",
}
