"""The nodes' door, 节点接口: packages, receipts, heartbeats. A signature is the credential."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from xinyidai.accounts.scopes import ApiBlueprint
from xinyidai.kernel import rate
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional
from xinyidai.kernel.http import problem, status_of
from xinyidai.node_exchange import schemas, service
from xinyidai.node_exchange.models import ExchangeNode
from xinyidai.node_exchange.service import serving
from xinyidai.node_exchange.unpacking import LARGEST_PACKAGE
from xinyidai.node_exchange.values import SignedText

PER_MINUTE = 120
ROOM = 1024 * 1024  # a package slightly too large gets our own answer, and an entry in the queue
CREATED = 201

blueprint = ApiBlueprint("nodes", __name__, title="节点交换")


@blueprint.post("/nodes/packages")
@allow(Role.PUBLIC)
@blueprint.operation(
    "接收交换包",
    detail="正文是交换包（application/zip，最大 32 MB）。包的签名即凭据，不需要令牌。"
    "201 为回执；同一个包再发一次得到同一张回执（200）。",
    refuses=(403, 409, 413, 422, 429),
)
@blueprint.response(201, schemas.SignedOut)
@transactional
def take_package() -> ResponseReturnValue:
    """Take a package in; a refusal is answered and kept in the error queue."""
    rate.count(f"node:{request.remote_addr}", limit=PER_MINUTE, seconds=60)
    request.max_content_length = LARGEST_PACKAGE + ROOM
    outcome = service.receive(request.get_data(cache=False))
    if outcome.receipt is None:
        refusal = outcome.refusal
        if refusal is None:
            raise RuntimeError("neither a receipt nor a refusal")
        return problem(status_of(refusal), refusal.message, code=refusal.code, more=refusal.details)
    answer = jsonify(vars(outcome.receipt))
    answer.status_code = 200 if outcome.is_repeated else CREATED
    return answer


@blueprint.get("/nodes/packages")
@allow(Role.PUBLIC)
@blueprint.operation(
    "待取的交换包",
    detail="某序号之后为本节点准备的交换包，每次最多 20 个。请求须签名，见节点交换说明。",
    refuses=(403, 422),
)
@blueprint.arguments(schemas.AfterIn, location="query")
@blueprint.response(200, schemas.WaitingListOut)
def list_packages(wanted: dict[str, Any]) -> dict[str, Any]:
    """List what waits for the node that asks."""
    return {"items": serving.list_packages(_asker(), wanted["after"])}


@blueprint.get("/nodes/packages/<uuid:package_id>")
@allow(Role.PUBLIC)
@blueprint.operation(
    "下载交换包", detail="返回 application/zip。请求须签名。", refuses=(403, 404, 422)
)
def read_package(package_id: UUID) -> Response:
    """Hand out a package made for the node that asks."""
    return Response(serving.package_body(_asker(), package_id), content_type="application/zip")


@blueprint.get("/nodes/receipts/<uuid:package_id>")
@allow(Role.PUBLIC)
@blueprint.operation(
    "查回执", detail="发送方查自己发来的包的回执。请求须签名。", refuses=(403, 404)
)
@blueprint.response(200, schemas.SignedOut)
def read_receipt(package_id: UUID) -> SignedText:
    """Return the receipt for a package of the node that asks."""
    return serving.receipt_for(_asker(), package_id)


@blueprint.post("/nodes/receipts")
@allow(Role.PUBLIC)
@blueprint.operation(
    "提交回执",
    detail="自行取包的节点送回回执。回执的签名即凭据，不需要令牌。",
    refuses=(404, 429),
)
@transactional
@blueprint.arguments(schemas.SignedIn)
@blueprint.response(200, schemas.TakenOut)
def take_receipt(sent: dict[str, Any]) -> dict[str, Any]:
    """Take the receipt of a package that a node fetched."""
    rate.count(f"node:{request.remote_addr}", limit=PER_MINUTE, seconds=60)
    serving.accept_receipt(SignedText(**sent))
    return {"taken": True}


@blueprint.post("/nodes/heartbeats")
@allow(Role.PUBLIC)
@blueprint.operation(
    "心跳",
    detail="每 5 分钟一次，内容带签名，与本节点时间相差不得超过 10 分钟。",
    refuses=(403, 429),
)
@transactional
@blueprint.arguments(schemas.SignedIn)
@blueprint.response(200, schemas.HeardOut)
def hear(sent: dict[str, Any]) -> dict[str, Any]:
    """Note a heartbeat."""
    rate.count(f"node:{request.remote_addr}", limit=PER_MINUTE, seconds=60)
    return service.hear(SignedText(**sent))


def _asker() -> ExchangeNode:
    """Return the node that signed this request."""
    path = request.full_path if request.query_string else request.path
    return serving.asker(path, dict(request.headers))
