"""Joint models and results for banks' systems, 联合结果（可用不可见）."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from flask import g

from xinyidai.accounts.scopes import ApiBlueprint, PageIn, Scope, as_list, page_of
from xinyidai.credit_records.values import Snapshot
from xinyidai.joint_results import policies, queries, service
from xinyidai.joint_results.models import JointModelVersion, JointRun
from xinyidai.joint_results.schemas import (
    MODEL_IN,
    MODEL_OUT,
    RESULT_IN,
    RESULT_OUT,
    RUN_IN,
    RUN_OUT,
    ModelIn,
    ModelOut,
    ModelPageOut,
    ResultIn,
    ResultOut,
    RunIn,
    RunOut,
)
from xinyidai.joint_results.service import RunLine
from xinyidai.joint_results.values import RunState
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional
from xinyidai.kernel.http import Page

blueprint = ApiBlueprint("joint_results", __name__, title="联合结果（可用不可见）")


@blueprint.post("/joint-models")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "上传本行模型",
    detail="按 xinyidai-joint-model/1 的格式上传评分卡、逻辑回归或决策树，存为草稿。"
    "没有声明数据不足时怎么办、指标不在字典里、有不认识的字段，都会被拒绝并逐处说明。",
    scope=Scope.QUERIES,
    refuses=(409,),
)
@transactional
@blueprint.arguments(ModelIn, example=MODEL_IN)
@blueprint.response(201, ModelOut, example=MODEL_OUT)
def upload_model(wanted: dict[str, Any]) -> JointModelVersion:
    """Keep a document as a draft."""
    # Half a pair of surrogates has no UTF-8: it is refused where the bytes are read.
    raw = json.dumps(wanted["document"], ensure_ascii=False).encode(errors="surrogatepass")
    return service.upload(g.actor, raw)


@blueprint.get("/joint-models")
@allow(Role.BANK_CLIENT)
@blueprint.operation("本行模型的各个版本", scope=Scope.QUERIES)
@blueprint.arguments(PageIn, location="query")
@blueprint.response(
    200, ModelPageOut, example={"items": [MODEL_OUT], "page": 1, "size": 50, "total": 1}
)
def list_models(wanted: dict[str, Any]) -> dict[str, Any]:
    """List the bank's versions, newest first."""
    page = page_of(wanted)
    return as_list(*_paged(policies.require_keeper(g.actor), page))


@blueprint.get("/joint-models/<uuid:version_id>")
@allow(Role.BANK_CLIENT)
@blueprint.operation("查看一个模型版本", scope=Scope.QUERIES, refuses=(404,))
@blueprint.response(200, ModelOut, example=MODEL_OUT)
def read_model(version_id: UUID) -> JointModelVersion:
    """Return the state of one version."""
    return service.read_version(g.actor, version_id)


@blueprint.post("/joint-models/<uuid:version_id>/submission")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "提交信用办审核",
    detail="平台数出各结果档有多少家企业、与以前版本的差异，供信用办审核。"
    "30 天内最多提交 4 个版本，超过时返回 429。",
    scope=Scope.QUERIES,
    refuses=(404, 409, 429),
)
@transactional
@blueprint.response(200, ModelOut, example=MODEL_OUT | {"state": "under_review"})
def submit_model(version_id: UUID) -> JointModelVersion:
    """Hand a draft over for review."""
    return service.submit(g.actor, version_id)


@blueprint.post("/joint-results")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "用本行模型算一家企业",
    detail="企业须签署使用方式为“只提供评价结果”的有效授权。只返回结果档、模型版本和日期，"
    "扣减一次；同一版本对一家企业一天一次。被拒绝时返回 403，reasons 逐条给出原因。",
    scope=Scope.QUERIES,
    refuses=(404, 409),
)
@transactional
@blueprint.arguments(ResultIn, example=RESULT_IN)
@blueprint.response(201, ResultOut, example=RESULT_OUT)
def make_result(wanted: dict[str, Any]) -> dict[str, Any]:
    """Give one result."""
    return _result(service.give(g.actor, wanted["version_id"], wanted["consent_id"]))


@blueprint.get("/joint-results/<uuid:snapshot_id>")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "再看一次联合结果",
    detail="不扣减次数。授权撤回、留存期满或信息有更正后不再提供。",
    scope=Scope.QUERIES,
    refuses=(404, 409),
)
@blueprint.response(200, ResultOut, example=RESULT_OUT)
def read_result(snapshot_id: UUID) -> dict[str, Any]:
    """Return a result again."""
    return _result(service.read_result(g.actor, snapshot_id))


@blueprint.post("/joint-runs")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "批量运行",
    detail="对所有已签署“只提供评价结果”授权的企业各算一次，后台运行，全部结束后一起给出结果。",
    scope=Scope.QUERIES,
    refuses=(404, 409),
)
@transactional
@blueprint.arguments(RunIn, example=RUN_IN)
@blueprint.response(201, RunOut, example=RUN_OUT | {"state": "queued", "items": []})
def order_run(wanted: dict[str, Any]) -> dict[str, Any]:
    """Order a run."""
    run = service.order_run(g.actor, wanted["run_id"], wanted["version_id"])
    return _run(run, [], Page(1, 1))


@blueprint.get("/joint-runs/<uuid:run_id>")
@allow(Role.BANK_CLIENT)
@blueprint.operation("查看批量运行", scope=Scope.QUERIES, refuses=(404,))
@blueprint.arguments(PageIn, location="query")
@blueprint.response(200, RunOut, example=RUN_OUT)
def read_run(wanted: dict[str, Any], run_id: UUID) -> dict[str, Any]:
    """Return how far a run has come, and its results once it has ended."""
    page = page_of(wanted)
    lines = service.lines_of(g.actor, run_id, page)
    return _run(service.read_run(g.actor, run_id), lines, page)


def _paged(institution_id: UUID, page: Page) -> tuple[Any, Page, int]:
    found, total = queries.versions_of(institution_id, page)
    return found, page, total


def _result(snapshot: Snapshot) -> dict[str, Any]:
    content = snapshot.content
    return {
        "id": snapshot.id,
        "consent_id": snapshot.consent_id,
        "model": content["model"],
        "result": content["result"],
        "on": date.fromisoformat(content["on"]),
    }


def _run(run: JointRun, lines: list[RunLine], page: Page) -> dict[str, Any]:
    return {
        **as_list([_line(line) for line in lines], page, run.row_count),
        "id": run.id,
        "version_id": run.version_id,
        "state": run.state,
        "firms": run.row_count,
        "given": run.given if run.state is RunState.FINISHED else None,
        "spread": service.spread_of(run),
    }


def _line(line: RunLine) -> dict[str, Any]:
    is_told = line.band is not None or line.row.snapshot_id is None
    return {
        "uscc": line.enterprise.uscc,
        "consent_id": line.consent.id,
        "outcome": line.row.outcome if is_told else None,
        "result": line.band,
        "reason": line.cause,
        "snapshot_id": line.row.snapshot_id if line.band is not None else None,
    }
