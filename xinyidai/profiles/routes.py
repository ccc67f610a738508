"""The profile that a look showed, for banks' systems, 授权查询的画像; reading it spends nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import g

from xinyidai.accounts.scopes import ApiBlueprint, Scope, as_list, page_of
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import DisclosureSubject, Snapshot
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import NotFound
from xinyidai.profiles import rules, service
from xinyidai.profiles.describing import Described, describe, events_json
from xinyidai.profiles.schemas import (
    PROFILE_OUT,
    TIMELINE_OUT,
    ProfileOut,
    TimelineIn,
    TimelineOut,
)
from xinyidai.profiles.service.portraits import Portrait, tags_of_content

ABSENT = "这次查询没有画像：只提供评价结果，或是较早版本的查询。"
AGAIN = (
    "不扣减次数。授权撤回、留存期满或信息有更正后不再提供。只提供评价结果的授权没有画像，返回 404。"
)

blueprint = ApiBlueprint("profiles", __name__, title="企业画像")


@blueprint.get("/queries/<uuid:snapshot_id>/profile")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "查询结果里的企业画像",
    detail="维度和指标（数值、来源、日期、同行位置）、标签、趋势、关系、齐全和新鲜程度。" + AGAIN,
    scope=Scope.QUERIES,
    refuses=(404, 409),
)
@blueprint.response(200, ProfileOut, example=PROFILE_OUT)
def read_profile(snapshot_id: UUID) -> dict[str, Any]:
    """Return what a look showed of the profile, dimension by dimension."""
    content = _snapshot(snapshot_id).content
    portrait = _portrait(content)
    return describe(
        Described(
            rules.from_json(content["indicators"]),
            content["ranks"],
            portrait,
            tags_of_content(content, portrait),
            date.fromisoformat(content["as_of"]),
        )
    )


@blueprint.get("/queries/<uuid:snapshot_id>/timeline")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "查询结果里的时间轴",
    detail="授权范围内有日期的事件，最新的在前；每类最多保留最近 100 条。" + AGAIN,
    scope=Scope.QUERIES,
    refuses=(404, 409),
)
@blueprint.arguments(TimelineIn, location="query")
@blueprint.response(200, TimelineOut, example=TIMELINE_OUT)
def read_timeline(wanted: dict[str, Any], snapshot_id: UUID) -> dict[str, Any]:
    """Return a page of the events that a look showed."""
    page = page_of(wanted)
    events = [
        event
        for event in _portrait(_snapshot(snapshot_id).content).events
        if wanted["kind"] in {None, event.kind}
    ]
    chosen = events[page.offset : page.offset + page.size]
    return as_list(events_json(chosen), page, len(events))


def _snapshot(snapshot_id: UUID) -> Snapshot:
    snapshot = credit_records.read_snapshot(g.actor, snapshot_id)
    if snapshot.subject is not DisclosureSubject.PROFILE:
        raise NotFound(ABSENT)
    return snapshot


def _portrait(content: Mapping[str, Any]) -> Portrait:
    portrait = service.portrait_of_content(content)
    if portrait is None:
        raise NotFound(ABSENT)
    return portrait
