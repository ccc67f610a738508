"""What a look showed, 查询结果, put into words and rows: the score and the indicators."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from xinyidai.catalogue.evaluation_rules import evaluation_rules
from xinyidai.catalogue.indicators import Indicator, indicator_dictionary
from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.missing import MissingCause
from xinyidai.catalogue.portrait import event_kinds, portrait_rules
from xinyidai.credit_records.values import Snapshot
from xinyidai.profiles.presentation import missing_sentence, value_text
from xinyidai.web import wording
from xinyidai.web.chrome import format_day


def evaluation_of(content: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the public comprehensive evaluation as facts; nothing where the look had none."""
    if content is None:
        return []
    bands = evaluation_rules().bands
    grade = content["grade"]
    return [
        {"label": "评价等级", "value": f"{grade} {bands[grade].name}" if grade else None},
        {"label": "总分", "value": content["total"], "note": "满分 100"},
        {"label": "规则版本", "value": content["rule_version"]},
        {"label": "自", "value": format_day(date.fromisoformat(content["as_of"]))},
    ]


def score_of(score: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return grade, reasons and gaps of the stored score as the grade panel takes them."""
    if score is None:
        return None
    return {
        "grade": score["grade"],
        "points": score["points"],
        "probability": score["default_probability"],
        "model": f"模型 {score['model_code']} 第 {score['model_version']} 版",
        "is_demo": score["is_demo"],
        "reasons": [
            {
                "text": _sentences(reason["text"], origin_of(reason), reason["suggestion"]),
                "direction": "down",
            }
            for reason in score["reasons"]
        ],
        "lacking": [
            {"title": gap["label"], "how": gap["suggestion"]} for gap in score["missing"]["lacking"]
        ],
    }


def origin_of(reason: Mapping[str, Any]) -> str:
    """Say which records a reason rests on and how new they are; empty where it was not stored."""
    if not reason.get("source"):
        return ""
    newest = reason.get("source_on")
    day = f"，最近 {format_day(date.fromisoformat(newest))}" if newest else ""
    return f"来源：{reason['source']}{day}"


def _sentences(*parts: str) -> str:
    """Return the parts as sentences, each with one full stop."""
    return "".join(f"{part.rstrip('。')}。" for part in parts if part)


def marked_words(marked: Mapping[str, Any]) -> str:
    """Say how many of the records looked at are under objection now; empty where none is."""
    if not marked["records"]:
        return ""
    names = "、".join(KINDS[code].name for code in marked["kinds"] if code in KINDS)
    of = f"（{names}）" if names else ""
    return f"{marked['records']} 条信息{of}企业认为有误，正在核实；结果可能变化，请谨慎使用。"


def sections_of(snapshot: Snapshot, marked: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return the stored indicators by dimension; a result-only look has none.

    `marked` are the kinds of which a record is under objection now, 异议中.
    """
    stored = snapshot.content.get("indicators", {})
    dictionary = indicator_dictionary()
    found = []
    for code, name in dictionary.sections.items():
        entries = [e for e in dictionary.indicators.values() if e.section == code]
        rows = [
            {
                **_row(entry, stored[entry.code]),
                **_more(entry, snapshot),
                "marked": not set(marked).isdisjoint(entry.kinds),
            }
            for entry in entries
            if entry.code in stored
        ]
        if rows:
            found.append({"code": code, "name": name, "rows": rows, "known": _known(rows)})
    return found


def _more(entry: Indicator, snapshot: Snapshot) -> dict[str, str]:
    """Return the rank among peers, and where the records of an indicator stand in the look."""
    dated = [kind for kind in entry.kinds if kind in event_kinds()]
    trends = portrait_rules().trends.values()
    return {
        "code": entry.code,
        "rank": snapshot.content.get("ranks", {}).get(entry.code, {}).get("text", ""),
        "kind": dated[0] if len(dated) == len(entry.kinds) == 1 else "",
        "trend": next((trend.code for trend in trends if entry.code in trend.indicators), ""),
    }


def _known(rows: list[dict[str, Any]]) -> int:
    return sum(row["value"] is not None for row in rows)


def _row(entry: Indicator, stored: Mapping[str, Any]) -> dict[str, Any]:
    source_on = date.fromisoformat(stored["source_on"]) if stored["source_on"] else None
    cause = MissingCause(stored["missing"]) if stored["missing"] else None
    return {
        "name": entry.name,
        "definition": entry.definition,
        "value": None if cause else value_text(entry, stored["value"]),
        "cause": wording.MISSING_CAUSES[cause] if cause else "",
        "why": missing_sentence(cause, source_on) if cause else "",
        "on": format_day(source_on),
        "records": _records(entry, stored),
        "source": "、".join(dict.fromkeys(KINDS[kind].department.name for kind in entry.kinds)),
    }


def _records(entry: Indicator, stored: Mapping[str, Any]) -> str:
    if entry.firm_field and stored["records"] == 0 and stored["missing"] is None:
        return "登记资料"
    return f"{stored['records']} 条"
