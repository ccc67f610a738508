"""Joint models and results as JSON: a document in, a band out, and nothing beside it."""

from typing import Any

from marshmallow import Schema, fields

from xinyidai.accounts.schemas import PageOut
from xinyidai.joint_results.presentation import EXAMPLE
from xinyidai.joint_results.values import ModelKind, RowOutcome, RunState, VersionState

MODEL_IN: dict[str, Any] = {"document": EXAMPLE}
MODEL_OUT = {
    "id": "0197a3c0-0000-7000-8000-000000000031",
    "code": "demo_yes_no",
    "name": "演示准入判断",
    "number": 1,
    "kind": "logistic",
    "purpose": "limit_estimate",
    "state": "draft",
    "content_hash": "0" * 64,
    "inputs": ["tax_grade_latest", "tax_paid_12m", "years_established"],
    "bands": ["是", "否"],
    "returned_reason": None,
}
RESULT_IN = {
    "version_id": "0197a3c0-0000-7000-8000-000000000031",
    "consent_id": "0197a3c0-0000-7000-8000-000000000001",
}
RESULT_OUT = {
    "id": "0197a3c0-0000-7000-8000-000000000032",
    "consent_id": "0197a3c0-0000-7000-8000-000000000001",
    "model": {"code": "demo_yes_no", "version": 1},
    "result": "是",
    "on": "2026-06-02",
}
RUN_IN = {
    "run_id": "0197a3c0-0000-7000-8000-000000000033",
    "version_id": "0197a3c0-0000-7000-8000-000000000031",
}
RUN_OUT = {
    "id": "0197a3c0-0000-7000-8000-000000000033",
    "version_id": "0197a3c0-0000-7000-8000-000000000031",
    "state": "finished",
    "firms": 12,
    "given": 11,
    "spread": {"是": 6, "否": 5},
    "items": [
        {
            "uscc": "91410400XN0000018J",
            "consent_id": "0197a3c0-0000-7000-8000-000000000001",
            "outcome": "given",
            "result": "是",
            "reason": "",
            "snapshot_id": "0197a3c0-0000-7000-8000-000000000032",
        }
    ],
    "page": 1,
    "size": 50,
    "total": 12,
}


class ModelIn(Schema):
    """A bank's model; the document is read strictly place by place."""

    document = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "模型文件，格式 xinyidai-joint-model/1"},
    )


class ModelOut(Schema):
    """One version of a bank's model."""

    id = fields.UUID(required=True)
    code = fields.String(attribute="model.code")
    name = fields.String(required=True)
    number = fields.Integer(required=True)
    kind = fields.Enum(ModelKind, by_value=True, required=True)
    purpose = fields.String(required=True)
    state = fields.Enum(VersionState, by_value=True, required=True)
    content_hash = fields.String(required=True)
    inputs = fields.List(fields.String(), required=True)
    bands = fields.List(fields.String(), attribute="band_names")
    returned_reason = fields.String(allow_none=True)


class ModelPageOut(PageOut):
    """A page of versions, newest first."""

    items = fields.List(fields.Nested(ModelOut), required=True)


class ResultIn(Schema):
    """One firm by its authorization, and the version to be run."""

    version_id = fields.UUID(required=True)
    consent_id = fields.UUID(required=True)


class ResultModelOut(Schema):
    """Which model gave a result."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)


class ResultOut(Schema):
    """A band, which model gave it, and the day; nothing else leaves."""

    id = fields.UUID(required=True)
    consent_id = fields.UUID(required=True)
    model = fields.Nested(ResultModelOut, required=True)
    result = fields.String(required=True)
    on = fields.Date(required=True)


class RunIn(Schema):
    """A run over all firms that authorized it."""

    run_id = fields.UUID(required=True, metadata={"description": "调用方自定，重发时用同一个"})
    version_id = fields.UUID(required=True)


class RunLineOut(Schema):
    """One firm of a run."""

    uscc = fields.String(required=True)
    consent_id = fields.UUID(required=True)
    outcome = fields.Enum(RowOutcome, by_value=True, allow_none=True)
    result = fields.String(allow_none=True)
    reason = fields.String(required=True)
    snapshot_id = fields.UUID(allow_none=True)


class RunOut(PageOut):
    """How far a run has come; bands only once it has ended, small counts are null."""

    id = fields.UUID(required=True)
    version_id = fields.UUID(required=True)
    state = fields.Enum(RunState, by_value=True, required=True)
    firms = fields.Integer(required=True)
    given = fields.Integer(allow_none=True)
    spread = fields.Dict(
        keys=fields.String(), values=fields.Integer(allow_none=True), allow_none=True
    )
    items = fields.List(fields.Nested(RunLineOut), required=True)
