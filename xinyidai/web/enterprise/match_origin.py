"""Where a match came from, 匹配依据: run, products, rules, day; and what a replay of it says."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import url_for

from xinyidai.matching.models import MatchHead, MatchRun
from xinyidai.matching.service import Replayed
from xinyidai.products.values import Outcome
from xinyidai.web import match_words
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.enterprise.queries import offers_of
from xinyidai.web.wording import OUTCOMES

MOST_NAMED = 5


def facts_of(run: MatchRun) -> list[dict[str, str]]:
    """Return what names the run: whoever has these can compute it again and compare."""
    counted = _counted_on(run)
    return [
        {"label": "匹配编号", "value": str(run.id)},
        {"label": "核对时间", "value": format_moment(run.computed_at)},
        {"label": "在售产品", "value": f"{run.product_count} 款"},
        {"label": "产品目录指纹", "value": match_words.short(run.products_fingerprint)},
        {"label": "排序规则版本", "value": run.rules_version},
        {"label": "办理结果计数日", "value": counted or "还没有计数，按公布的条件"},
        {"label": "指标字典版本", "value": run.dictionary_version},
        {"label": "企业信用信息版本", "value": f"第 {run.facts_version} 版"},
    ]


def _counted_on(run: MatchRun) -> str:
    """Return the day whose counted outcomes the order read; empty where nothing was counted."""
    days = {
        str(factor["numbers"].get("counted_on") or "")
        for match in run.matches
        for factor in match.factors
    }
    newest = max(days, default="")
    return format_day(date.fromisoformat(newest)) if newest else ""


def replay_text(done: Sequence[Replayed]) -> str:
    """Say in plain words whether the run comes out the same again, and if not, why."""
    different = [one for one in done if not one.is_same]
    if not different:
        return f"已按当时的产品版本、规则和画像重算 {len(done)} 款，结论和排序得分全部一致。"
    offers = offers_of([one.version_id for one in different])
    names = [offers[one.version_id].version.name for one in different[:MOST_NAMED]]
    more = " 等" if len(different) > MOST_NAMED else ""
    moved = match_words.moved_names(different)
    why = f"因为这些数据后来有变化：{'、'.join(moved)}。" if moved else ""
    factors = match_words.factor_names(different)
    if factors:
        why += f"这些排序因素与当时不同：{'、'.join(factors)}。"
    return (
        f"已重算 {len(done)} 款，{len(different)} 款与当时不同：{'、'.join(names)}{more}。"
        f"{why}请重新匹配。"
    )


def batch_of(head: MatchHead | None) -> dict[str, Any] | None:
    """Return what the matching of all firms found for this one, before it asks by itself."""
    if head is None:
        return None
    offers = offers_of(head.version_ids)
    return {
        "at": format_moment(head.computed_at),
        "day": format_day(head.matched_on),
        "rules": head.rules_version,
        "counts": counts_of(head),
        "shown": len(head.version_ids),
        "total": head.product_count,
        "rows": [
            {
                "name": offers[version].version.name,
                "institution": offers[version].institution.name,
                "outcome": OUTCOMES[Outcome(outcome)],
                "href": url_for(
                    "enterprise.product", product_id=offers[version].version.product_id
                ),
            }
            for version, outcome in zip(head.version_ids, head.outcomes, strict=True)
            if version in offers
        ],
    }


def counts_of(head: MatchHead) -> list[dict[str, Any]]:
    """Return the counts of the newest matching of all, each with the way to its list."""
    href = url_for("enterprise.matches", _anchor="batch")
    numbers = (
        (head.eligible_count, Outcome.ELIGIBLE),
        (head.insufficient_count, Outcome.INSUFFICIENT),
        (head.ineligible_count, Outcome.INELIGIBLE),
    )
    return [
        {"value": number, "unit": "款", "label": OUTCOMES[outcome], "href": href}
        for number, outcome in numbers
    ]
