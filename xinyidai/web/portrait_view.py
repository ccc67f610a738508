"""Put a portrait, 画像, into words: tags, timeline, relations, trends and meters, for any reader.

The firm's own pages and a bank's look read the same portrait; what differs is where links lead.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from flask import request

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import CLASSES, KINDS, Effect, get_kind
from xinyidai.catalogue.portrait import portrait_rules
from xinyidai.kernel.money import FEN_PER_WAN, format_wan, format_yuan
from xinyidai.profiles.service.portraits import (
    Event,
    Freshness,
    Meter,
    Portrait,
    Tie,
)
from xinyidai.web.chrome import format_day
from xinyidai.web.record_words import source_name
from xinyidai.web.relation_graph import Graph, Node, draw

Row = dict[str, Any]
TONES = {"good": "ok", "plain": "plain", "caution": "error"}
EFFECTS: Mapping[str, str] = {
    Effect.POSITIVE: "守信",
    Effect.NEGATIVE: "失信",
    Effect.NEUTRAL: "一般",
}
EVENT_TONES = {Effect.POSITIVE: "", Effect.NEGATIVE: "stop", Effect.NEUTRAL: "next"}
FRESHNESS: Mapping[Freshness, str] = {
    Freshness.ON_TIME: "按期更新",
    Freshness.LATE: "超过更新周期",
    Freshness.NEVER: "平台还没有归集过",
    Freshness.UNREAD: "未授权",
}


@dataclass(frozen=True)
class Wanted:
    """To what a timeline is narrowed; empty texts narrow nothing."""

    class_code: str = ""
    kind: str = ""
    effect: str = ""
    tag: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything is left out."""
        return bool(self.asked())

    def asked(self) -> dict[str, str]:
        """Return what stands in the address for it."""
        texts = {
            "class": self.class_code,
            "kind": self.kind,
            "effect": self.effect,
            "tag": self.tag,
        }
        return {name: text for name, text in texts.items() if text}


def wanted_of() -> Wanted:
    """Read the filter of the address; what is not known finds nothing."""
    args = request.args
    return Wanted(
        args.get("class", ""), args.get("kind", ""), args.get("effect", ""), args.get("tag", "")
    )


def tag_rows(tags: Mapping[str, Any], link: Callable[[Mapping[str, Any]], str]) -> list[Row]:
    """Return the tags given, each with what it means, its basis, and where its reasons stand."""
    return [
        {
            "name": tag["name"],
            "tone": TONES[tag["tone"]],
            "meaning": tag["meaning"],
            "basis": tag["basis"],
            "why": _why(tag),
            "href": link(tag),
        }
        for tag in tags["given"]
    ]


def _why(tag: Mapping[str, Any]) -> str:
    if tag["events"]:
        return f"依据 {len(tag['events'])} 条记录"
    if tag["indicators"]:
        entries = indicator_dictionary().indicators
        return "依据指标：" + "、".join(entries[c].name for c in tag["indicators"] if c in entries)
    names = "、".join(KINDS[kind].name for kind in tag["kinds"] if kind in KINDS)
    return f"依据：“{names}”没有记录"


def chosen_events(portrait: Portrait, wanted: Wanted, tags: Mapping[str, Any]) -> Sequence[Event]:
    """Return the events that a filter lets through, newest first."""
    tag = next((tag for tag in tags["given"] if tag["code"] == wanted.tag), None)
    numbers = None if not wanted.tag else frozenset(tag["events"] if tag else ())
    return [
        event
        for event in portrait.events
        if wanted.kind in {"", event.kind}
        and wanted.class_code in {"", get_kind(event.kind).class_code}
        and wanted.effect in {"", get_kind(event.kind).effect}
        and (numbers is None or event.number in numbers)
    ]


def event_rows(
    events: Sequence[Event],
    is_marked: Callable[[Event], bool],
    today: date,
) -> list[Row]:
    """Return events as the timeline shows them."""
    return [
        {
            "number": event.number,
            "at": format_day(event.on),
            "title": get_kind(event.kind).name,
            "text": event.text,
            "amount": _money(event.amount_fen),
            "until": format_day(event.until) if event.until else "",
            "is_over": not event.holds(today),
            "source": source_name(event.source),
            "collected": format_day(event.collected_on),
            "effect": EFFECTS[get_kind(event.kind).effect],
            "tone": EVENT_TONES[get_kind(event.kind).effect],
            "marked": is_marked(event),
            "kind": event.kind,
            "record": event.record,
        }
        for event in events
    ]


def filters_of(portrait: Portrait) -> Row:
    """Return what the timeline can be narrowed by: classes, kinds and effects that occur."""
    kinds = [get_kind(code) for code in portrait.totals]
    classes = {kind.class_code for kind in kinds}
    effects = {kind.effect for kind in kinds}
    return {
        "classes": [{"value": c, "label": n} for c, n in CLASSES.items() if c in classes],
        "kinds": [
            {"value": kind.code, "label": f"{kind.name}（{portrait.totals[kind.code]}）"}
            for kind in kinds
        ],
        "effects": [{"value": c, "label": n} for c, n in EFFECTS.items() if c in effects],
    }


def cut_kinds(portrait: Portrait) -> list[str]:
    """Return what the timeline leaves out: kinds with more records than it keeps."""
    kept = dict.fromkeys(portrait.totals, 0)
    for event in portrait.events:
        kept[event.kind] += 1
    return [
        f"{get_kind(kind).name}只列最近 {kept[kind]} 条（共 {total} 条）"
        for kind, total in portrait.totals.items()
        if total > kept[kind]
    ]


