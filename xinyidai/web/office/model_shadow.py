"""A version in the shadow, 影子运行: how many firms it would move, and of which kind; never which.

A firm's grade is the firm's own: the office sees no list of firms by grade (ADR 0027).
"""

from collections.abc import Sequence
from uuid import UUID

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.enterprises.reference import industries
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.model_monitoring import queries, rules, service
from xinyidai.model_monitoring.models import ShadowAssignment
from xinyidai.model_monitoring.service import ShadowComparison
from xinyidai.scoring import queries as scoring
from xinyidai.scoring.service import ArtefactRefused
from xinyidai.web import wording
from xinyidai.web.chrome import format_moment
from xinyidai.web.office.base import Attempt, Row, attempted, blueprint, done, link, typed
from xinyidai.web.office.models import KEEPERS, READERS, find_model, may_act

NONE = "-"  # 数据不足 in an address
FEWEST_FIRMS = 10
CODES = (*rules.GRADES, NONE)
Cell = tuple[str | None, str | None]


@blueprint.get("/models/<uuid:model_id>/shadow")
@allow(*READERS)
def model_shadow(model_id: UUID) -> ResponseReturnValue:
    """Show both distributions, the migration table, rank correlation and who would move."""
    return _page(model_id, Attempt(), "")


@blueprint.post("/models/<uuid:model_id>/shadow")
@allow(*KEEPERS)
def decide_shadow(model_id: UUID) -> ResponseReturnValue:
    """Start or stop the shadow run, as the button pressed says."""
    action, reason = typed("action"), typed("reason")
    if action not in {"start", "stop"}:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    with attempted("reason") as attempt, own_transaction():
        try:
            if action == "start":
                service.start_shadow(g.actor, model_id, reason)
            else:
                service.stop_shadow(g.actor, model_id)
        except ArtefactRefused as refusal:
            raise InvalidInput(refusal.message, fields={"reason": refusal.message}) from refusal
    if attempt.errors:
        return _page(model_id, attempt, reason), attempt.status
    said = "今晚起影子运行，结果单独存放，企业和银行看不到。" if action == "start" else "已停止。"
    return done(f"影子运行：{said}", "office.model_shadow", model_id=model_id)


@blueprint.get("/models/<uuid:model_id>/shadow/groups")
@allow(*READERS)
def shadow_groups(model_id: UUID) -> ResponseReturnValue:
    """Show of which industry and size the firms behind a number are: one cell, or all that move."""
    model = find_model(model_id)
    cells, words = _cells(service.compare_shadow(model_id))
    return render_template(
        "office/model_shadow_groups.html",
        model=model,
        words=words,
        fewest=FEWEST_FIRMS,
        rows=_groups(model_id, cells),
    )


def _cells(comparison: ShadowComparison) -> tuple[Sequence[Cell], str]:
    champion, shadow = request.args.get("champion", ""), request.args.get("shadow", "")
    if not champion and not shadow:
        return comparison.moved_cells, "等级变动两级及以上，或一方数据不足"
    if champion not in CODES or shadow not in CODES:
        raise InvalidInput("没有这个等级，请返回上一页重新选择。")
    words = f"现行 {_name(champion)}，影子 {_name(shadow)}"
    return [(_grade(champion), _grade(shadow))], words


def _grade(code: str) -> str | None:
    return None if code == NONE else code


def _name(code: str | None) -> str:
    return "数据不足" if code in {None, NONE} else str(code)


def _groups(model_id: UUID, cells: Sequence[Cell]) -> list[Row]:
    """Return groups of ten firms and more; the rest is one number, so that nobody is recognised."""
    shown: list[Row] = []
    rest = 0
    for section, scale, firms in queries.groups_with(model_id, cells):
        if section is None or scale is None or firms < FEWEST_FIRMS:
            rest += firms
        else:
            shown.append(
                {
                    "section": industries()[section].name if section in industries() else section,
                    "scale": wording.SCALES[scale],
                    "firms": f"{firms:,}",
                }
            )
    if rest:
        shown.append({"section": "其余", "scale": None, "firms": f"{rest:,}"})
    return shown


def _page(model_id: UUID, attempt: Attempt, reason: str) -> str:
    model = find_model(model_id)
    runs = queries.assignments_of(model_id)
    comparison = service.compare_shadow(model_id)
    return render_template(
        "office/model_shadow.html",
        model=model,
        labels=wording.MODEL_STATES,
        champion=scoring.find_active(),
        is_running=bool(runs) and runs[0].ended_at is None,
        run_at=format_moment(runs[0].run_at) if runs and runs[0].run_at else None,
        may_act=may_act(),
        may_start=model.state in service.MAY_SHADOW,
        comparison=comparison,
        stats=_stats(model_id, comparison),
        spread=_spread(comparison),
        columns=_columns(),
        table=_table(model_id, comparison),
        events=[_event(run) for run in runs],
        errors=attempt.errors,
        reason=reason,
    )


def _stats(model_id: UUID, found: ShadowComparison) -> list[Row]:
    correlation = "数据不足" if found.correlation is None else f"{found.correlation:.3f}"
    moved = url_for("office.shadow_groups", model_id=model_id)
    return [
        {"value": found.firms, "label": "同一事实上都评过的企业", "unit": "家"},
        {
            "value": found.moved,
            "label": "变动两级及以上",
            "unit": "家",
            "href": moved if found.moved else "",
        },
        {"value": correlation, "label": "排序相关（Spearman）"},
        {"value": _percent(found.champion_bad_rate), "label": "现行平均违约概率"},
        {"value": _percent(found.shadow_bad_rate), "label": "影子平均违约概率"},
    ]


def _percent(share: float | None) -> str:
    return "数据不足" if share is None else f"{share * 100:.2f}%"


def _spread(found: ShadowComparison) -> list[Row]:
    """Return how many firms each grade has, by the shadow, with the champion as the marker."""
    return [
        {
            "label": _name(code),
            "value": sum(n for cell, n in found.table.items() if cell[1] == _grade(code)),
            "compare": sum(n for cell, n in found.table.items() if cell[0] == _grade(code)),
        }
        for code in CODES
    ]


def _columns() -> list[Row]:
    shadow = [{"key": code, "label": _name(code), "num": True} for code in CODES]
    return [{"key": "champion", "label": "现行＼影子", "head": True}, *shadow]


def _table(model_id: UUID, found: ShadowComparison) -> list[Row]:
    return [
        {"champion": _name(champion)}
        | {shadow: _count(model_id, found, champion, shadow) for shadow in CODES}
        for champion in CODES
        if any(cell[0] == _grade(champion) for cell in found.table)
    ]


def _count(model_id: UUID, found: ShadowComparison, champion: str, shadow: str) -> object:
    count = found.table.get((_grade(champion), _grade(shadow)), 0)
    if not count:
        return None
    url = url_for("office.shadow_groups", model_id=model_id, champion=champion, shadow=shadow)
    return link(url, str(count))


def _event(run: ShadowAssignment) -> Row:
    ended = f"；{format_moment(run.ended_at)} 结束" if run.ended_at else ""
    by = f"（{run.ender_name}）" if run.ender_name else ""
    return {
        "at": format_moment(run.started_at),
        "who": run.starter_name,
        "title": "开始影子运行",
        "text": f"{run.reason}{ended}{by}",
    }
