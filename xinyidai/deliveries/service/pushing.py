"""A program of a department pushes records, 接口推送: who it is is told by its signature alone."""

from datetime import datetime, timedelta
from urllib.parse import unquote

from sqlalchemy.dialects.postgresql import insert

from xinyidai.deliveries import queries
from xinyidai.deliveries.models import Delivery, DeliverySource, PushNonce
from xinyidai.deliveries.rules import (
    CLOCK_SKEW,
    IDEMPOTENCY_KEY,
    LARGEST_PUSH,
    clean_file_name,
    decoded,
    request_faults,
    signed_text,
)
from xinyidai.deliveries.service.receiving import kept, receive
from xinyidai.deliveries.store import Readable
from xinyidai.deliveries.values import DeliveryChannel, NewDelivery, SignedRequest
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Forbidden, InvalidInput, Unauthenticated
from xinyidai.kernel.signing import KeyType, PublicKey

BAD_SIGNATURE = "签名验证未通过：请检查来源代码、密钥编号、私钥和签名原文。"


def authenticate(request: SignedRequest) -> DeliverySource:
    """Return the source whose present key signed the request.

    Raises:
        Unauthenticated: a header is absent or bad, the time is not ours, source or key is unknown,
            or the signature is not the key's; the last three are told alike.
        Forbidden: the source is closed.

    """
    faults = request_faults(request)
    if faults:
        raise Unauthenticated(
            f"请求头缺少或格式不对：{'、'.join(faults)}。", code="bad_signature_headers"
        )
    _require_present(request.timestamp)
    source = queries.find_source(request.source)
    if source is None or not _is_signed(source, request):
        raise Unauthenticated(BAD_SIGNATURE, code="bad_signature")
    if not source.is_enabled:
        raise Forbidden("这个数据来源已停用，不再接收报送。请联系信用办。", code="source_closed")
    return source


def spend_nonce(source: DeliverySource, request: SignedRequest) -> None:
    """Use up the nonce of a request, whatever becomes of it afterwards.

    Raises:
        Unauthenticated: it was used before: somebody sends a request again that he heard.

    """
    statement = insert(PushNonce).values(
        source_id=source.id, nonce=request.nonce, seen_at=clock.now()
    )
    spent = statement.on_conflict_do_nothing().returning(PushNonce.nonce)
    with db.engine.begin() as connection:
        is_new = connection.execute(spent).first() is not None
    if not is_new:
        raise Unauthenticated("这个 Xyd-Nonce 已经用过，请每次生成新的。", code="replayed")


def push(source: DeliverySource, request: SignedRequest, stream: Readable, ending: str) -> Delivery:
    """Take the body of an authenticated request; `ending` is that of its content type.

    Raises:
        InvalidInput: the body is empty, too large or not the signed one, or the kind or the
            idempotency key is not as it must be.
        RuleBroken: the idempotency key stands for other content.

    """
    if request.idempotency_key and not IDEMPOTENCY_KEY.fullmatch(request.idempotency_key):
        raise InvalidInput(
            "Idempotency-Key 只能是 8 到 100 个字母、数字和 . _ : - 。", code="bad_idempotency_key"
        )
    # Headers are ASCII, so the name comes percent-encoded; it is signed as it came.
    name = clean_file_name(unquote(request.file_name)) or f"push{ending}"
    if not name.lower().endswith(ending):
        name = clean_file_name(f"{name}{ending}")
    with kept(stream, name, LARGEST_PUSH) as file:
        if file.sha256 != request.content_sha256:
            raise InvalidInput(
                "正文与 Xyd-Content-SHA256 不一致，可能传输中断，没有接收。",
                code="content_mismatch",
            )
        new = NewDelivery(
            source_id=source.id,
            channel=DeliveryChannel.PUSH,
            file_name=name,
            stored=file.stored,
            size=file.size,
            sha256=file.sha256,
            kind=request.kind or None,
            idempotency_key=request.idempotency_key or None,
        )
        return receive(program_of(source, "接口推送"), new)


def program_of(source: DeliverySource, how: str) -> Actor:
    """Return the actor that a program of the source is: nobody's account, its department's."""
    return Actor(None, Role.DEPARTMENT, source.department_id, f"{source.name}（{how}）")


def _require_present(timestamp: str) -> None:
    try:
        sent = datetime.fromtimestamp(int(timestamp), tz=clock.TZ)
    except (OverflowError, OSError, ValueError):
        sent = clock.now() - timedelta(days=1)
    if abs(clock.now() - sent) > CLOCK_SKEW:
        minutes = int(CLOCK_SKEW.total_seconds() // 60)
        raise Unauthenticated(
            f"Xyd-Timestamp 与平台时间相差超过 {minutes} 分钟，请校准系统时钟后重新签名。",
            code="stale_request",
        )


def _is_signed(source: DeliverySource, request: SignedRequest) -> bool:
    signature = decoded(request.signature) or b""
    message = signed_text(request)
    return any(
        PublicKey(source.code, KeyType.ED25519, key.public_key).verify(message, signature)
        for key in queries.keys_of(source.id, present_only=True)
        if key.key_id == request.key_id
    )
