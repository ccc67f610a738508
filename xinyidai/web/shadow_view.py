"""A trial of a product version in words, 试运行: for its bank and for the office."""

from typing import Any

from xinyidai.products import queries, service
from xinyidai.products.models import ProductVersion, ShadowChange, ShadowRun
from xinyidai.products.values import Outcome, ShadowSide
from xinyidai.web.chrome import format_day, format_moment

LEFT_OUT = "与申请金额、期限、担保有关的条件要等企业提出需求才能判断"
SIDES = {ShadowSide.GAINED: "新增", ShadowSide.LOST: "减少"}


def summary(run: ShadowRun) -> dict[str, Any]:
    """Return what the page of a trial shows beside its firms; small counts are not told."""
    return {
        "change_text": service.change_text(run),
        "facts": _facts(run),
        "months": [_month(entry, has_former=_has_former(run)) for entry in run.months],
        "by_criterion": changes_by_criterion(run),
        "has_former": _has_former(run),
    }


def changes_by_criterion(run: ShadowRun) -> list[dict[str, str]]:
    """Return by which criteria firms came or went.

    Nobody and a few firms look alike, or a threshold moved step by step would tell one firm.
    """
    return [
        {
            "side": SIDES[ShadowSide(entry["side"])],
            "text": entry["text"],
            "firms": service.shown_count(entry["firms"]),
        }
        for entry in run.by_criterion
        if entry["firms"] >= service.SMALLEST_SHOWN
    ]


def _has_former(run: ShadowRun) -> bool:
    return run.listed_version_id is not None


def _facts(run: ShadowRun) -> list[dict[str, Any]]:
    shown = service.shown_count
    former = shown(run.listed_reach) if _has_former(run) else "还没有已上架的版本"
    return [
        {"label": "期间", "value": f"{format_day(run.first_day)} 至 {format_day(run.last_day)}"},
        {"label": "参加试运行的企业", "value": shown(run.firms)},
        {"label": "这个版本现在可触达", "value": shown(run.reach)},
        {"label": "已上架版本现在可触达", "value": former},
        {"label": "没有计入的条件", "value": "、".join(run.left_out) or "无",
         "note": LEFT_OUT if run.left_out else ""},
        {"label": "试运行人", "value": run.run_by_name},
        {"label": "时间", "value": format_moment(run.run_at)},
        {"label": "规则版本", "value": f"{run.rules_version}，规则指纹 {run.rules_digest[:12]}"},
    ]  # fmt: skip


def _month(entry: dict[str, Any], *, has_former: bool) -> dict[str, str]:
    row = {key: service.shown_count(entry[key]) for key in ("firms", "draft", "listed")}
    row |= {key: service.shown_count(entry[key]) for key in ("gained", "lost")}
    if not has_former:
        row |= {"listed": "—", "gained": "—", "lost": "—"}
    return {"month": entry["month"], **row}


def reasons(run: ShadowRun, change: ShadowChange) -> str:
    """Say by which criteria a firm is on one side only."""
    texts = {(entry["side"], entry["code"]): entry["text"] for entry in run.by_criterion}
    return "；".join(texts.get((change.side.value, code), code) for code in change.criteria)


def met_words(version: ProductVersion) -> dict[str, str]:
    """Return for each criterion how many firms met it in the newest trial."""
    run = queries.find_shadow_run(version.id)
    return {} if run is None else {entry["code"]: _met(entry) for entry in run.met}


def _met(entry: dict[str, Any]) -> str:
    meets, lacks = entry[Outcome.ELIGIBLE.value], entry[Outcome.INSUFFICIENT.value]
    return f"上次试运行：满足 {service.shown_count(meets)}，缺数据 {service.shown_count(lacks)}。"
