"""What a look showed beside score and indicators, 查询结果的画像: from its snapshot alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for

from xinyidai.consents.models import Consent
from xinyidai.credit_records.values import Snapshot
from xinyidai.profiles import rules
from xinyidai.profiles import service as profiles
from xinyidai.profiles.service import portraits
from xinyidai.profiles.service.portraits import Portrait
from xinyidai.web import portrait_view

TABS = (
    ("queries.read_query", "评分和指标"),
    ("queries.read_trends", "趋势"),
    ("queries.read_timeline", "时间轴"),
    ("queries.read_relations", "关系"),
)
Row = dict[str, Any]


@dataclass(frozen=True)
class LookParts:
    """The parts of one look's profile; `portrait` None where only results may be seen."""

    consent: Consent
    portrait: Portrait | None
    tags: Mapping[str, Any]
    tag_rows: list[Row]
    meters: list[Row]
    tabs: list[Row]


def parts_of(snapshot: Snapshot, consent: Consent, current: str) -> LookParts:
    """Return what the snapshot holds beside its indicators; nothing is read or computed anew."""
    portrait = profiles.portrait_of_content(snapshot.content)
    if portrait is None:
        return LookParts(consent, None, {"given": [], "unknown": []}, [], [], [])
    tags = portraits.tags_of_content(snapshot.content, portrait)
    values = rules.from_json(snapshot.content["indicators"])
    meters = portraits.meters_of(portrait, values, portrait.as_of)

    def tag_link(tag: Mapping[str, Any]) -> str:
        return _tag_link(snapshot.id, tag)

    return LookParts(
        consent,
        portrait,
        tags,
        portrait_view.tag_rows(tags, tag_link),
        portrait_view.meter_rows(meters, lambda section: f"#section-{section}"),
        _tabs(snapshot.id, current),
    )


def kind_link(snapshot_id: UUID, kind: str) -> str:
    """Return the address of the events of one kind that a look showed."""
    return url_for("queries.read_timeline", snapshot_id=snapshot_id, kind=kind)


def _tag_link(snapshot_id: UUID, tag: Mapping[str, Any]) -> str:
    if tag["indicators"]:
        anchor = f"i-{tag['indicators'][0]}"
        return url_for("queries.read_query", snapshot_id=snapshot_id, _anchor=anchor)
    if tag["events"]:
        return url_for("queries.read_timeline", snapshot_id=snapshot_id, tag=tag["code"])
    return kind_link(snapshot_id, tag["kinds"][0])


def _tabs(snapshot_id: UUID, current: str) -> list[Row]:
    return [
        {
            "label": label,
            "href": url_for(endpoint, snapshot_id=snapshot_id),
            "current": endpoint == current,
        }
        for endpoint, label in TABS
    ]
