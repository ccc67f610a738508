"""Scoring models, 评分模型: versions, proofs, steps with opinions, the second pair of eyes."""

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound, RuleBroken
from xinyidai.kernel.http import Page
from xinyidai.model_monitoring import queries as monitoring
from xinyidai.model_monitoring.service import MAY_SHADOW
from xinyidai.model_monitoring.values import AlarmState
from xinyidai.scoring import queries, service
from xinyidai.scoring.lifecycle import LIFECYCLE, ModelAction
from xinyidai.scoring.models import ModelVersion
from xinyidai.scoring.service import ArtefactRefused
from xinyidai.scoring.values import Grade, ModelState
from xinyidai.web import wording
from xinyidai.web.chrome import format_moment
from xinyidai.web.office import card_view, model_view
from xinyidai.web.office.base import (
    Attempt,
    Row,
    attempted,
    blueprint,
    done,
    link,
    typed,
)

KEEPERS = (Role.CREDIT_OFFICE, Role.OPERATOR)
READERS = (*KEEPERS, Role.AUDITOR)
Deed = Callable[[Actor, str, str, str], ModelVersion]
DEEDS: Mapping[ModelAction, tuple[str, Deed]] = {
    ModelAction.VALIDATE: ("验证", service.validate_model),
    ModelAction.APPROVE: ("批准", service.approve_model),
    ModelAction.ACTIVATE: ("启用", service.activate_model),
    ModelAction.RETIRE: ("停用", service.retire_model),
}
ONE = Page(1, 1)


@blueprint.get("/models")
@allow(*READERS)
def models() -> ResponseReturnValue:
    """Show every registered model version, what scores now and what a rollback would bring."""
    return _list({}, "")


@blueprint.post("/models/rollback")
@allow(*KEEPERS)
def roll_back_model() -> ResponseReturnValue:
    """Bring back the version that was active before the present one."""
    opinion = typed("opinion")
    deed = partial(service.roll_back, g.actor, opinion)
    attempt = _tried(ModelAction.ROLL_BACK, opinion, deed)
    if attempt.errors:
        return _list(attempt.errors, opinion), attempt.status
    return done("已回滚，企业按恢复的版本重新评分。", "office.models")


@blueprint.get("/models/<uuid:model_id>")
@allow(*READERS)
def model(model_id: UUID) -> ResponseReturnValue:
    """Show one version: who did what and why, metrics, validation, challengers, and its card."""
    return _detail(model_id, {}, "")


@blueprint.post("/models/<uuid:model_id>")
@allow(*KEEPERS)
def decide_model(model_id: UUID) -> ResponseReturnValue:
    """Validate, approve, activate or retire a version, as the button pressed says."""
    action = _action(typed("action"))
    name, deed = DEEDS[action]
    found, opinion = find_model(model_id), typed("opinion")
    step = partial(deed, g.actor, found.code, found.version, opinion)
    attempt = _tried(action, opinion, step)
    if attempt.errors:
        return _detail(model_id, attempt.errors, opinion), attempt.status
    return done(f"模型已{name}。", "office.model", model_id=model_id)


def _tried(action: ModelAction, opinion: str, deed: Callable[[], ModelVersion]) -> Attempt:
    """Check the words, then take the step; what is refused is shown with the form."""
    with attempted("deeds") as attempt:
        faults = service.opinion_fault(action, opinion)
        if faults:
            raise InvalidInput("请补全信息。", fields=faults)
        try:
            with own_transaction():
                deed()
        except ArtefactRefused as refusal:
            raise RuleBroken(refusal.message) from refusal
    return attempt


def _action(code: str) -> ModelAction:
    found = next((action for action in DEEDS if action.value == code), None)
    if found is None:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    return found


def find_model(model_id: UUID) -> ModelVersion:
    """Return a registered version, or raise `NotFound`."""
    found = queries.find_model(model_id)
    if found is None:
        raise NotFound("没有登记过这个模型。")
    return found


def may_act() -> bool:
    """Tell whether the signed-in person keeps models, or only reads."""
    return g.actor.role in KEEPERS


def _list(errors: Mapping[str, str], opinion: str) -> str:
    active, before = queries.find_active(), service.rollback_target()
    _, open_alarms = monitoring.alarms(ONE, AlarmState.OPEN)
    return render_template(
        "office/models.html",
        rows=[_row(model) for model in queries.list_versions()],
        labels=wording.MODEL_STATES,
        grades=_grades(),
        active=active,
        before=before if may_act() else None,
        open_alarms=open_alarms,
        errors=errors,
        opinion=opinion,
    )


def _detail(model_id: UUID, errors: Mapping[str, str], opinion: str) -> str:
    found = find_model(model_id)
    actions = [a for a in LIFECYCLE.actions_from(found.state) if a in DEEDS] if may_act() else []
    checks, verdict = model_view.checks_of(found)
    return render_template(
        "office/model.html",
        model=found,
        labels=wording.MODEL_STATES,
        facts=model_view.facts(found),
        metrics=model_view.metric_rows(found),
        checks=checks,
        verdict=verdict,
        trials=model_view.search_of(found),
        trial_columns=model_view.SEARCH_COLUMNS,
        card=card_view.blocks(service.card_of(found)),
        events=model_view.events(queries.steps_of(model_id)),
        actions=[{"value": action.value, "label": DEEDS[action][0]} for action in actions],
        has_shadow=found.state in MAY_SHADOW,
        has_drift=bool(monitoring.runs_of(model_id)) or found.state is ModelState.ACTIVE,
        errors=errors,
        opinion=opinion,
    )


def _row(found: ModelVersion) -> Row:
    numbers = model_view.tested(found)
    return {
        "title": link(url_for("office.model", model_id=found.id), found.title),
        "title_sub": f"{found.code} {found.version}",
        "state": found.state,
        "demo": found.is_demo,
        "shadow": monitoring.has_open_assignment(found.id),
        "auc": model_view.number(numbers.get("auc")),
        "ks": model_view.number(numbers.get("ks")),
        "registered": format_moment(found.registered_at),
    }


def _grades() -> list[Row]:
    counted = queries.grade_counts()
    order = [*(grade.value for grade in Grade), "insufficient"]
    if unknown := set(counted) - set(order):
        raise ValueError(f"grades {unknown} are not of the scale")
    return [
        {"label": "数据不足" if grade == "insufficient" else grade, "value": counted[grade]}
        for grade in order
        if grade in counted
    ]
