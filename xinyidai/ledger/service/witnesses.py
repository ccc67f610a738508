"""Witnesses, 见证方: who co-signs, and which of their signatures we take."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound
from xinyidai.kernel.signing import KeyType, PublicKey
from xinyidai.ledger import notes, policies, queries
from xinyidai.ledger.models import LedgerCheckpoint, LedgerCosignature, LedgerWitness

CLOCK_TOLERANCE = timedelta(minutes=5)


def add_witness(actor: Actor, name: str, verifier: str, party_id: UUID) -> LedgerWitness:
    """Register a witness: its name for people, its public key, and the bank or office it is of.

    Raises:
        InvalidInput: the key is not one of a witness.
        Conflict: name or key belong to another witness already.

    """
    policies.require_manager(actor)
    key = _witness_key(verifier)
    if not name.strip():
        raise InvalidInput("请填写见证方名称。", fields={"name": "请填写见证方名称"})
    others = queries.all_witnesses()
    if any(name == other.name or key.verifier == other.verifier for other in others):
        raise Conflict("这个见证方或它的公钥已经登记过。")
    witness = LedgerWitness(
        id=new_id(), name=name.strip(), verifier=key.verifier, party_id=party_id
    )
    db.session.add(witness)
    audit.record(actor, "ledger:add_witness", "ledger_witness", witness.id, {"key": key.verifier})
    db.session.flush()
    return witness


def retire_witness(actor: Actor, name: str) -> None:
    """Take no more signatures of a witness; those it gave stay.

    Raises:
        NotFound: nobody of this name is a witness now.

    """
    policies.require_manager(actor)
    witness = queries.witness_named(name)
    if witness is None or witness.retired_at is not None:
        raise NotFound(f"没有在册的见证方“{name}”。")
    witness.retired_at = clock.now()
    audit.record(actor, "ledger:retire_witness", "ledger_witness", witness.id)
    db.session.flush()


def accept_cosignature(text: str) -> Sequence[str]:
    """Keep the witnesses' signatures under a co-signed checkpoint; return the signers' names.

    The signature is the whole authentication. The checkpoint must be one of ours, letter by
    letter, every line but our own must be a registered witness's, and its time must be plausible.

    Raises:
        InvalidInput: anything is otherwise; nothing is kept.

    """
    try:
        note = notes.parse_note(text)
        body = notes.parse_checkpoint(note.text)
    except ValueError as error:
        raise InvalidInput("内容不是见证签名后的检查点。", code="not_a_checkpoint") from error
    segment = queries.segment_by_origin(body.origin)
    ours = queries.checkpoint(segment.month, body.size) if segment else None
    if ours is None or notes.parse_note(ours.note).text != note.text:
        raise InvalidInput("这不是本台账的检查点，请保留原件并联系信用办。", code="not_ours")
    lines = _foreign_lines(note, ours)
    found = [_signed_by(line, note.text, ours.sealed_at) for line in lines]
    if not found:
        raise InvalidInput("检查点上没有见证方的签名。", code="no_cosignature")
    for (witness, signed_at), line in zip(found, lines, strict=True):
        _keep(ours, witness, signed_at, str(line))
    return [witness.name for witness, _ in found]


def _foreign_lines(note: notes.Note, ours: LedgerCheckpoint) -> list[notes.SignatureLine]:
    own = {str(line) for line in notes.parse_note(ours.note).signatures}
    return [line for line in note.signatures if str(line) not in own]


def _signed_by(
    line: notes.SignatureLine, text: str, sealed_at: datetime
) -> tuple[LedgerWitness, datetime]:
    for witness in queries.active_witnesses():
        signed_at = notes.cosigned_at(line, PublicKey.parse(witness.verifier), text)
        if signed_at is None:
            continue
        earliest, latest = sealed_at - CLOCK_TOLERANCE, clock.now() + CLOCK_TOLERANCE
        if not earliest <= signed_at <= latest:
            raise InvalidInput(
                f"见证方“{witness.name}”签名的时间不合理，请校准时钟后重新签名。",
                code="implausible_time",
            )
        return witness, signed_at
    raise InvalidInput("有签名不属于在册的见证方，或签名无效。", code="unknown_signature")


def _keep(
    checkpoint: LedgerCheckpoint, witness: LedgerWitness, signed_at: datetime, line: str
) -> None:
    """Keep one signature of each witness under a checkpoint: the first."""
    values = {
        "id": new_id(),
        "month": checkpoint.month,
        "size": checkpoint.size,
        "witness_id": witness.id,
        "signed_at": signed_at,
        "line": line,
        "received_at": clock.now(),
    }
    db.session.execute(insert(LedgerCosignature).values(values).on_conflict_do_nothing())


def _witness_key(verifier: str) -> PublicKey:
    try:
        key = PublicKey.parse(verifier)
    except ValueError as error:
        raise InvalidInput(
            "公钥的格式不对，请使用见证工具 keygen 给出的公钥。",
            fields={"verifier": "公钥的格式不对"},
        ) from error
    if key.type is not KeyType.COSIGNATURE:
        raise InvalidInput(
            "这不是见证方的公钥，请使用见证工具 keygen 给出的公钥。",
            fields={"verifier": "不是见证方的公钥"},
        )
    return key
