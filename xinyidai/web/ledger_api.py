"""The evidence log for outsiders, 存证台账: checkpoints, proofs, witnesses' signatures, the tools.

Public, and without any personal data: hashes, signatures and public keys only. The slice itself
lies below accounts, whose tools every API route is made of; hence this place.
"""

from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema, fields, validate

from xinyidai.accounts.scopes import ApiBlueprint
from xinyidai.kernel import rate, signing
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional
from xinyidai.ledger import queries, service

COSIGNATURES_PER_MINUTE = 60
LARGEST_SIZE = 2**53
LONGEST_NOTE = 64 * 1024
MOST_LEAVES = 4096

blueprint = ApiBlueprint("ledger", __name__, title="存证台账")
downloads = Blueprint("ledger_tools", __name__)


def _month(*, required: bool) -> fields.String:
    form = validate.Regexp(r"\d{4}-(0[1-9]|1[0-2])\Z", error="请填写月份，例如 2026-11。")
    return fields.String(required=required, validate=form)


def _number(*, required: bool = True, largest: int = LARGEST_SIZE, **more: Any) -> fields.Integer:
    span = validate.Range(0, largest, error=f"请填写 0 到 {largest} 的整数。")
    return fields.Integer(required=required, strict=False, validate=span, **more)


class LedgerMonthIn(Schema):
    """Which month; the newest where none is named."""

    month = _month(required=False)


class CheckpointOut(Schema):
    """A checkpoint with every signature, C2SP tlog-checkpoint."""

    checkpoint = fields.String(required=True)


class ConsistencyIn(Schema):
    """Two checkpoints of a month, by their sizes."""

    month = _month(required=True)
    old = _number()
    new = _number()


class ConsistencyOut(Schema):
    """A consistency proof, RFC 6962 2.1.2; hashes in hexadecimal."""

    month = fields.String(required=True)
    old = fields.Integer(required=True)
    new = fields.Integer(required=True)
    proof = fields.List(fields.String(), required=True)


class LeavesIn(Schema):
    """A stretch of leaves."""

    month = _month(required=True)
    start = _number()
    count = _number(largest=MOST_LEAVES)


class LeavesOut(Schema):
    """Leaf hashes in hexadecimal; fewer than asked for where the log ends."""

    month = fields.String(required=True)
    start = fields.Integer(required=True)
    leaf_hashes = fields.List(fields.String(), required=True)


class WitnessStepsIn(Schema):
    """The checkpoint a witness signed last: its first line and its size; nothing at first."""

    origin = fields.String(validate=validate.Length(1, 200, error="请填写检查点的首行。"))
    size = _number(required=False, load_default=0)


class WitnessStepOut(Schema):
    """One step to a newer checkpoint; hashes in base64."""

    checkpoint = fields.String(required=True)
    old = fields.Integer(required=True)
    proof = fields.List(fields.String(), required=True)
    header = fields.String(required=True, allow_none=True)
    header_proof = fields.List(fields.String(), required=True)


class WitnessStepsOut(Schema):
    """What leads a witness to the newest checkpoint."""

    steps = fields.List(fields.Nested(WitnessStepOut), required=True)


class CosignatureIn(Schema):
    """A checkpoint with the witness's signature line."""

    note = fields.String(
        required=True, validate=validate.Length(1, LONGEST_NOTE, error="内容过长或为空。")
    )


class CosignatureOut(Schema):
    """Whose signatures were taken."""

    witnesses = fields.List(fields.String(), required=True)


class SigningKeyOut(Schema):
    """One public key of the platform."""

    name = fields.String(required=True)
    algorithm = fields.String(required=True)
    key_id = fields.String(required=True)
    verifier = fields.String(required=True)


class WitnessOut(Schema):
    """One witness and its public key."""

    name = fields.String(required=True)
    verifier = fields.String(required=True)
    is_active = fields.Boolean(required=True)


