"""Scoring models, 评分模型: versions, metrics, the card, and the second pair of eyes."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.scoring import queries, service
from xinyidai.scoring.lifecycle import LIFECYCLE, ModelAction
from xinyidai.scoring.models import ModelVersion
from xinyidai.web import wording
from xinyidai.web.chrome import format_moment
from xinyidai.web.office import card_view
from xinyidai.web.office.base import Row, attempted, blueprint, done, link, typed

KEEPERS = (Role.CREDIT_OFFICE, Role.OPERATOR)
READERS = (*KEEPERS, Role.AUDITOR)
Deed = Callable[[Actor, str, str], ModelVersion]
DEEDS: Mapping[ModelAction, tuple[str, Deed]] = {
    ModelAction.VALIDATE: ("验证", service.validate_model),
    ModelAction.APPROVE: ("批准", service.approve_model),
    ModelAction.ACTIVATE: ("启用", service.activate_model),
    ModelAction.RETIRE: ("停用", service.retire_model),
}
METRICS: Mapping[str, str] = {
    "auc": "AUC",
    "ks": "KS",
    "brier": "Brier",
    "log_loss": "对数损失",
    "ece": "校准误差 ECE",
    "slope": "校准斜率",
    "rows": "检验行数",
    "bads": "违约行数",
}


@blueprint.get("/models")
@allow(*READERS)
def models() -> ResponseReturnValue:
    """Show every registered model version."""
    return render_template(
        "office/models.html",
        rows=[_row(model) for model in queries.list_versions()],
        labels=wording.MODEL_STATES,
        grades=_grades(),
    )


@blueprint.get("/models/<uuid:model_id>")
@allow(*READERS)
def model(model_id: UUID) -> ResponseReturnValue:
    """Show one version: who did what, metrics, and its card."""
    return _detail(model_id, {})


@blueprint.post("/models/<uuid:model_id>")
@allow(*KEEPERS)
def decide_model(model_id: UUID) -> ResponseReturnValue:
    """Validate, approve, activate or retire a version, as the button pressed says."""
    action = _action(typed("action"))
    name, deed = DEEDS[action]
    found = _find(model_id)
    with attempted("deeds") as attempt, own_transaction():
        deed(g.actor, found.code, found.version)
    if attempt.errors:
        return _detail(model_id, attempt.errors), attempt.status
    return done(f"模型已{name}。", "office.model", model_id=model_id)


def _action(code: str) -> ModelAction:
    found = next((action for action in DEEDS if action.value == code), None)
    if found is None:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    return found


def _find(model_id: UUID) -> ModelVersion:
    found = next((model for model in queries.list_versions() if model.id == model_id), None)
    if found is None:
        raise NotFound("没有登记过这个模型。")
    return found


def _detail(model_id: UUID, errors: Mapping[str, str]) -> str:
    found = _find(model_id)
    may_act = g.actor.role in KEEPERS
    actions = LIFECYCLE.actions_from(found.state) if may_act else ()
    return render_template(
        "office/model.html",
        model=found,
        labels=wording.MODEL_STATES,
        facts=_facts(found),
        metrics=_metric_rows(found),
        card=card_view.blocks(service.card_of(found)),
        actions=[{"value": action.value, "label": DEEDS[action][0]} for action in actions],
        errors=errors,
    )


def _row(found: ModelVersion) -> Row:
    numbers = _tested(found)
    return {
        "title": link(url_for("office.model", model_id=found.id), found.title),
        "title_sub": f"{found.code} {found.version}",
        "state": found.state,
        "demo": found.is_demo,
        "auc": _number(numbers.get("auc")),
        "ks": _number(numbers.get("ks")),
        "registered": format_moment(found.registered_at),
    }


def _facts(found: ModelVersion) -> list[Row]:
    return [
        {"label": "代码和版本", "value": f"{found.code} {found.version}"},
        {"label": "登记", "value": format_moment(found.registered_at)},
        {"label": "验证", "value": format_moment(found.validated_at)},
        {"label": "批准", "value": format_moment(found.approved_at)},
        {"label": "启用", "value": format_moment(found.activated_at)},
        {"label": "停用", "value": format_moment(found.retired_at)},
        {"label": "清单指纹（SHA-256）", "value": found.manifest_hash},
    ]


def _tested(found: ModelVersion) -> Mapping[str, object]:
    for name in ("test", "out_of_time", "out_of_fold"):
        numbers = found.metrics.get(name)
        if isinstance(numbers, Mapping):
            return numbers
    return found.metrics


def _metric_rows(found: ModelVersion) -> list[Row]:
    numbers = _tested(found)
    return [
        {"label": name, "value": _number(numbers[code])}
        for code, name in METRICS.items()
        if code in numbers
    ]


def _number(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"


def _grades() -> list[Row]:
    counted = queries.grade_counts()
    names = {grade: grade for grade in counted} | {"insufficient": "数据不足"}
    return [{"label": names[grade], "value": number} for grade, number in sorted(counted.items())]
