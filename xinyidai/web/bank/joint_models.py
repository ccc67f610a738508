"""The bank's own models, 本行模型（可用不可见）: upload, review report, putting in use."""

import json
from collections.abc import Mapping
from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.joint_results import queries, service
from xinyidai.joint_results.models import JointModelVersion
from xinyidai.joint_results.presentation import EXAMPLE
from xinyidai.joint_results.values import MOST_BYTES, PURPOSES, STATE_NAMES, VersionAction
from xinyidai.joint_results.values import VersionState as S
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import new_id, own_transaction
from xinyidai.kernel.errors import Conflict, InvalidInput, RuleBroken, TooMany
from xinyidai.kernel.http import page_args
from xinyidai.web import joint_words
from xinyidai.web.bank.base import (
    BANK,
    MANAGER,
    UNPROCESSABLE,
    bank_id,
    blueprint,
    pager_of,
    see_other,
)
from xinyidai.web.bank.showing import link

DONE: Mapping[VersionAction, str] = {
    VersionAction.SUBMIT: "已提交，信用办审核后会通知您。",
    VersionAction.ACTIVATE: "已启用，客户经理现在可以运行。",
    VersionAction.RETIRE: "已停用，不再给出结果。",
}
STEPS: Mapping[S, tuple[VersionAction, ...]] = {
    S.DRAFT: (VersionAction.SUBMIT,),
    S.UNDER_REVIEW: (),
    S.APPROVED: (VersionAction.ACTIVATE, VersionAction.RETIRE),
    S.ACTIVE: (VersionAction.RETIRE,),
    S.RETIRED: (),
}
RETIRED_BY_BANK = "本行停用"
OK = 200
CONFLICT = 409


@blueprint.get("/joint-models")
@allow(*BANK)
def joint_models() -> ResponseReturnValue:
    """List the bank's versions; a product manager uploads here."""
    return _list({}, "")


@blueprint.post("/joint-models")
@allow(*MANAGER)
def upload_joint_model() -> ResponseReturnValue:
    """Keep a document as a draft, or show place by place what is wrong with it."""
    sent = request.files.get("file")
    # One byte more than allowed is enough to refuse it.
    raw = sent.read(MOST_BYTES + 1) if sent else b""
    typed = request.form.get("document", "")
    try:
        with own_transaction():
            version_id = service.upload(g.actor, raw or typed.encode()).id
    except InvalidInput as error:
        return _list(error.fields, typed), UNPROCESSABLE
    except RuleBroken as error:
        return _list({"document": error.message}, typed), UNPROCESSABLE
    flash("已存为草稿。请核对后提交信用办审核。", "ok")
    return see_other("joint_model", version_id=version_id)


@blueprint.get("/joint-models/<uuid:version_id>")
@allow(*BANK)
def joint_model(version_id: UUID) -> ResponseReturnValue:
    """Show one version with its report and what may be done."""
    return _page(version_id, "")


@blueprint.get("/joint-models/<uuid:version_id>/trial")
@allow(*BANK)
def try_joint_model(version_id: UUID) -> ResponseReturnValue:
    """Say what a version makes of invented values; nothing of a firm is read."""
    version = service.read_version(g.actor, version_id)
    typed = {code: request.args.get(code, "") for code in version.inputs}
    found, errors, status = None, {}, OK
    if request.args.get("do"):
        try:
            found = service.try_out(g.actor, version_id, typed)
        except InvalidInput as error:
            errors, status = dict(error.fields), UNPROCESSABLE
    page = render_template(
        "bank/joint_trial.html",
        version=version,
        inputs=joint_words.trial_inputs(version.inputs),
        values=typed,
        errors=errors,
        found=found,
    )
    return page, status


@blueprint.post("/joint-models/<uuid:version_id>")
@allow(*MANAGER)
def step_joint_model(version_id: UUID) -> ResponseReturnValue:
    """Hand in, put in use or retire a version, as the button pressed says."""
    action = request.form.get("action", "")
    if action not in set(DONE):
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    try:
        with own_transaction():
            _take(VersionAction(action), version_id)
    except (RuleBroken, TooMany) as error:
        return _page(version_id, error.message), UNPROCESSABLE
    except Conflict as error:  # pressed twice, or a colleague was faster
        return _page(version_id, error.message), CONFLICT
    flash(DONE[VersionAction(action)], "ok")
    return see_other("joint_model", version_id=version_id)


def _take(action: VersionAction, version_id: UUID) -> None:
    if action is VersionAction.SUBMIT:
        service.submit(g.actor, version_id)
    elif action is VersionAction.ACTIVATE:
        service.activate(g.actor, version_id)
    else:
        service.retire(g.actor, version_id, RETIRED_BY_BANK)


def _list(errors: Mapping[str, str], typed: str) -> str:
    page = page_args()
    found, total = queries.versions_of(bank_id(), page)
    rows = [
        joint_words.version_row(
            version, link(url_for("bank.joint_model", version_id=version.id), version.label)
        )
        for version in found
    ]
    return render_template(
        "bank/joint_models.html",
        rows=rows,
        pager=pager_of(page, total),
        is_manager=g.actor.role is Role.BANK_PRODUCT_MANAGER,
        errors=errors,
        typed=typed or (_example() if request.args.get("example") else ""),
        inputs=_inputs(),
    )


def _example() -> str:
    """Return an invented document to begin with."""
    return json.dumps(EXAMPLE, ensure_ascii=False, indent=2)


def _inputs() -> list[dict[str, str]]:
    """Return the indicators that a model may read, with the purposes that allow them."""
    allowed = {purpose: service.allowed_inputs(purpose) for purpose in PURPOSES}
    names = {code: name for found in allowed.values() for code, name in found.items()}
    return [
        {
            "code": code,
            "name": name,
            "purposes": "、".join(p for p, found in allowed.items() if code in found),
        }
        for code, name in names.items()
    ]


def _page(version_id: UUID, error: str) -> str:
    version = service.read_version(g.actor, version_id)
    is_manager = g.actor.role is Role.BANK_PRODUCT_MANAGER
    return render_template(
        "bank/joint_model.html",
        version=version,
        labels=STATE_NAMES,
        facts=joint_words.version_facts(version),
        checks=joint_words.report_rows(version.report) if is_manager else [],
        actions=[action.value for action in STEPS[version.state]] if is_manager else [],
        ready=_ready(version) if g.actor.role is Role.BANK_OFFICER else None,
        run_id=new_id(),
        error=error,
    )


def _ready(version: JointModelVersion) -> int | None:
    """Return for how many firms a run would now give a result; None when it is not in use."""
    if version.state is not S.ACTIVE:
        return None
    return len(service.authorized(g.actor, version))
