"""Proofs for whoever wants to check: that an entry stands, that the log only grew."""

from collections.abc import Sequence
from uuid import UUID

from xinyidai.kernel.db import db
from xinyidai.kernel.errors import DomainError, NotFound
from xinyidai.ledger import merkle, queries
from xinyidai.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerLeaf, LedgerSegment
from xinyidai.ledger.openings import Opening, source_of
from xinyidai.ledger.rules import canonical, commitment, entry_text
from xinyidai.ledger.values import InclusionProof, OpeningState, WitnessStep

MOST_LEAVES = 4096


class LedgerBroken(DomainError):
    """The stored log contradicts itself; nothing is proved from it."""

    default_code = "ledger_broken"


def proof_of(entry_id: UUID) -> InclusionProof | None:
    """Return the proof of an entry, or None while it waits to be sealed.

    The checkpoint is the newest one over the entry that a witness signed, else the newest. Every
    proof is checked before it leaves. Who may see it is the caller's question: texts and salts
    open the entry.

    Raises:
        NotFound: there is no such entry.
        LedgerBroken: the stored tree does not lead to its own checkpoint.

    """
    entry = db.session.get(LedgerEntry, entry_id)
    if entry is None:
        raise NotFound("没有找到这条存证。")
    leaf = queries.leaf_of(entry_id)
    if leaf is None:
        return None
    checkpoint = queries.newest_cosigned(leaf.month, leaf.leaf_index)
    checkpoint = checkpoint or queries.newest_checkpoint(leaf.month)
    if checkpoint is None:
        raise LedgerBroken(f"台账 {leaf.month} 没有检查点。")
    return _proof(entry, leaf, checkpoint)


def _proof(entry: LedgerEntry, leaf: LedgerLeaf, checkpoint: LedgerCheckpoint) -> InclusionProof:
    opening = source_of(entry.subject).read([entry.id]).get(entry.id)
    text = _text(entry, opening)
    path = _path(leaf, checkpoint, text)
    signers = queries.cosignatures(checkpoint.month, checkpoint.size)
    person = None if opening is None or not entry.person_salt else canonical(opening.person)
    return InclusionProof(
        entry_id=entry.id,
        entry_text=text,
        month=leaf.month,
        leaf_index=leaf.leaf_index,
        size=checkpoint.size,
        root=checkpoint.root,
        path=path,
        sealed_at=checkpoint.sealed_at,
        note=checkpoint.note + "".join(f"{line}\n" for _, line in signers),
        witnesses=[name for name, _ in signers],
        matter=_matter_state(entry, opening),
        person=_person_state(entry, opening),
        matter_salt=entry.matter_salt,
        matter_text=None if opening is None else canonical(opening.matter),
        person_salt=entry.person_salt,
        person_text=person,
    )


def _text(entry: LedgerEntry, opening: Opening | None) -> str:
    hashes = (entry.matter_hash, entry.person_hash)
    texts = [entry_text(entry.id, entry.happened_at, entry.subject, *hashes)]
    if opening is not None:
        texts.append(entry_text(entry.id, opening.happened_at, entry.subject, *hashes))
    return next(
        (text for text in texts if merkle.leaf_hash(text.encode()) == entry.leaf_hash), texts[0]
    )


def _path(leaf: LedgerLeaf, checkpoint: LedgerCheckpoint, text: str) -> Sequence[bytes]:
    tree = queries.tree(leaf.month, checkpoint.size)
    try:
        path = merkle.inclusion_proof(leaf.leaf_index, checkpoint.size, tree.hash_of)
    except (LookupError, ValueError) as error:
        raise LedgerBroken(f"台账 {leaf.month} 的节点不完整，无法给出证明。") from error
    found = merkle.leaf_hash(text.encode())
    if not merkle.verify_inclusion(found, leaf.leaf_index, checkpoint.size, path, checkpoint.root):
        raise LedgerBroken("这条存证与已签名的台账不一致，请联系信用办和审计人员核查。")
    return path


