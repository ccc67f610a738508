"""Register where records come from, 数据来源: codes, public keys, gateways."""

from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.deliveries import policies, queries
from xinyidai.deliveries.models import DeliverySource, GatewayLink, SourceKey
from xinyidai.deliveries.queries import SourceRow
from xinyidai.deliveries.rules import SOURCE_CODE, address_fault, key_id_of, read_public_key
from xinyidai.deliveries.service.receiving import LONGEST_SOURCE_NAME
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound
from xinyidai.kernel.signing import current_settings

LONGEST_ADDRESS = 300
BAD_KEY = "请填写 Ed25519 公钥（PEM 或 32 字节的 base64）。私钥只能留在来源系统里，不要提交。"


def register_source(actor: Actor, department_id: UUID, code: str) -> DeliverySource:
    """Register a source of a department; its records go by the department's name.

    Raises:
        Forbidden: only the credit office.
        InvalidInput: the code has not its form.
        Conflict: the code is taken.

    """
    policies.require_office(actor)
    if not SOURCE_CODE.fullmatch(code):
        sentence = "来源代码是 2 到 32 个小写字母、数字和下划线，以字母开头，例如 taxation_push。"
        raise InvalidInput(sentence, fields={"code": sentence})
    if queries.find_source(code) is not None:
        raise Conflict("这个来源代码已被使用，请换一个。", code="source_taken")
    office = institutions.get_department(department_id)
    source = DeliverySource(
        code=code, name=office.name[:LONGEST_SOURCE_NAME], department_id=office.id
    )
    db.session.add(source)
    db.session.flush()
    audit.record(actor, "delivery_source:register", "delivery_source", source.id, {"code": code})
    return source


def add_key(actor: Actor, source_id: UUID, text: str) -> SourceKey:
    """Add a public key to a source; the keys it has stay valid until they are retired.

    Raises:
        Forbidden: only the credit office.
        InvalidInput: this is no Ed25519 public key.
        Conflict: the source has it already.

    """
    source = _load(actor, source_id)
    public_key = read_public_key(text)
    if public_key is None:
        raise InvalidInput(BAD_KEY, fields={"public_key": BAD_KEY}, code="bad_public_key")
    key_id = key_id_of(public_key)
    if any(key.key_id == key_id for key in queries.keys_of(source.id)):
        raise Conflict("这个公钥已经登记过。", code="key_taken")
    key = SourceKey(
        source_id=source.id, key_id=key_id, public_key=public_key, added_by=actor.account_id
    )
    db.session.add(key)
    db.session.flush()
    audit.record(actor, "delivery_source:add_key", "delivery_source", source.id, {"key": key_id})
    return key


def retire_key(actor: Actor, source_id: UUID, key_id: str) -> None:
    """Let a public key count no longer, from this moment on.

    Raises:
        NotFound: the source has no such key in use.

    """
    source = _load(actor, source_id)
    found = [k for k in queries.keys_of(source.id, present_only=True) if k.key_id == key_id]
    if not found:
        raise NotFound("没有找到这个公钥，或者已经停用。")
    found[0].retired_at = clock.now()
    audit.record(actor, "delivery_source:retire_key", "delivery_source", source.id, {"key": key_id})


def set_gateway(actor: Actor, source_id: UUID, address: str) -> GatewayLink | None:
    """Name the gateway from which a source is fetched; an empty address ends that.

    Raises:
        InvalidInput: the platform must not fetch from there, or the source has no key to check by.

    """
    source = _load(actor, source_id)
    link = queries.gateway_of(source.id, for_update=True)
    address = address.strip().rstrip("/")
    if not address:
        if link is not None:
            link.is_enabled = False
        return link
    fault = address_fault(address, is_demo=current_settings().is_demo)
    if len(address) > LONGEST_ADDRESS:
        fault = f"地址最多 {LONGEST_ADDRESS} 个字。"
    if fault is None and not queries.keys_of(source.id, present_only=True):
        fault = "请先登记来源的公钥：拉取的每一批都要用它验证签名。"
    if fault:
        raise InvalidInput(fault, fields={"url": fault}, code="bad_gateway")
    if link is None:
        link = GatewayLink(source_id=source.id, url=address)
        db.session.add(link)
    link.url, link.is_enabled, link.failures, link.message = address, True, 0, None
    db.session.flush()
    audit.record(actor, "delivery_source:gateway", "delivery_source", source.id, {"url": address})
    return link


def set_enabled(actor: Actor, source_id: UUID, *, is_enabled: bool) -> None:
    """Open or close a source; a closed one delivers by no channel."""
    source = _load(actor, source_id)
    source.is_enabled = is_enabled
    action = "delivery_source:open" if is_enabled else "delivery_source:close"
    audit.record(actor, action, "delivery_source", source.id)


def read_source(actor: Actor, source_id: UUID) -> SourceRow:
    """Return one source with its department and gateway, for the office and its overseers."""
    policies.require_desk(actor)
    row = queries.source_row(source_id)
    if row is None:
        raise NotFound("没有找到这个数据来源。")
    return row


def list_sources(actor: Actor) -> list[SourceRow]:
    """Return every source, for the office and its overseers."""
    policies.require_desk(actor)
    return list(queries.list_sources())


def _load(actor: Actor, source_id: UUID) -> DeliverySource:
    policies.require_office(actor)
    source = queries.get_source(source_id)
    if source is None:
        raise NotFound("没有找到这个数据来源。")
    return source
