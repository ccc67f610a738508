"""Who this node is, and what it signs with; the private key is a file, as that of the ledger."""

from xinyidai.audit import service as audit
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, require_sound
from xinyidai.kernel.signing import PublicKey
from xinyidai.ledger import queries as keys
from xinyidai.ledger import service as ledger
from xinyidai.node_exchange import policies, queries, rules
from xinyidai.node_exchange.models import ExchangeNode, ExchangeSelf
from xinyidai.node_exchange.values import NodeLevel

KEY = "node"


def set_self(
    actor: Actor, *, code: str, name: str, level: NodeLevel, base_url: str | None = None
) -> ExchangeSelf:
    """Say who this node is; its code cannot change once packages carry it.

    Raises:
        Forbidden: the actor does not keep the platform.
        InvalidInput: code, name or address, each with its sentence.
        Conflict: another code was in use already.

    """
    policies.require_keeper(actor)
    faults = _faults(code, name, base_url)
    require_sound(faults)
    own = queries.own()
    if own is not None and own.code != code and queries.nodes():
        raise Conflict("已经有对接节点，本节点代码不能再改。", code="code_in_use")
    if own is None:
        own = ExchangeSelf(id=1)
        db.session.add(own)
    own.code, own.name, own.level, own.base_url = code, name.strip(), level, base_url
    db.session.flush()
    audit.record(actor, "exchange_self:set", "exchange_self", code, {"level": level.value})
    return own


def require_self() -> ExchangeSelf:
    """Return who this node is.

    Raises:
        Conflict: nobody has said it yet.

    """
    own = queries.own()
    if own is None:
        raise Conflict("还没有设置本节点，请先执行 xinyidai node identity。", code="no_identity")
    return own


def sign(message: bytes) -> tuple[str, bytes]:
    """Sign with this node's key; the first use makes it."""
    signature = ledger.sign(KEY, message)
    return signature.key_id, signature.value


def own_verifier() -> str | None:
    """Return this node's public key for peers, or None while it has signed nothing."""
    key = keys.newest_key(KEY)
    return None if key is None else key.verifier


def key_of(node: ExchangeNode) -> PublicKey:
    """Return a peer's registered public key."""
    return PublicKey.parse(node.verifier)


def _faults(code: str, name: str, base_url: str | None) -> dict[str, str]:
    faults = {}
    if not rules.CODE.fullmatch(code):
        faults["code"] = "节点代码用小写字母开头，只含小写字母、数字和横线，2 到 31 位"
    if not 1 <= len(name.strip()) <= rules.LONGEST_NAME:
        faults["name"] = "请填写节点名称"
    if base_url is not None and not rules.ADDRESS.fullmatch(base_url):
        faults["base_url"] = "接口地址要以 https:// 开头"
    return faults
