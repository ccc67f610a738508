"""Fetch what gateways offer, 网关拉取: batch by batch, from where the last one ended."""

from dataclasses import dataclass
from uuid import UUID

from xinyidai.deliveries import queries
from xinyidai.deliveries.gateway_client import Gateway, GatewayBatch, GatewayTrouble
from xinyidai.deliveries.models import DeliverySource
from xinyidai.deliveries.rules import LARGEST_PULL, batch_text, clean_file_name, file_name_fault
from xinyidai.deliveries.service.calls import timed
from xinyidai.deliveries.service.pushing import program_of
from xinyidai.deliveries.service.receiving import kept, receive
from xinyidai.deliveries.values import DeliveryChannel, Interface, NewDelivery
from xinyidai.kernel import clock
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import DomainError
from xinyidai.kernel.signing import KeyType, PublicKey, current_settings


@dataclass(frozen=True)
class _Link:
    source: DeliverySource
    address: str
    cursor: str
    keys: tuple[bytes, ...]


def pull_all() -> int:
    """Fetch from every gateway in use; the trouble of one is no other's. Return the batches."""
    with own_transaction():
        ids = list(queries.gateways_to_pull())
    return sum(pull(source_id) for source_id in ids)


def pull(source_id: UUID) -> int:
    """Fetch what a source's gateway offers behind the cursor; return how many batches.

    Each batch is taken, and the cursor moved, in a transaction of its own: a job that is killed
    goes on from there. Trouble is noted with the gateway and ends this run.
    """
    with own_transaction():
        link = _link(source_id)
    if link is None:
        return 0
    taken = 0
    try:
        with timed(Interface.PULL, source_id):
            gateway = Gateway(link.address, is_demo=current_settings().is_demo)
            for batch in gateway.list_after(link.cursor):
                _take(gateway, link, batch)
                taken += 1
    except DomainError as error:
        with own_transaction():
            _note(source_id, error.message)
        return taken
    with own_transaction():
        _note(source_id, None)
    return taken


def _link(source_id: UUID) -> _Link | None:
    row = queries.source_row(source_id)
    if row is None or row.gateway is None or not row.gateway.is_enabled:
        return None
    keys = tuple(key.public_key for key in queries.keys_of(source_id, present_only=True))
    return _Link(row.source, row.gateway.url, row.gateway.cursor, keys)


def _take(gateway: Gateway, link: _Link, batch: GatewayBatch) -> None:
    with own_transaction():
        source = queries.get_source(link.source.id)
        if source is None:
            return
        _require_signed(source.code, link.keys, batch)
        name = clean_file_name(batch.file_name) or f"{batch.id}.jsonl"
        if file_name_fault(name):
            raise GatewayTrouble(f"批次 {batch.id} 的文件名不是表格文件，没有接收。")
        with (
            gateway.open_batch(batch.id) as stream,
            kept(stream, name, LARGEST_PULL) as file,
        ):
            if file.sha256 != batch.sha256:
                raise GatewayTrouble(f"批次 {batch.id} 的内容与清单的摘要不一致，没有接收。")
            new = NewDelivery(
                source_id=source.id,
                channel=DeliveryChannel.PULL,
                file_name=name,
                stored=file.stored,
                size=file.size,
                sha256=file.sha256,
                kind=batch.kind or None,
                idempotency_key=f"pull:{batch.id}",
            )
            receive(program_of(source, "网关拉取"), new)
        found = queries.gateway_of(source.id, for_update=True)
        if found is not None:
            found.cursor = batch.id


def _require_signed(code: str, keys: tuple[bytes, ...], batch: GatewayBatch) -> None:
    message = batch_text(code, batch.id, batch.kind, batch.sha256)
    for key in keys:
        if PublicKey(code, KeyType.ED25519, key).verify(message, batch.signature):
            return
    raise GatewayTrouble(f"批次 {batch.id} 的签名不是来源登记的密钥所签，没有接收。")


def _note(source_id: UUID, trouble: str | None) -> None:
    link = queries.gateway_of(source_id, for_update=True)
    if link is None:
        return
    link.message = trouble
    if trouble is None:
        link.failures, link.last_success_at = 0, clock.now()
    else:
        link.failures += 1
