"""The versions of the public ranking rule, 排序规则版本: each from its day on, all of them kept.

A stored match names its version, and `rule_of` computes it again as it was. An index is compiled
for a day and ranks by the rule of that day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from xinyidai.kernel import clock
from xinyidai.kernel.errors import NotFound
from xinyidai.matching.counted_costs import CountedCost, as_published, at_ceilings
from xinyidai.products.values import Terms


@dataclass(frozen=True)
class RankingRule:
    """One version: from when it holds, what it changed in plain words, and where it differs."""

    version: str
    since: date
    text: str
    cost: Callable[[Terms], CountedCost]
    counts_outcomes: bool = True


# Newest first; raised with every change of outcomes, factors or weights.
RULES: tuple[RankingRule, ...] = (
    RankingRule(
        "2026.3",
        date(2026, 11, 22),
        "综合成本：没有公布的费用按上限计，不再当作没有；分数相同的，费用公开得更全的在前；"
        "称号没有完整名单可查的，算数据不足；权重不变。",
        at_ceilings,
    ),
    RankingRule(
        "2026.2",
        date(2026, 11, 22),
        "办成可能改为优先看近 12 个月的办理结果；办理速度同时看承诺和守时；权重不变。",
        as_published,
    ),
    RankingRule(
        "2026.1",
        date(2026, 11, 21),
        "首次公布：四项因素及其权重，同分按当日随机数排列。",
        as_published,
        counts_outcomes=False,
    ),
)
NEWEST = RULES[0]


def rule_on(day: date) -> RankingRule:
    """Return the rule in force on a day; before the first was published, the first."""
    return next((rule for rule in RULES if rule.since <= day), RULES[-1])


def current_rule() -> RankingRule:
    """Return the rule in force today."""
    return rule_on(clock.today())


def rule_of(version: str) -> RankingRule:
    """Return a rule by its version, whether it is in force or not.

    Raises:
        NotFound: no such version was ever published.

    """
    found = next((rule for rule in RULES if rule.version == version), None)
    if found is None:
        raise NotFound(f"没有“{version}”这一版排序规则。")
    return found
