"""Whom firms of the invented city are tied to: shareholders, managers, creditors, buyers.

The register and the centres deliver these kinds for some of the firms that signed up; nobody's
name can be mistaken for a real one. The firm of the story has one relation of every kind.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.values import Field
from xinyidai.credit_records.service import NewRecord, write
from xinyidai.credit_records.values import BatchCounts
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.money import FEN_PER_WAN
from xinyidai.profiles import service as profiles
from xinyidai.seeds.records import source_of
from xinyidai.seeds.times import at
from xinyidai.seeds.world import Member, World

FIRMS = 30
BUILT = 10  # firms whose pages are there at the first visit; the others build theirs by a click
SURNAMES = "张王李赵刘陈杨黄周吴"
BANK = "鹰川演示银行"
Row = dict[str, Any]


def tell(world: World) -> None:
    """Deliver the relations of the first firms that signed up, each kind as one batch."""
    with at(world.ago(3, 2)):
        firms = [
            _Firm(number, member, world) for number, member in enumerate(world.members[:FIRMS])
        ]
        for kind, (every, rows) in MAKERS.items():
            chosen = [firm for firm in firms if firm.number % every == 0]
            _deliver(kind, [_record(firm, kind, row) for firm in chosen for row in rows(firm)])


def show(world: World) -> None:
    """Build the pages of the first firms, so that the first visit finds them."""
    with at(world.now):
        for member in world.members[:BUILT]:
            profiles.refresh_portrait(member.enterprise_id)


@dataclass(frozen=True)
class _Firm:
    """One firm by its number among those told of; the firm of the story is number 0."""

    number: int
    member: Member
    world: World

    @property
    def capital_fen(self) -> int:
        return int(self.world.firms.capital_fen[self.member.place])

    def since(self, days: int) -> date:
        """Return a day so many days ago, or the day the firm was founded if that is later."""
        born: date = self.world.firms.established[self.member.place].item()
        return max(born, _ago(days))


def _shareholders(firm: _Firm) -> Iterator[Row]:
    number = firm.number
    names = (_person(number, 0), _person(number, 1), f"鹰川演示第{number + 1}投资有限公司")
    kinds = ("自然人股东", "自然人股东", "企业法人")
    for name, kind, percent in zip(names, kinds, (55, 30, 15), strict=True):
        yield {
            "shareholder": name,
            "shareholder_kind": kind,
            "subscribed": firm.capital_fen * percent // 100,
            "share_percent": percent,
            "contributed_on": firm.since(600),
        }


def _managers(firm: _Firm) -> Iterator[Row]:
    for place, position in enumerate(("执行董事兼总经理", "监事")):
        yield {
            "person_name": _person(firm.number, place),
            "position": position,
            "appointed_on": firm.since(600),
        }


def _branches(firm: _Firm) -> Iterator[Row]:
    yield {
        "branch_name": f"鹰川演示第{firm.number + 1}分公司",
        "established_on": firm.since(700),
        "status": "存续",
    }


def _guarantees(_firm: _Firm) -> Iterator[Row]:
    yield {
        "creditor": BANK,
        "debt_kind": "贷款",
        "amount": 80 * FEN_PER_WAN,
        "starts_on": _ago(200),
        "ends_on": _ago(-400),
        "guarantee_kind": "joint",
    }


def _pledges(firm: _Firm) -> Iterator[Row]:
    yield {
        "register_no": f"YSDBGX{firm.number}",
        "guarantee_kind": "receivable",
        "creditor": BANK,
        "amount": 50 * FEN_PER_WAN,
        "registered_on": _ago(150),
        "ends_on": _ago(-500),
    }


def _loans(firm: _Firm) -> Iterator[Row]:
    yield {
        "contract_no": f"YSJK{firm.number}",
        "lender": BANK,
        "amount": 60 * FEN_PER_WAN,
        "balance": 40 * FEN_PER_WAN,
        "rate_percent": 4.1,
        "disbursed_on": _ago(180),
        "ends_on": _ago(-185),
        "guarantee": "credit",
        "status": "normal",
    }


def _bids(firm: _Firm) -> Iterator[Row]:
    for place, buyer in enumerate(("鹰川市演示城投公司", "鹰川市演示医院", "鹰川市演示城投公司")):
        yield {
            "project_no": f"YSZBGX{firm.number}-{place}",
            "project_name": "演示配套采购",
            "buyer": buyer,
            "amount": (20 + 15 * place) * FEN_PER_WAN,
            "won_on": _ago(60 + 120 * place),
        }


def _contracts(firm: _Firm) -> Iterator[Row]:
    yield {
        "contract_no": f"YSZCGX{firm.number}",
        "contract_name": "演示设备采购合同",
        "buyer": "鹰川市演示中学",
        "amount": 35 * FEN_PER_WAN,
        "signed_on": _ago(90),
        "ends_on": _ago(-275),
    }


# Every so many-th firm has records of the kind; the firm of the story, number 0, has all of them.
MAKERS: Mapping[str, tuple[int, Callable[[_Firm], Iterator[Row]]]] = {
    "shareholder_contribution": (1, _shareholders),
    "key_personnel": (1, _managers),
    "branch": (6, _branches),
    "external_guarantee": (5, _guarantees),
    "movable_guarantee": (4, _pledges),
    "loan_record": (3, _loans),
    "bid_won": (2, _bids),
    "government_procurement_contract": (3, _contracts),
}


def _person(number: int, place: int) -> str:
    return f"{SURNAMES[(number + 3 * place) % len(SURNAMES)]}演示{'甲乙'[place]}"


def _ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def _record(firm: _Firm, code: str, row: Row) -> NewRecord:
    kind = get_kind(code)
    columns = kind.map

    def of(name: str | None) -> Any:
        return row.get(name or "")

    level = of(columns.level)
    return NewRecord(
        enterprise_id=firm.member.enterprise_id,
        kind=code,
        source=source_of(code),
        natural_key="|".join(_text(kind.field(name), row[name]) for name in columns.natural_key),
        occurred_on=row[columns.occurred_on],
        valid_until=of(columns.valid_until),
        amount_fen=of(columns.amount),
        quantity=of(columns.quantity),
        level=None if level is None else str(level),
        content={
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in row.items()
        },
    )


def _text(field: Field, value: Any) -> str:
    return value.isoformat() if field.type.is_day else str(value)


def _deliver(kind: str, rows: Sequence[NewRecord]) -> None:
    name = f"{kind}-relations.csv"
    digest = hashlib.sha256(f"{name}/{clock.today()}".encode()).hexdigest()
    batch = write.open_batch(
        SYSTEM, source=source_of(kind), kind=kind, file_name=name, sha256=digest
    )
    counts = write.add_records(batch.id, rows)
    taken = counts.inserted + counts.superseded
    write.close_batch(SYSTEM, batch.id, BatchCounts(len(rows), taken, 0, counts.unchanged))