@dataclass(frozen=True)
class RelationGroup:
    """One kind of relation: graph, rows of its table, and why it is empty where it is."""

    code: str
    name: str
    graph: Graph
    rows: list[Row]
    missing: str
    sentence: str


def relation_groups(
    portrait: Portrait, link: Callable[[str], str], today: date
) -> list[RelationGroup]:
    """Return the relations that hold today, group by group, the weightiest first."""
    ties = [tie for tie in portrait.ties if tie.until is None or tie.until >= today]
    return [
        _group(code, name, [tie for tie in ties if tie.group == code], portrait, link)
        for code, name in portrait_rules().groups.items()
    ]


def _group(
    code: str, name: str, ties: Sequence[Tie], portrait: Portrait, link: Callable[[str], str]
) -> RelationGroup:
    key = lambda tie: (tie.role, tie.party)  # noqa: E731 - sorted and grouped by the same
    parties = [list(found) for _, found in groupby(sorted(ties, key=key), key=key)]
    parties.sort(key=_weight, reverse=True)
    rows = [_party(found, link) for found in parties]
    graph = draw(_nodes(list(zip(rows, parties, strict=True))))
    said = "；".join(f"{row['role']} {row['party']}" for row in rows)
    return RelationGroup(code, name, graph, rows, _absent(code, portrait), said)


def _nodes(parties: Sequence[tuple[Row, Sequence[Tie]]]) -> list[Node]:
    """Return one box for each party and weighty role; a role without a number joins another's."""
    nodes: dict[tuple[str, str], Node] = {}
    for row, ties in parties:
        tie, boxes = ties[0], [place for place in nodes if place[0] == row["party"]]
        if boxes and not row["amount"] and not row["share"]:
            node = nodes[boxes[0]]
            nodes[boxes[0]] = replace(node, note=f"{node.note}、{row['note']}")
        else:
            node = Node(row["party"], row["note"], tie.is_person, tie.is_named, tie.outward)
            nodes[(row["party"], row["role"])] = node
    return list(nodes.values())


def _weight(ties: Sequence[Tie]) -> tuple[float, int, date]:
    share = sum(tie.share or 0 for tie in ties)
    return share, sum(tie.amount_fen or 0 for tie in ties), max(tie.on for tie in ties)


def _party(ties: Sequence[Tie], link: Callable[[str], str]) -> Row:
    first, amount = ties[0], sum(tie.amount_fen or 0 for tie in ties)
    share = sum(tie.share or 0 for tie in ties)
    parts = [f"{share:g}%"] if share else []
    parts += [_money(amount)] if amount else []
    return {
        "party": first.party,
        "role": first.role,
        "note": " ".join([first.role.partition("（")[0], *parts]),
        "amount": _money(amount) if amount else "",
        "share": f"{share:g}%" if share else "",
        "count": len(ties),
        "on": format_day(max(tie.on for tie in ties)),
        "source": get_kind(first.kind).department.name,
        "href": link(first.kind),
        "is_named": first.is_named,
        "is_person": first.is_person,
    }


def _absent(group: str, portrait: Portrait) -> str:
    """Say of which kinds nothing could be known, and of which nothing was found."""
    kinds = [tie.kind for tie in portrait_rules().ties.values() if tie.group == group]
    unread = [kind for kind in kinds if not portrait.reads([kind])]
    never = [k for k in kinds if k not in unread and k not in portrait.collected]
    found = [k for k in kinds if k not in unread and k not in never and k not in portrait.newest]
    parts = [
        ("未授权，无法判断：", unread),
        ("平台还没有归集，数据不足：", never),
        ("已归集，没有查到记录：", found),
    ]
    return "".join(
        f"{words}{'、'.join(get_kind(kind).name for kind in chosen)}。"
        for words, chosen in parts
        if chosen
    )


def meter_rows(meters: Sequence[Meter], link: Callable[[str], str]) -> list[Row]:
    """Return for each dimension how complete and how fresh it is, for the chart and its list."""
    names = indicator_dictionary().sections
    return [
        {
            "label": names[meter.section],
            "value": round(100 * meter.known / max(1, meter.total)),
            "text": f"{meter.known}/{meter.total}",
            "href": link(meter.section),
            "note": _freshness_words(meter),
            "kinds": [
                {
                    "name": get_kind(state.kind).name,
                    "words": FRESHNESS[state.freshness],
                    "tone": "ok" if state.freshness is Freshness.ON_TIME else "todo",
                    "cycle": f"每 {state.cycle_days} 天" if state.cycle_days > 1 else "每天",
                    "collected": format_day(state.collected_on) if state.collected_on else "—",
                    "newest": format_day(state.newest_on) if state.newest_on else "没有记录",
                }
                for state in meter.kinds
            ],
        }
        for meter in meters
    ]


def _freshness_words(meter: Meter) -> str:
    newest = f"最近一条 {format_day(meter.newest_on)}" if meter.newest_on else "还没有记录"
    return f"{len(meter.kinds)} 类信息中 {meter.on_time} 类按期更新 · {newest}"


def _money(fen: int | None) -> str:
    if fen is None:
        return ""
    return format_wan(fen) if abs(fen) >= FEN_PER_WAN else format_yuan(fen)


def mark_words(kinds: Collection[str], records: int) -> str:
    """Say how many of the firm's records are under objection, and of which kinds."""
    names = "、".join(KINDS[kind].name for kind in sorted(kinds) if kind in KINDS)
    return f"{records} 条信息（{names}）正在核实，结果可能变化。" if records else ""
