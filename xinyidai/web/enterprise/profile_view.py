"""Put profile and score of the firm together; reading only, never building."""

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import url_for

from xinyidai.catalogue.indicators import Indicator, SupplyWay, indicator_dictionary
from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.missing import MissingCause
from xinyidai.profiles.presentation import IndicatorView, SectionView
from xinyidai.profiles.service import OwnProfile
from xinyidai.scoring import queries as scores
from xinyidai.scoring import service as scoring
from xinyidai.scoring.models import ScoreResult
from xinyidai.web.chrome import format_day
from xinyidai.web.trend_view import trend_of
from xinyidai.web.wording import MISSING_CAUSES

SHOWN_REASONS = 3
NOT_COLLECTED = "平台还没有归集这类信息，不用企业处理；归集后自动计算。"
# Who can do something: whatever is not named here, the firm can.
NOT_FIRMS = {SupplyWay.WAIT: "platform", SupplyWay.NONE: "none"}


@dataclass(frozen=True)
class Grade:
    """The firm's credit grade as the panel shows it; `letter` None is 数据不足."""

    letter: str | None
    points: int | None
    model: str
    is_demo: bool
    as_of: str
    reasons: list[dict[str, str]] = field(default_factory=list)
    missing: list[dict[str, str]] = field(default_factory=list)


def find_grade(enterprise_id: UUID, *, most_reasons: int | None = None) -> Grade | None:
    """Return the score on the firm's present facts, or None when there is none."""
    result = scoring.find_current_score(enterprise_id)
    if result is None:
        return None
    model = scores.find_version(result.model_code, result.model_version)
    return Grade(
        letter=result.grade,
        points=result.points,
        model=f"{model.title} {model.version}" if model else result.model_version,
        is_demo=model is None or model.is_demo,
        as_of=format_day(result.scored_at),
        reasons=[_reason(reason) for reason in result.reasons[:most_reasons]],
        missing=_lacking(result),
    )


def _reason(reason: dict[str, Any]) -> dict[str, str]:
    return {
        "text": reason["text"],
        "direction": "down",
        "suggestion": reason["suggestion"],
        "dispute_url": url_for("enterprise.dispute", indicator=reason["feature"]),
    }


def _lacking(result: ScoreResult) -> list[dict[str, str]]:
    entries = result.missing.get("lacking", [])
    return [{"title": entry["label"], "how": entry["suggestion"]} for entry in entries]


def rows_of(
    section: SectionView, profile: OwnProfile, disputed: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Return the rows of a section's table: value, rank, source and date, or what is missing.

    `disputed` are the kinds of which a record is under objection, 异议中.
    """
    return [_row(indicator, profile, disputed) for indicator in section.indicators]


def _row(
    indicator: IndicatorView, profile: OwnProfile, disputed: Collection[str]
) -> dict[str, Any]:
    known = indicator.missing is None
    cause = "" if indicator.missing is None else MISSING_CAUSES[indicator.missing]
    rank, kinds = profile.ranks.get(indicator.code), kinds_of(indicator.code)
    return {
        "code": indicator.code,
        "name": indicator.name,
        "text": indicator.text if known else f"数据不足（{cause}）",
        "known": known,
        "detail": (indicator.rank or "") if known else f"{indicator.explanation}{indicator.supply}",
        "percent": rank.percent if rank and not rank.is_best else None,
        "trend": trend_of(profile.portrait, indicator.code),
        "records": indicator.records,
        "kinds": ",".join(kinds),
        "source": "、".join(sources_of(indicator.code)),
        "on": format_day(indicator.source_on) if indicator.source_on else "",
        "definition": indicator.definition,
        "disputed": not set(disputed).isdisjoint(kinds),
        "dispute_url": url_for("enterprise.dispute", indicator=indicator.code),
    }


def gaps_of(profile: OwnProfile) -> dict[str, list[dict[str, Any]]]:
    """Return what is missing, by who can do something about it: `firm`, `platform` or `none`.

    Indicators that one deed opens stand together, the deed that opens most of them first.
    """
    found: dict[str, dict[tuple[str, SupplyWay], list[IndicatorView]]] = {
        who: {} for who in ("firm", *NOT_FIRMS.values())
    }
    collected = profile.portrait.collected if profile.portrait else {}
    for indicator in profile.view.missing:
        deed, way = _deed(indicator, collected)
        found[NOT_FIRMS.get(way, "firm")].setdefault((deed, way), []).append(indicator)
    return {who: _deeds(deeds) for who, deeds in found.items()}


def _deed(indicator: IndicatorView, collected: Container[str]) -> tuple[str, SupplyWay]:
    """Return what can be done about a missing indicator, and by whom."""
    kinds = kinds_of(indicator.code)
    if kinds and not any(kind in collected for kind in kinds):
        return NOT_COLLECTED, SupplyWay.WAIT
    is_stale = indicator.missing is MissingCause.STALE
    way = SupplyWay.WAIT if is_stale else indicator_dictionary()[indicator.code].supply.way
    return indicator.supply or "", way


def _deeds(deeds: Mapping[tuple[str, SupplyWay], Sequence[IndicatorView]]) -> list[dict[str, Any]]:
    rows = [
        {
            "deed": deed,
            "count": len(indicators),
            "indicators": [
                {
                    "name": indicator.name,
                    "why": indicator.explanation,
                    "on": format_day(indicator.source_on) if indicator.source_on else "",
                    "source": "、".join(sources_of(indicator.code)),
                    "dispute_url": url_for("enterprise.dispute", indicator=indicator.code),
                }
                for indicator in indicators
            ],
            "declares": way is SupplyWay.DECLARE,
        }
        for (deed, way), indicators in deeds.items()
    ]
    return sorted(rows, key=lambda row: -int(row["count"]))


def find_indicator(code: str) -> Indicator | None:
    """Return an entry of the dictionary, or None."""
    return indicator_dictionary().indicators.get(code)


def kinds_of(code: str) -> tuple[str, ...]:
    """Return the record kinds that an indicator rests on."""
    return tuple(indicator_dictionary().indicators[code].kinds)


def sources_of(code: str) -> list[str]:
    """Return which departments deliver what an indicator rests on; the register when nobody."""
    entry = indicator_dictionary().indicators[code]
    names = dict.fromkeys(get_kind(kind).department.name for kind in entry.kinds)
    return list(names) or ["企业登记信息"]
