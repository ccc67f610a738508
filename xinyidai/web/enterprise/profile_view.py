"""Put profile and score of the firm together; reading only, never building."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import url_for

from xinyidai.catalogue.indicators import Indicator, indicator_dictionary
from xinyidai.catalogue.kinds import get_kind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.profiles import queries as profiles
from xinyidai.profiles import service as profile_service
from xinyidai.profiles.presentation import IndicatorView, ProfileView, SectionView
from xinyidai.scoring import queries as scores
from xinyidai.scoring import service as scoring
from xinyidai.scoring.models import ScoreResult
from xinyidai.web.chrome import format_day
from xinyidai.web.wording import MISSING_CAUSES

SHOWN_REASONS = 3


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


def find_profile(actor: Actor, enterprise_id: UUID) -> ProfileView | None:
    """Return the profile on today's facts, or None when it has to be built first."""
    firm = profiles.get_firm(enterprise_id)
    key = {
        "enterprise_id": enterprise_id,
        "as_of": clock.today(),
        "facts_version": firm.facts_version,
        "dictionary_version": indicator_dictionary().version,
        "scope": profiles.WHOLE,
    }
    if profiles.find_snapshot(key) is None:
        return None
    return profile_service.read_own_profile(actor, enterprise_id)


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


def rows_of(section: SectionView, disputed: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return the rows of a section's table: value, rank, source and date, or what is missing.

    `disputed` are the kinds of which a record is under objection, 异议中.
    """
    return [_row(indicator, disputed) for indicator in section.indicators]


def _row(indicator: IndicatorView, disputed: Collection[str]) -> dict[str, Any]:
    known = indicator.missing is None
    cause = "" if indicator.missing is None else MISSING_CAUSES[indicator.missing]
    return {
        "code": indicator.code,
        "name": indicator.name,
        "text": indicator.text if known else f"数据不足（{cause}）",
        "known": known,
        "detail": (indicator.rank or "") if known else f"{indicator.explanation}{indicator.supply}",
        "source": "、".join(sources_of(indicator.code)),
        "on": format_day(indicator.source_on) if indicator.source_on else "",
        "definition": indicator.definition,
        "disputed": not set(disputed).isdisjoint(kinds_of(indicator.code)),
        "dispute_url": url_for("enterprise.dispute", indicator=indicator.code),
    }


def coverage_of(profile: ProfileView) -> list[dict[str, Any]]:
    """Return for each section the share of indicators with a value, for the chart."""
    return [
        {
            "label": section.name,
            "value": round(100 * section.known / max(1, len(section.indicators))),
            "text": f"{section.known}/{len(section.indicators)}",
            "href": f"#section-{section.code}",
        }
        for section in profile.sections
    ]


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
