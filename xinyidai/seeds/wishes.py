# ruff: noqa: PLR2004 - the numbers are the habits of an invented city
"""What firms of the invented city want to borrow, and which products fit them."""

from datetime import timedelta

from xinyidai.financing_needs import service as needs
from xinyidai.financing_needs.values import NeedFacts
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.money import Yuan
from xinyidai.matching import service as matching
from xinyidai.products.values import Outcome, Wish
from xinyidai.seeds.times import at
from xinyidai.seeds.world import World

PURPOSES = ("采购原材料", "支付工程款", "备货周转", "购置设备", "发放工资", "研发投入")
TERMS = (6, 12, 12, 24)


def publish_needs(world: World) -> None:
    """Bring needs into every state they can be in: draft, published, withdrawn, expired."""
    rng = world.dice(3)
    for number, member in enumerate(world.members[1:61]):
        wish = Wish(
            Yuan.of_wan(int(rng.integers(2, 40)) * 10).fen, TERMS[number % len(TERMS)], None
        )
        facts = NeedFacts(wish, PURPOSES[number % len(PURPOSES)], "希望尽快放款")
        with at(max(world.ago(170 - 2.8 * number), member.since + timedelta(hours=1))):
            need = needs.draft_need(member.actor, member.enterprise_id, facts)
            if number % 10 != 9:
                needs.publish_need(member.actor, need.id)
        with at(max(world.ago(160 - 2.8 * number), member.since + timedelta(days=1))):
            if number % 10 == 4:
                needs.withdraw_need(member.actor, need.id)
    with at(world.now):
        needs.expire_needs(SYSTEM)


def match_members(world: World) -> None:
    """Match every firm that signed up; keep what does not refuse it, in public order."""
    for member in world.members:
        result = matching.match_own_firm(member.actor, member.enterprise_id, Wish())
        world.fitting[member.place] = [
            match for match in result.matches if match.outcome is not Outcome.INELIGIBLE
        ]
