"""The neighbours of the invented city's node: a province, two counties, an industry platform.

All of them are invented and say so. Each has a key of its own that is thrown away after the
seeding, and speaks the same protocol as a real one: what it sends is signed, checked, taken in or
refused as anything else. One refused package waits for a clerk to add a mapping and replay it.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from xinyidai.kernel import clock, signing
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import new_id
from xinyidai.kernel.settings import Algorithm
from xinyidai.node_exchange import queries, service
from xinyidai.node_exchange.models import ExchangePackage
from xinyidai.node_exchange.packaging import (
    HEARTBEAT_DOMAIN,
    RECEIPT_DOMAIN,
    KindFile,
    PackageHead,
    sign_document,
    write_package,
)
from xinyidai.node_exchange.service import serving
from xinyidai.node_exchange.unpacking import MOST_ROWS
from xinyidai.node_exchange.values import (
    FlowPlan,
    NodeDirection,
    NodeLevel,
    NodePlan,
    Tally,
    Way,
)
from xinyidai.seeds.times import at
from xinyidai.seeds.world import World

OWN = "yingchuan"
PUBLISHED = (
    "administrative_penalty",
    "credit_commitment",
    "serious_dishonest_subject",
    "honour",
)
HONOUR, PENALTY, BID = "honour", "environment_penalty", "bid_won"


@dataclass
class Neighbour:
    """An invented node with its key and how far its chain has come."""

    code: str
    name: str
    level: NodeLevel
    direction: NodeDirection
    flows: tuple[FlowPlan, ...]
    frequency: str = "每日一次"
    pair: signing.SigningKeyPair = field(init=False)
    sequence: int = 0
    digest: str = ""

    def __post_init__(self) -> None:
        """Draw the key."""
        self.pair = signing.generate(f"{self.code}.example/node", Algorithm.ED25519)

    def sign(self, message: bytes) -> tuple[str, bytes]:
        """Sign as this node."""
        return self.pair.public.key_id, self.pair.sign(message)

    def send(
        self, kind: str, lines: Sequence[Mapping[str, Any]], *, is_altered: bool = False
    ) -> None:
        """Send one package; the lines of an altered one were changed on the way."""
        head = PackageHead(
            id=new_id(),
            sequence=self.sequence + 1,
            previous=self.digest,
            sender=self.code,
            receiver=OWN,
        )
        written = write_package(head, [KindFile(kind, lines)], self.sign)
        body = _altered(written.body, f"{kind}.jsonl") if is_altered else written.body
        if service.receive(body).receipt is not None:
            self.sequence, self.digest = self.sequence + 1, written.digest

    def beat(self) -> None:
        """Send a heartbeat."""
        said = {
            "from": self.code,
            "to": OWN,
            "sent_at": clock.now().isoformat(timespec="seconds"),
            "version": 1,
            "out_sequence": self.sequence,
            "in_sequence": 0,
        }
        service.hear(sign_document(said, HEARTBEAT_DOMAIN, self.sign))

    def acknowledge(self, package: ExchangePackage) -> None:
        """Send the receipt of a package that this node is taken to have fetched."""
        counts = Tally(rows=package.rows, accepted=package.rows).counts()
        said = {
            "format": "xinyidai-node-receipt",
            "version": 1,
            "package": str(package.id),
            "sequence": package.sequence,
            "digest": package.digest,
            "from": self.code,
            "to": OWN,
            "received_at": clock.now().isoformat(timespec="seconds"),
            "counts": counts,
            "faults": [],
            "faults_total": 0,
        }
        serving.accept_receipt(sign_document(said, RECEIPT_DOMAIN, self.sign))


def connect(world: World) -> None:
    """Open the links and let the neighbours exchange a few packages."""
    with at(world.ago(60)):
        service.set_self(SYSTEM, code=OWN, name="鹰川市信用信息节点（演示）", level=NodeLevel.CITY)
        neighbours = [_open(world, one) for one in _neighbours()]
        _propose(world)
    province, yebei, wangchuan, platform = neighbours
    with at(world.ago(9, 6)):
        _send_up(province, is_fetched=True)
    _come_from_platform(world, platform)
    _come_from_counties(world, yebei, wangchuan)
    with at(world.ago(1, 12)):
        _send_up(province, is_fetched=False)
    for hours, one in enumerate(neighbours, start=1):
        with at(world.now - timedelta(hours=hours)):
            one.beat()


def _neighbours() -> tuple[Neighbour, ...]:
    up = tuple(FlowPlan(way=Way.OUT, kind=kind, remote_kind=kind) for kind in PUBLISHED)
    return (
        Neighbour(
            "yusheng",
            "省信用信息平台（虚构）",
            NodeLevel.PROVINCE,
            NodeDirection.UP,
            up,
            "每 5 分钟",
        ),
        Neighbour(
            "yebei",
            "叶北县节点（虚构）",
            NodeLevel.COUNTY,
            NodeDirection.DOWN,
            _coming(HONOUR, PENALTY),
        ),
        Neighbour(
            "wangchuan",
            "望川县节点（虚构）",
            NodeLevel.COUNTY,
            NodeDirection.DOWN,
            _coming(HONOUR),
        ),
        Neighbour(
            "gongzi-jiaoyi",
            "公共资源交易平台（虚构）",
            NodeLevel.INDUSTRY,
            NodeDirection.SIDE,
            (FlowPlan(way=Way.IN, kind=BID, remote_kind="zhongbiao"),),
            "每周一次",
        ),
    )


def _coming(*kinds: str) -> tuple[FlowPlan, ...]:
    return tuple(FlowPlan(way=Way.IN, kind=kind, remote_kind=kind) for kind in kinds)


def _plan(one: Neighbour) -> NodePlan:
    today = clock.today()
    return NodePlan(
        code=one.code,
        name=one.name,
        level=one.level,
        direction=one.direction,
        verifier=one.pair.public.verifier,
        frequency=one.frequency,
        legal_basis="信用信息共享管理办法（演示文本）",
        agreement_no=f"演示信共享〔{today.year}〕{len(one.code)}号",
        flows=one.flows,
        security_assessed_on=today - timedelta(days=30),
        agreement_on=today - timedelta(days=20),
        data_list_on=today - timedelta(days=12),
        expires_on=today + timedelta(days=365),
    )


def _open(world: World, one: Neighbour) -> Neighbour:
    first, second = world.cast.actor("xinyongban1"), world.cast.actor("xinyongban2")
    node = service.propose_node(first, _plan(one), is_invented=True)
    with at(clock.now() + timedelta(days=1)):
        service.approve_node(second, node.id, "材料齐全（演示）")
    with at(clock.now() + timedelta(days=2)):
        service.activate_node(first, node.id)
    return one


def _propose(world: World) -> None:
    """Leave one link for the second clerk to approve."""
    nation = Neighbour(
        "guojia",
        "国家节点（虚构）",
        NodeLevel.NATIONAL,
        NodeDirection.UP,
        tuple(FlowPlan(way=Way.OUT, kind=kind, remote_kind=kind) for kind in PUBLISHED[:2]),
    )
    service.propose_node(world.cast.actor("xinyongban1"), _plan(nation), is_invented=True)


def _send_up(province: Neighbour, *, is_fetched: bool) -> None:
    """Make what is due for the province; `is_fetched` lets it fetch and acknowledge it."""
    node = queries.find_by_code(province.code)
    if node is None:
        return
    package, _ = service.build_next(SYSTEM, node.id, rows=MOST_ROWS)
    if package is not None and is_fetched:
        with at(clock.now() + timedelta(hours=1)):
            province.acknowledge(package)


def _come_from_counties(world: World, yebei: Neighbour, wangchuan: Neighbour) -> None:
    with at(world.ago(3, 8)):
        penalties = [_penalty(world, place) for place in range(20, 32)]
        yebei.send(PENALTY, penalties)
        wangchuan.send(HONOUR, [_honour(world, place, "望川县") for place in range(40, 48)])
    with at(world.ago(2, 8)):
        yebei.send(HONOUR, [_honour(world, place, "叶北县") for place in range(50, 60)])
        wangchuan.send("hongbang", [_honour(world, 61, "望川县") | {"kind": "hongbang"}])
    with at(world.ago(1, 8)):
        yebei.send(PENALTY, [penalties[0] | {"status": "repaired", "fields": {}}])


def _come_from_platform(world: World, platform: Neighbour) -> None:
    """Take in a week of awards, two of them not right, and a package changed on the way."""
    with at(world.ago(7, 8)):
        bids = [_bid(world, place) for place in range(70, 84)]
        bids[3] = bids[3] | {"name": "名称写错的公司（演示）"}
        bids[5]["fields"].pop("won_on")
        platform.send("zhongbiao", bids)
    with at(world.ago(1, 9)):
        platform.send("zhongbiao", [_bid(world, place) for place in (85, 86)], is_altered=True)


def _line(world: World, place: int, kind: str, key: str, fields: dict[str, str]) -> dict[str, Any]:
    firm = world.rows[place]
    return {
        "uscc": firm.uscc,
        "name": firm.name,
        "kind": kind,
        "source": "演示来源",
        "key": key,
        "on": world.ago(30).date().isoformat(),
        "status": "in_force",
        "fields": fields,
    }


def _honour(world: World, place: int, county: str) -> dict[str, Any]:
    title = f"{county}诚信经营示范户（演示）"
    day = world.ago(90 + place).date().isoformat()
    line = _line(world, place, HONOUR, f"{title}|{day}", {"title": title, "awarded_on": day})
    return line | {"on": day, "source": f"{county}发展和改革委员会（演示）"}


def _penalty(world: World, place: int) -> dict[str, Any]:
    number = f"叶北环罚〔演示〕{place}号"
    day = world.ago(200 + place).date().isoformat()
    fields = {"decision_no": number, "decided_on": day, "fine": "2"}
    line = _line(world, place, PENALTY, number, fields)
    return line | {"on": day, "source": "叶北县生态环境局（演示）"}


def _bid(world: World, place: int) -> dict[str, Any]:
    number = f"演示招标-{place:04d}"
    day = world.ago(20).date().isoformat()
    fields = {"project_no": number, "won_on": day}
    return _line(world, place, "zhongbiao", number, fields) | {"source": "交易中心（演示）"}


def _altered(body: bytes, name: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.namelist():
            data = old.read(entry)
            new.writestr(entry, data.replace(b"in_force", b"repaired") if entry == name else data)
    return made.getvalue()