def _matter_state(entry: LedgerEntry, opening: Opening | None) -> OpeningState:
    if opening is None:
        return OpeningState.MISSING
    fits = commitment(entry.matter_salt, canonical(opening.matter)) == entry.matter_hash
    same_time = opening.happened_at == entry.happened_at
    return OpeningState.MATCHES if fits and same_time else OpeningState.DIFFERS


def _person_state(entry: LedgerEntry, opening: Opening | None) -> OpeningState:
    if entry.person_salt is None:
        return OpeningState.ERASED
    if opening is None:
        return OpeningState.MISSING
    fits = commitment(entry.person_salt, canonical(opening.person)) == entry.person_hash
    return OpeningState.MATCHES if fits else OpeningState.DIFFERS


def consistency(month: str, old: int, new: int) -> Sequence[bytes]:
    """Return the proof that a month's checkpoint of `new` leaves continues the one of `old`.

    Raises:
        NotFound: we never signed one of the two.

    """
    older, newer = _signed(month, old) if old else None, _signed(month, new)
    tree = queries.tree(month, new)
    try:
        proof = merkle.consistency_proof(old, new, tree.hash_of)
    except ValueError as error:
        raise NotFound("较早的检查点必须小于较新的检查点。") from error
    except LookupError as error:
        raise LedgerBroken(f"台账 {month} 的节点不完整，无法给出证明。") from error
    old_root = older.root if older else merkle.EMPTY_ROOT
    if not merkle.verify_consistency(old, new, old_root, newer.root, proof):
        raise LedgerBroken(f"台账 {month} 的两个检查点互相矛盾。")
    return proof


def _signed(month: str, size: int) -> LedgerCheckpoint:
    checkpoint = queries.checkpoint(month, size)
    if checkpoint is None:
        raise NotFound(f"台账 {month} 没有大小为 {size} 的检查点。")
    return checkpoint


def checkpoint_note(month: str | None = None) -> str:
    """Return the newest checkpoint, of a month or of all, with the witnesses' lines."""
    checkpoint = queries.newest_checkpoint(month)
    if checkpoint is None:
        raise NotFound("还没有检查点。")
    signers = queries.cosignatures(checkpoint.month, checkpoint.size)
    return checkpoint.note + "".join(f"{line}\n" for _, line in signers)


def leaf_hashes(month: str, start: int, count: int) -> Sequence[bytes]:
    """Return leaf hashes of what is sealed, at most 4096 at once; no content, no person."""
    newest = queries.newest_checkpoint(month)
    end = min(start + min(count, MOST_LEAVES), newest.size if newest else 0)
    return list(queries.leaf_hashes(month, start, end))


def steps_for_witness(origin: str | None = None, size: int = 0) -> Sequence[WitnessStep]:
    """Return what leads a witness from the checkpoint it signed last to the newest one.

    Without an origin it knows none yet, and gets the newest alone.

    Raises:
        NotFound: we never signed such a checkpoint; who holds one has proof against us.

    """
    newest = queries.newest_checkpoint()
    if newest is None:
        return ()
    if origin is None:
        return (WitnessStep(newest.note, 0, ()),)
    segment = queries.segment_by_origin(origin)
    if segment is None:
        raise NotFound("台账里没有这个月段。")
    _signed(segment.month, size)
    later = [each for each in queries.segments() if each.month > segment.month]
    steps = [_first_step(segment, size), *(_new_month(each) for each in later)]
    return [step for step in steps if step is not None]


def _first_step(segment: LedgerSegment, size: int) -> WitnessStep | None:
    end = queries.newest_checkpoint(segment.month)
    if end is None or end.size == size:
        return None
    return WitnessStep(end.note, size, consistency(segment.month, size, end.size))


def _new_month(segment: LedgerSegment) -> WitnessStep | None:
    end = queries.newest_checkpoint(segment.month)
    if end is None:
        return None
    tree = queries.tree(segment.month, end.size)
    path = merkle.inclusion_proof(0, end.size, tree.hash_of)
    return WitnessStep(end.note, 0, (), segment.header, path)
