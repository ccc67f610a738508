"""Banks' own models, 联合模型: review, and the privacy log of what left."""

from collections.abc import Mapping
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.joint_results import queries, service
from xinyidai.joint_results.models import JointModelVersion
from xinyidai.joint_results.rules import MOST_BITS
from xinyidai.joint_results.values import STATE_NAMES, VersionAction
from xinyidai.joint_results.values import VersionState as S
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web import joint_words
from xinyidai.web.office.base import (
    OFFICE,
    OVERSIGHT,
    Row,
    attempted,
    blueprint,
    chosen_state,
    done,
    link,
    options,
    pager_of,
    typed,
)

A = VersionAction
ACTIONS: Mapping[S, tuple[VersionAction, ...]] = {
    S.UNDER_REVIEW: (A.APPROVE, A.RETURN),
    S.APPROVED: (A.RETIRE,),
    S.ACTIVE: (A.RETIRE,),
    S.RETIRED: (),
    S.DRAFT: (),
}
LABELS = {A.APPROVE: "批准", A.RETURN: "退回", A.RETIRE: "停用"}
DONE = {
    A.APPROVE: "已批准，平台已签名，并已通知银行。",
    A.RETURN: "已退回，原因已告知银行。",
    A.RETIRE: "已停用，正在排队的运行不再给出结果。",
}
SHOWN_STATES = {state: name for state, name in STATE_NAMES.items() if state is not S.DRAFT}


@blueprint.get("/joint-models")
@allow(*OVERSIGHT)
def joint_models() -> ResponseReturnValue:
    """List versions that banks handed in; those that wait are on top of their state."""
    page, state = page_args(), chosen_state(S)
    found, total = service.review_queue(g.actor, state, page)
    names = queries.institution_names({one.model.institution_id for one in found})
    return render_template(
        "office/joint_models.html",
        tabs=_tabs("office.joint_models"),
        rows=[
            joint_words.version_row(
                one,
                link(url_for("office.joint_model", version_id=one.id), one.label),
                names[one.model.institution_id],
            )
            for one in found
        ],
        states=options(SHOWN_STATES),
        chosen=state.value if state else "",
        pager=pager_of(page, total),
    )


@blueprint.get("/joint-models/<uuid:version_id>")
@allow(*OVERSIGHT)
def joint_model(version_id: UUID) -> ResponseReturnValue:
    """Show a version with what was counted for the reviewer."""
    return _page(version_id, {}, "")


@blueprint.post("/joint-models/<uuid:version_id>")
@allow(*OFFICE)
def decide_joint_model(version_id: UUID) -> ResponseReturnValue:
    """Approve, return or retire a version, as the button pressed says."""
    action, words = typed("action"), typed("words")
    if action not in set(DONE):
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    with attempted("words") as attempt, own_transaction():
        _decide(A(action), version_id, words)
    if attempt.errors:
        return _page(version_id, attempt.errors, words), attempt.status
    return done(DONE[A(action)], "office.joint_model", version_id=version_id)


@blueprint.get("/joint-models/log")
@allow(*OVERSIGHT)
def joint_log() -> ResponseReturnValue:
    """Show by day and model: which inputs, how many firms, how much left; no firm's band."""
    page = page_args()
    found, total = service.privacy_days(g.actor, page)
    return render_template(
        "office/joint_log.html",
        tabs=_tabs("office.joint_log"),
        rows=[joint_words.left_row(left, url_for("office.joint_told")) for left in found],
        pager=pager_of(page, total),
    )


@blueprint.get("/joint-models/told")
@allow(*OVERSIGHT)
def joint_told() -> ResponseReturnValue:
    """Show which bank has learned most of which firm within a year."""
    page = page_args()
    found, total = service.privacy_pairs(g.actor, page)
    return render_template(
        "office/joint_told.html",
        tabs=_tabs("office.joint_told"),
        most=joint_words.bits_words(MOST_BITS),
        rows=[
            {
                "firm": row.firm,
                "bank": row.bank,
                "results": f"{row.results} 个",
                "bits": joint_words.bits_words(row.bits),
            }
            for row in found
        ],
        pager=pager_of(page, total),
    )


def _decide(action: VersionAction, version_id: UUID, words: str) -> None:
    deeds = {
        A.APPROVE: service.approve,
        A.RETURN: service.return_version,
        A.RETIRE: service.retire,
    }
    deeds[action](g.actor, version_id, words)


def _page(version_id: UUID, errors: Mapping[str, str], words: str) -> str:
    version = service.read_version(g.actor, version_id)
    bank = queries.institution_names({version.model.institution_id})
    return render_template(
        "office/joint_model.html",
        version=version,
        bank=bank[version.model.institution_id],
        labels=STATE_NAMES,
        facts=joint_words.version_facts(version),
        checks=joint_words.report_rows(version.report),
        counts=joint_words.count_rows(version.band_names, (version.report or {}).get("counts")),
        firms=(version.report or {}).get("firms"),
        cuts=joint_words.cut_words(version.document),
        weights=joint_words.weight_rows(version.document),
        actions=_actions(version),
        errors=dict.fromkeys(("words",), next(iter(errors.values()))) if errors else {},
        words=words,
    )


def _actions(version: JointModelVersion) -> list[Row]:
    if g.actor.role not in OFFICE:
        return []
    return [{"value": one.value, "label": LABELS[one]} for one in ACTIONS[version.state]]


def _tabs(current: str) -> list[Row]:
    names = {
        "office.joint_models": "审核",
        "office.joint_log": "隐私日志",
        "office.joint_told": "累计信息量",
    }
    return [
        {"label": name, "href": url_for(endpoint), "current": endpoint == current}
        for endpoint, name in names.items()
    ]