class SigningKeysOut(Schema):
    """Every public key; compare them with what you were given in person."""

    origin = fields.String(required=True)
    keys = fields.List(fields.Nested(SigningKeyOut), required=True)
    witnesses = fields.List(fields.Nested(WitnessOut), required=True)


@blueprint.get("/ledger/checkpoint")
@allow(Role.PUBLIC)
@blueprint.operation(
    "最新检查点", detail="带平台与见证方签名的检查点，可指定月段。", refuses=(404,)
)
@blueprint.arguments(LedgerMonthIn, location="query")
@blueprint.response(200, CheckpointOut)
def checkpoint(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the newest checkpoint."""
    return {"checkpoint": service.checkpoint_note(wanted.get("month"))}


@blueprint.get("/ledger/consistency")
@allow(Role.PUBLIC)
@blueprint.operation("一致性证明", detail="证明较新的检查点只在较早的之后追加。", refuses=(404,))
@blueprint.arguments(ConsistencyIn, location="query")
@blueprint.response(200, ConsistencyOut)
def consistency(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the consistency proof of two checkpoints."""
    proof = service.consistency(wanted["month"], wanted["old"], wanted["new"])
    return {**wanted, "proof": [step.hex() for step in proof]}


@blueprint.get("/ledger/leaves")
@allow(Role.PUBLIC)
@blueprint.operation("叶子哈希", detail="已封存条目的叶子哈希，不含内容，每次最多 4096 个。")
@blueprint.arguments(LeavesIn, location="query")
@blueprint.response(200, LeavesOut)
def leaves(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return a stretch of leaf hashes."""
    found = service.leaf_hashes(wanted["month"], wanted["start"], wanted["count"])
    return {**wanted, "leaf_hashes": [leaf.hex() for leaf in found]}


@blueprint.get("/ledger/witness-steps")
@allow(Role.PUBLIC)
@blueprint.operation(
    "见证步骤", detail="从见证方上次签名的检查点到最新检查点的证明。", refuses=(404,)
)
@blueprint.arguments(WitnessStepsIn, location="query")
@blueprint.response(200, WitnessStepsOut)
def witness_steps(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what a witness needs to sign the newest checkpoint."""
    steps = service.steps_for_witness(wanted.get("origin"), wanted["size"])
    return {"steps": [step.as_document() for step in steps]}


@blueprint.post("/ledger/cosignatures")
@allow(Role.PUBLIC)
@blueprint.operation(
    "提交见证签名",
    detail="见证方提交签名后的检查点；签名本身即凭据，不需要令牌。",
    refuses=(429,),
)
@transactional
@blueprint.arguments(CosignatureIn)
@blueprint.response(200, CosignatureOut)
def accept_cosignature(wanted: dict[str, Any]) -> dict[str, Any]:
    """Take a witness's signature."""
    rate.count(f"cosign:{request.remote_addr}", limit=COSIGNATURES_PER_MINUTE, seconds=60)
    return {"witnesses": service.accept_cosignature(wanted["note"])}


@blueprint.get("/ledger/keys")
@allow(Role.PUBLIC)
@blueprint.operation("公钥", detail="平台与见证方的公钥；核验时请使用当面取得的公钥。")
@blueprint.response(200, SigningKeysOut)
def keys() -> dict[str, Any]:
    """Return the public keys."""
    witnesses = [
        {"name": each.name, "verifier": each.verifier, "is_active": each.retired_at is None}
        for each in queries.all_witnesses()
    ]
    origin = signing.current_settings().ledger_origin
    return {"origin": origin, "keys": queries.all_keys(), "witnesses": witnesses}


@downloads.get('/ledger/tools/<any("verify_ledger.py", "witness.py"):name>')
@allow(Role.PUBLIC)
def tool(name: str) -> Response:
    """Hand out a stand-alone tool as one file of Python."""
    answer = Response(service.tool(name), content_type="text/x-python; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer
