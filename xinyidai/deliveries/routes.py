"""The push interface for departments' programs, 推送接口: the signature is the credential."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from flask import request

from xinyidai.accounts.scopes import ApiBlueprint, as_list, page_of
from xinyidai.deliveries import service
from xinyidai.deliveries.models import DeliverySource
from xinyidai.deliveries.rules import LARGEST_PUSH, MIB, PUSH_TYPES
from xinyidai.deliveries.schemas import DeliveryOut, DeliveryReceiptOut, PageIn
from xinyidai.deliveries.values import Interface, SignedRequest
from xinyidai.kernel import rate
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional
from xinyidai.kernel.errors import InvalidInput

F = TypeVar("F", bound=Callable[..., Any])

blueprint = ApiBlueprint("deliveries", __name__, title="数据报送")

KNOCKS_PER_MINUTE = 240  # of one address, before anything is known about it
PUSHES_PER_MINUTE = 60
READS_PER_MINUTE = 120
HEADERS = {
    "Xyd-Source": "来源代码，由信用办登记",
    "Xyd-Key": "公钥编号：公钥 32 字节的 SHA-256 的前 16 位十六进制",
    "Xyd-Timestamp": "签名时间，Unix 秒，与平台相差不超过 5 分钟",
    "Xyd-Nonce": "16 到 64 个字母、数字、下划线或横线，每次不同",
    "Xyd-Content-SHA256": "正文的 SHA-256，十六进制；没有正文时是空内容的",
    "Xyd-Signature": "对签名原文的 Ed25519 签名，base64",
}
OPTIONAL = {
    "Xyd-Kind": "信息类别代码；来源没有确认过映射时必须写明",
    "Xyd-File-Name": "文件名，写入批次；非 ASCII 字符用百分号编码（UTF-8）",
    "Idempotency-Key": "同一份内容重发时不变，只受理一次",
}


def _header(name: str, text: str, *, required: bool) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": required,
        "description": text,
        "schema": {"type": "string"},
    }


def _described(**more: Any) -> Callable[[F], F]:
    """Add to the description of a view, with the types that the library lacks."""
    decorator: Callable[[F], F] = blueprint.doc(**more)
    return decorator


SIGNED = [_header(name, text, required=True) for name, text in HEADERS.items()]
LABELLED = [_header(name, text, required=False) for name, text in OPTIONAL.items()]
BODY = {
    "required": True,
    "description": f"JSON Lines 或 CSV，不超过 {LARGEST_PUSH // MIB} MB",
    "content": {kind: {"schema": {"type": "string"}} for kind in PUSH_TYPES},
}


@blueprint.post("/deliveries")
@allow(Role.PUBLIC)
@blueprint.operation(
    "推送记录",
    detail="来源系统推送 JSON Lines 或 CSV；以登记的 Ed25519 密钥签名，不需要令牌。受理后排队归集，"
    "用返回的 id 查询结果。",
    refuses=(401, 403, 413, 422, 429),
)
@_described(parameters=[*SIGNED, *LABELLED], requestBody=BODY)
@transactional
@blueprint.response(202, DeliveryReceiptOut)
def push_records() -> Any:
    """Take a signed body in."""
    _count_knock()
    with service.timed(Interface.PUSH) as call:
        signed = _signed()
        source = service.authenticate(signed)
        call.source_id = source.id
        service.spend_nonce(source, signed)
        rate.count(f"push:{source.code}", limit=PUSHES_PER_MINUTE, seconds=60)
        ending = _ending()
        request.max_content_length = LARGEST_PUSH
        return service.push(source, signed, request.stream, ending)


@blueprint.get("/deliveries/<uuid:delivery_id>")
@allow(Role.PUBLIC)
@blueprint.operation(
    "查询报送结果",
    detail="状态、行数和退回的行；以登记的密钥签名，签名原文里的路径包括问号后面的内容。",
    refuses=(401, 403, 404, 429),
)
@_described(parameters=SIGNED)
@blueprint.arguments(PageIn, location="query")
@blueprint.response(200, DeliveryOut)
def read_delivery(wanted: dict[str, Any], delivery_id: UUID) -> Any:
    """Say how far a delivery is."""
    _count_knock()
    with service.timed(Interface.PUSH_STATUS) as call:
        source = service.authenticate(_signed())
        call.source_id = source.id
        rate.count(f"push-read:{source.code}", limit=READS_PER_MINUTE, seconds=60)
        return _result(source, delivery_id, wanted)


def _result(source: DeliverySource, delivery_id: UUID, wanted: dict[str, Any]) -> dict[str, Any]:
    delivery, page = service.read_pushed(source, delivery_id), page_of(wanted)
    rows, total = service.pushed_rejections(source, delivery, page)
    shown = {name: getattr(delivery, name) for name in DeliveryOut().fields if name != "rejections"}
    return shown | {"rejections": as_list(rows, page, total)}


def _count_knock() -> None:
    rate.count(f"push-knock:{request.remote_addr}", limit=KNOCKS_PER_MINUTE, seconds=60)


def _signed() -> SignedRequest:
    said = request.headers
    path = request.full_path if request.query_string else request.path
    return SignedRequest(
        method=request.method,
        path=path,
        source=said.get("Xyd-Source", ""),
        key_id=said.get("Xyd-Key", ""),
        timestamp=said.get("Xyd-Timestamp", ""),
        nonce=said.get("Xyd-Nonce", ""),
        content_sha256=said.get("Xyd-Content-SHA256", ""),
        signature=said.get("Xyd-Signature", ""),
        kind=said.get("Xyd-Kind", ""),
        file_name=said.get("Xyd-File-Name", ""),
        idempotency_key=said.get("Idempotency-Key", ""),
    )


def _ending() -> str:
    if request.mimetype not in PUSH_TYPES:
        listed = "、".join(PUSH_TYPES)
        raise InvalidInput(f"Content-Type 只能是 {listed}。", code="bad_content_type")
    return PUSH_TYPES[request.mimetype]
