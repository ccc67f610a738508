"""A product about to change, 产品改版: tried on the past months and waiting for its review."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from xinyidai.matching import service as matching
from xinyidai.products import service as products
from xinyidai.products.queries import get_version
from xinyidai.seeds.times import at
from xinyidai.seeds.world import World

CODE = "YS-002"
CHANGED: dict[str, dict[str, Any]] = {
    "age2": {"value": 1, "denial_text": "企业成立须满 1 年。"},
    "tax_5": {"value": 10_000_000, "denial_text": "近 12 个月纳税额须不低于 10 万元。"},
}


def try_out(world: World) -> None:
    """Revise one listed product, try it beside the listed version, and submit it."""
    on_sale = next(one for one in world.on_sale if one.facts.code == CODE)
    manager = world.cast.manager_of(on_sale.bank)
    with at(world.now - timedelta(minutes=4)):
        version = products.revise_product(manager, on_sale.product_id)
        facts = products.facts_of(get_version(version.id))
        criteria = tuple(one | CHANGED.get(one["code"], {}) for one in facts.criteria)
        products.update_draft(manager, version.id, replace(facts, criteria=criteria))
        products.add_proposed_examples(manager, version.id)
        matching.shadow_run(manager, version.id)
        products.submit_product(manager, version.id)
