"""A department of the invented city delivers by itself: a saved mapping, rejections, a key."""

import base64
import csv
import io
from collections.abc import Iterable, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xinyidai.deliveries import service
from xinyidai.deliveries.models import Delivery
from xinyidai.deliveries.values import CODE, NAME, Choice
from xinyidai.enterprises.service import Registration
from xinyidai.kernel.db import own_transaction, random_bytes
from xinyidai.seeds.times import at
from xinyidai.seeds.world import World

DEPARTMENT, CLERK, OFFICE = "industry_it", "gongxin", "xinyongban1"
PUSHER, PUSH_CODE = "taxation", "taxation_push"
KIND = "specialised_new"
HEADINGS = ("企业代码", "申报单位", "获评层级", "批次", "获评时间")
TARGETS = (CODE, NAME, "level", "batch", "recognised_on")
LEVELS = {"国家级": "little_giant", "省级": "specialised_new"}
WAITING_HEADINGS = ("信用代码", "单位", "类型", "公布日")
SOUND = 9
TYPED_WRONG = "2"  # a digit more than a code has


def deliver_by_departments(world: World) -> None:
    """Deliver one list with rows to correct, leave one for a clerk, register one that pushes."""
    rows = world.rows[-2 * SOUND :]
    with at(world.ago(1, 9)):
        first = _upload(world, "专精特新名单（演示）.csv", HEADINGS, _listed(rows))
        with own_transaction():
            chosen = Choice(KIND, TARGETS, {"level": LEVELS})
            service.propose_as(world.cast.actor(CLERK), first.id, KIND)
            service.confirm(world.cast.actor(CLERK), first.id, chosen)
        service.work_on(first.id)
    with at(world.ago(1, 15)):
        waiting = [(row.uscc, row.name, "省级", "2026-03-10") for row in rows[:SOUND]]
        _upload(world, "新一批名单待确认（演示）.csv", WAITING_HEADINGS, waiting)
    with at(world.ago(1, 16)), own_transaction():
        _register(world)


def _listed(rows: Sequence[Registration]) -> list[tuple[str, ...]]:
    """Return sound rows, and three that a clerk has to correct: a code, a day, a level."""
    sound = [(row.uscc, row.name, "省级", "演示批次", "2025-09-01") for row in rows[:SOUND]]
    one, two, three = rows[SOUND : SOUND + 3]
    return [
        *sound,
        (f"{one.uscc}{TYPED_WRONG}", one.name, "省级", "演示批次", "2025-09-01"),
        (two.uscc, two.name, "国家级", "演示批次", "2025-13-01"),
        (three.uscc, three.name, "待定", "演示批次", "2025-09-01"),
    ]


def _upload(
    world: World, name: str, headings: Sequence[str], rows: Iterable[Sequence[str]]
) -> Delivery:
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    with own_transaction():
        source = service.ensure_source(world.cast.offices[DEPARTMENT])
        claim = service.Claim(name)
        stream = io.BytesIO(text.getvalue().encode("utf-8-sig"))
        delivery = service.upload(world.cast.actor(CLERK), source, stream, claim)
    with own_transaction():
        service.examine(delivery.id)
    return delivery


def _register(world: World) -> None:
    """Register a pushing source; its private key is nobody's: a first user makes one of his own."""
    clerk = world.cast.actor(OFFICE)
    source = service.register_source(clerk, world.cast.offices[PUSHER], PUSH_CODE)
    public = Ed25519PrivateKey.from_private_bytes(random_bytes(32)).public_key()
    service.add_key(clerk, source.id, base64.b64encode(public.public_bytes_raw()).decode())
