# ruff: noqa: PLR2004 - the numbers are the habits of an invented city
"""What firms of the invented city want to borrow, which banks came, and which products fit."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from xinyidai.catalogue.refusals import DenialGiven
from xinyidai.financing_needs import service as needs
from xinyidai.financing_needs.models import FinancingNeed
from xinyidai.financing_needs.values import BankAnswers, NeedFacts, NeedPurpose
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.money import Yuan
from xinyidai.kernel.working_days import add_working_days
from xinyidai.matching import service as matching
from xinyidai.products.values import GuaranteeKind, Outcome, Wish
from xinyidai.seeds.times import at
from xinyidai.seeds.world import Member, World

PURPOSES = (
    (NeedPurpose.MATERIALS, "采购原材料，供货合同已签"),
    (NeedPurpose.PROJECT, "支付工程款，年底前回款"),
    (NeedPurpose.MATERIALS, "备货周转，旺季前两个月用"),
    (NeedPurpose.EQUIPMENT, "购置两台数控设备"),
    (NeedPurpose.PAYROLL, "发放工资，应收账款下季度到账"),
    (NeedPurpose.RESEARCH, "研发投入，样机试制"),
)
TERMS = (6, 12, 12, 24)
STORY_BANK = "yinhang"  # the bank whose officer signs in as 银行演示
FIRST_MEMBER = 52  # whose needs tell what banks do; those before only fill the list


def publish_needs(world: World) -> None:
    """Bring needs into the states that need no bank: draft, published, withdrawn, expired."""
    rng = world.dice(3)
    for number, member in enumerate(world.members[1:FIRST_MEMBER]):
        amount = Yuan.of_wan(int(rng.integers(2, 40)) * 10).fen
        published = max(world.ago(170 - 2.8 * number), member.since + timedelta(hours=1))
        with at(published):
            last = published.date() + timedelta(days=45)
            need = _draft(member, number, Wish(amount, TERMS[number % len(TERMS)]), last)
            if number % 10 != 9:
                needs.publish_need(member.actor, need.id)
        with at(max(world.ago(160 - 2.8 * number), member.since + timedelta(days=1))):
            if number % 10 == 4:
                needs.withdraw_need(member.actor, need.id)
    with at(world.now):
        needs.expire_needs(SYSTEM)


def _draft(member: Member, number: int, wish: Wish, last: date | None) -> FinancingNeed:
    purpose, text = PURPOSES[number % len(PURPOSES)]
    facts = NeedFacts(
        wish,
        text,
        "希望尽快放款",
        purpose=purpose,
        rate_max=Decimal("0.045") if number % 2 else None,
        wanted_by=last,
        contact_phone=f"139000{number:05d}",
    )
    return needs.draft_need(member.actor, member.enterprise_id, facts)


def match_members(world: World) -> None:
    """Match every firm that signed up; keep what does not refuse it, in public order."""
    for member in world.members:
        result = matching.match_own_firm(member.actor, member.enterprise_id, Wish())
        world.fitting[member.place] = [
            match for match in result.matches if match.outcome is not Outcome.INELIGIBLE
        ]


def meet_banks(world: World) -> None:
    """Let banks claim and firms authorize; the last need is the story's and waits for its firm."""
    told = (
        ("claimed", 0.1),
        ("authorized", 0.1),
        ("contacted", 0.1),
        ("declined", 0.1),
        ("late", 8),
        ("dispatched", 0.1),
        ("open", 0.1),
    )
    members = world.members[FIRST_MEMBER : FIRST_MEMBER + len(told)]
    for number, ((name, days), member) in enumerate(zip(told, members, strict=True)):
        with at(world.ago(days)):
            need = _draft(member, number, Wish(Yuan.of_wan(80 + 30 * number).fen, 12), None)
            needs.publish_need(member.actor, need.id)
            STORIES[name](world, member, need)
    story = world.members[0]
    with at(world.now):
        need = _draft(story, 0, Wish(Yuan.of_wan(120).fen, 12, GuaranteeKind.CREDIT), None)
        needs.publish_need(story.actor, need.id)
        _claim(world, need, STORY_BANK)
        needs.watch_needs(SYSTEM)


def _claim(world: World, need: FinancingNeed, bank: str) -> None:
    needs.claim_need(world.cast.officers_of(bank)[0], need.id)


def _stay_open(_world: World, _member: Member, _need: FinancingNeed) -> None:
    """Leave the need in the pool."""


def _be_claimed(world: World, _member: Member, need: FinancingNeed) -> None:
    for bank in list(world.cast.lenders)[:2]:
        _claim(world, need, bank)


def _be_authorized(world: World, member: Member, need: FinancingNeed) -> None:
    _be_claimed(world, member, need)
    bank = world.cast.lenders[next(iter(world.cast.lenders))]
    needs.answer_banks(member.actor, need.id, BankAnswers(frozenset({bank.id})))


def _be_contacted(world: World, member: Member, need: FinancingNeed) -> None:
    _be_authorized(world, member, need)
    officer = world.cast.officers_of(next(iter(world.cast.lenders)))[0]
    needs.report_contact(officer, need.id)


def _be_declined(world: World, member: Member, need: FinancingNeed) -> None:
    _be_claimed(world, member, need)
    officer = world.cast.officers_of(next(iter(world.cast.lenders)))[0]
    needs.decline_need(officer, need.id, [DenialGiven("amount_or_term", "本行这类贷款最高一百万")])


def _be_late(world: World, member: Member, need: FinancingNeed) -> None:
    """Authorize a bank that then does not call, and let its place be released."""
    _be_authorized(world, member, need)
    after = add_working_days(world.ago(8).date(), 3)
    if after <= world.day:
        with at(world.ago((world.day - after).days)):
            needs.watch_needs(SYSTEM)


def _be_dispatched(_world: World, _member: Member, need: FinancingNeed) -> None:
    needs.dispatch_best(SYSTEM, need.id)


STORIES: Mapping[str, Callable[[World, Member, FinancingNeed], None]] = {
    "open": _stay_open,
    "claimed": _be_claimed,
    "authorized": _be_authorized,
    "contacted": _be_contacted,
    "declined": _be_declined,
    "late": _be_late,
    "dispatched": _be_dispatched,
}
