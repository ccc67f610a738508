"""Data quality of the invented city: an office that delivers week by week, and not always well.

The office of industry (工业和信息化局) delivers licences: some come late, two deliveries are given
back rows for their codes, one week nothing comes; and the province knows of a penalty that the
office never delivered. The rest of the city delivered all at once, so most of it is stock.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta

from xinyidai.credit_records.service import NewRecord, write
from xinyidai.credit_records.service.rejections import RejectedRow, keep_rejections
from xinyidai.credit_records.values import BatchCounts
from xinyidai.data_quality import queries, service
from xinyidai.data_quality.rules import month_after, month_of
from xinyidai.data_quality.service import bulletins
from xinyidai.data_quality.values import TicketAction, TicketState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.http import Page
from xinyidai.seeds.records import office_name
from xinyidai.seeds.times import at
from xinyidai.seeds.world import World

OFFICE = "industry_it"
LICENCE, PENALTY = "administrative_licence", "administrative_penalty"
PROVINCE = "省信用信息共享平台（演示）"
FORGOTTEN = 4
WEEKS_AGO = tuple(week for week in range(12, 0, -1) if week != FORGOTTEN)
LATE_WEEKS = (7, 6, 2)
ROWS = 8
SLOW, USUAL = 21, 3  # days from the decision to the delivery
FIRST_FIRM = 40
WITH_FAULTS: dict[int, tuple[tuple[str, str, str], ...]] = {
    5: (
        ("企业", "9****************7", "uscc_check_digit"),
        ("企业", "9***************2", "uscc_length"),
    ),
    1: (("企业", "鹰******司", "name_mismatch"),),
}


def tell_story(world: World) -> None:
    """Deliver for twelve weeks, measure, answer one of two tickets, publish a bulletin."""
    for week in WEEKS_AGO:
        with at(world.ago(7 * week + 1, 9)):
            _deliver_licences(world, week)
    with at(world.ago(20, 9)):
        _deliver(PROVINCE, PENALTY, [_penalty(world)], ())
    with at(world.ago(1, 5)):
        service.measure()
    with at(world.ago(1, 9)):
        _answer(world)
    with at(world.now):
        service.measure()
        last = month_after(month_of(clock.today()), -1)
        bulletins.publish(SYSTEM, last)


def _deliver_licences(world: World, week: int) -> None:
    day = clock.today()
    rows = [_licence(world, week, place, day) for place in range(ROWS)]
    _deliver(office_name(OFFICE), LICENCE, rows, WITH_FAULTS.get(week, ()))


def _licence(world: World, week: int, place: int, day: date) -> NewRecord:
    is_late = week in LATE_WEEKS and place == 0
    decided = day - timedelta(days=SLOW if is_late else USUAL)
    number = f"鹰演工信许〔{decided.year}〕{week:02d}{place:02d}号"
    return NewRecord(
        enterprise_id=world.ids[FIRST_FIRM + week * ROWS + place],
        kind=LICENCE,
        source=office_name(OFFICE),
        natural_key=f"{number}|{decided}",
        occurred_on=decided,
        level="核准",
        content={
            "xk_wsh": number,
            "xk_xkws": "准予行政许可决定书（演示）",
            "xk_xklb": "核准",
            "xk_nr": "民用爆炸物品以外的工业项目核准（演示）",
            "xk_jdrq": decided.isoformat(),
            "xk_xkjg": office_name(OFFICE),
        },
    )


def _penalty(world: World) -> NewRecord:
    decided = clock.today() - timedelta(days=5)
    number = f"鹰演工信罚〔{decided.year}〕0001号"
    return NewRecord(
        enterprise_id=world.ids[FIRST_FIRM],
        kind=PENALTY,
        source=PROVINCE,
        natural_key=f"{number}|{decided}",
        occurred_on=decided,
        level="警告",
        content={
            "cf_wsh": number,
            "cf_wfxw": "未按规定报送材料（演示）",
            "cf_yj": "《演示条例》",
            "cf_cflb": "警告",
            "cf_jdrq": decided.isoformat(),
            "cf_cfjg": office_name(OFFICE),
        },
    )


def _deliver(
    source: str, kind: str, rows: Sequence[NewRecord], faults: Sequence[tuple[str, str, str]]
) -> None:
    name = f"{kind}-{clock.today():%Y%m%d}.csv"
    batch = write.open_batch(
        SYSTEM,
        source=source,
        kind=kind,
        file_name=name,
        sha256=hashlib.sha256(f"{source}/{name}".encode()).hexdigest(),
    )
    counts = write.add_records(batch.id, rows)
    rejected: list[RejectedRow] = [
        (len(rows) + place, field, value, rule, clock.today())
        for place, (field, value, rule) in enumerate(faults, 1)
    ]
    keep_rejections(batch.id, rejected)
    write.close_batch(
        SYSTEM,
        batch.id,
        BatchCounts(
            total=len(rows) + len(rejected),
            accepted=counts.inserted + counts.superseded,
            rejected=len(rejected),
            unchanged=counts.unchanged,
        ),
    )


def _answer(world: World) -> None:
    """Let the office say of its older ticket that the codes are corrected; the other one waits."""
    sent, _ = queries.tickets(Page(1, 100), states={TicketState.SENT})
    office = world.cast.offices[OFFICE]
    own = [one for one in sent if one.department_id == office]
    older = min(own, key=lambda one: (one.file_name or "", one.number), default=None)
    if older is not None:
        service.answer_ticket(
            world.cast.actor("gongxin"),
            older.id,
            TicketAction.CORRECT,
            "两行代码已对照营业执照更正，下次报送时一并补报（演示）",
        )
