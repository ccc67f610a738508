"""The other pages of the firm's profile, 我的画像: indicators, timeline, relations, gaps.

One matter for each page; all of them read the kept profile, so opening one writes nothing.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.http import page_args
from xinyidai.objections import service as objections
from xinyidai.profiles import service as profiles
from xinyidai.profiles.presentation import SectionView
from xinyidai.profiles.service import OwnProfile, portraits
from xinyidai.profiles.service.portraits import Event
from xinyidai.web import portrait_view, trend_view
from xinyidai.web.enterprise import profile_view as view
from xinyidai.web.enterprise.base import actor, blueprint, firm_id, slice_of
from xinyidai.web.portrait_view import Wanted, wanted_of

EVENTS_AT_ONCE = 20
TABS = (
    (".profile", "总览"),
    (".profile_indicators", "指标"),
    (".profile_timeline", "时间轴"),
    (".profile_relations", "关系"),
    (".profile_missing", "缺什么"),
)


def tabs_of(current: str) -> list[dict[str, Any]]:
    """Return the tabs of the profile's pages."""
    return [
        {"label": label, "href": url_for(endpoint), "current": endpoint == current}
        for endpoint, label in TABS
    ]


def tag_link(tag: Mapping[str, Any]) -> str:
    """Return where the reasons of a tag stand: in the timeline, or beside the indicators."""
    if tag["indicators"]:
        code = tag["indicators"][0]
        section = indicator_dictionary().indicators[code].section
        return url_for(".profile_indicators", dimension=section, _anchor=f"i-{code}")
    if tag["events"]:
        return url_for(".profile_timeline", tag=tag["code"])
    return url_for(".profile_timeline", kind=tag["kinds"][0])


def meters_of(profile: OwnProfile | None) -> list[dict[str, Any]]:
    """Return the meters of the profile's dimensions; none before the profile is whole."""
    if profile is None or profile.portrait is None:
        return []
    meters = portraits.meters_of(profile.portrait, profile.facts.values, clock.today())
    return portrait_view.meter_rows(meters, _section_link)


def _section_link(section: str) -> str:
    return url_for(".profile_indicators", dimension=section)


@blueprint.get("/profile/indicators")
@allow(Role.ENTERPRISE_USER)
def profile_indicators() -> ResponseReturnValue:
    """Show the indicators of one dimension with value, source, date, rank among peers and trend.

    One dimension at a time: all of them would be thirty screens of a phone.
    """
    found = profiles.find_own_profile(actor(), firm_id())
    disputed = objections.marks_of(firm_id()).kinds
    section = _section(found)
    charts = trend_view.trend_charts(found.portrait) if found and found.portrait else []
    codes = {entry.code for entry in section.indicators} if section else set()
    return render_template(
        "enterprise/profile_indicators.html",
        tabs=tabs_of(".profile_indicators"),
        profile=found,
        section=section,
        dimensions=_dimensions(found, section),
        rows=view.rows_of(section, found, disputed) if found and section else [],
        trends=[chart for chart in charts if codes.intersection(chart["indicators"])],
    )


def _section(profile: OwnProfile | None) -> SectionView | None:
    """Return the dimension that the address names, or the first."""
    sections = profile.view.sections if profile else ()
    wanted = request.args.get("dimension", "")
    return next((one for one in sections if wanted in {"", one.code}), None)


def _dimensions(profile: OwnProfile | None, current: SectionView | None) -> list[dict[str, Any]]:
    return [
        {
            "label": section.name,
            "href": url_for(".profile_indicators", dimension=section.code),
            "current": section is current,
            "count": f"{section.known}/{len(section.indicators)}",
        }
        for section in (profile.view.sections if profile else ())
    ]


@blueprint.get("/profile/timeline")
@allow(Role.ENTERPRISE_USER)
def profile_timeline() -> ResponseReturnValue:
    """Show the dated events of the firm's records, newest first, narrowed as asked."""
    found, wanted = profiles.find_own_profile(actor(), firm_id()), wanted_of()
    portrait, keys = found.portrait if found else None, objections.marks_of(firm_id()).keys
    chosen = portrait_view.chosen_events(portrait, wanted, found.tags) if found and portrait else ()
    page = slice_of(chosen, page_args(EVENTS_AT_ONCE))

    def is_marked(event: Event) -> bool:
        return event.key in keys

    return render_template(
        "enterprise/profile_timeline.html",
        tabs=tabs_of(".profile_timeline"),
        profile=found,
        portrait=portrait,
        events=portrait_view.event_rows(page.rows, is_marked, clock.today()),
        page=page,
        wanted=wanted,
        tag=_tag_name(found, wanted),
        filters=portrait_view.filters_of(portrait) if portrait else {},
        cut=portrait_view.cut_kinds(portrait) if portrait else [],
        kinds=",".join(sorted({event.kind for event in page.rows})),
        page_url=_page_url(wanted),
    )


def _tag_name(profile: OwnProfile | None, wanted: Wanted) -> str:
    given = profile.tags["given"] if profile else []
    return next((tag["name"] for tag in given if tag["code"] == wanted.tag), "")


def _page_url(wanted: Wanted) -> str:
    return f"{url_for('.profile_timeline')}?{urlencode(wanted.asked() | {'page': ''})}"


@blueprint.get("/profile/relations")
@allow(Role.ENTERPRISE_USER)
def profile_relations() -> ResponseReturnValue:
    """Show shareholders, guarantees and supply relations that the platform holds records of."""
    found = profiles.find_own_profile(actor(), firm_id())
    portrait = found.portrait if found else None
    return render_template(
        "enterprise/profile_relations.html",
        tabs=tabs_of(".profile_relations"),
        profile=found,
        portrait=portrait,
        groups=portrait_view.relation_groups(portrait, _kind_link, clock.today())
        if portrait
        else [],
    )


def _kind_link(kind: str) -> str:
    return url_for(".profile_timeline", kind=kind)


@blueprint.get("/profile/missing")
@allow(Role.ENTERPRISE_USER)
def profile_missing() -> ResponseReturnValue:
    """Say what is missing, what one deed would add, and what only the platform can."""
    found = profiles.find_own_profile(actor(), firm_id())
    return render_template(
        "enterprise/profile_missing.html",
        tabs=tabs_of(".profile_missing"),
        profile=found,
        portrait=found.portrait if found else None,
        gaps=view.gaps_of(found) if found else {},
        meters=meters_of(found),
    )


@blueprint.get("/profile.json")
@allow(Role.ENTERPRISE_USER)
def profile_json() -> ResponseReturnValue:
    """Return the whole profile as the API tells it, for the firm's own programs."""
    told = profiles.own_as_json(actor(), firm_id())
    response: Response = jsonify(told)
    response.headers["Content-Disposition"] = 'attachment; filename="profile.json"'
    return response
