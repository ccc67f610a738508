"""The proof of one entry of the evidence log in words, 验证: computed anew for each page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from xinyidai.kernel import clock
from xinyidai.kernel.errors import NotFound
from xinyidai.ledger import service as ledger
from xinyidai.ledger.service import LedgerBroken
from xinyidai.ledger.values import InclusionProof, OpeningState
from xinyidai.web.chrome import format_moment
from xinyidai.web.note_check import CheckedNote, check_note

SOON = timedelta(minutes=5)
CALL = "请保存本页，并联系信用办和审计人员核查。"
OPENING_WORDS = {
    OpeningState.MATCHES: "与存证时一致",
    OpeningState.ERASED: "已依法删除，证明不受影响",
    OpeningState.DIFFERS: "与存证时不一致，已被改动",
    OpeningState.MISSING: "找不到对应的记录，已被删除",
}
GOOD = frozenset({OpeningState.MATCHES, OpeningState.ERASED})


@dataclass(frozen=True)
class Step:
    """One step of the proof: what was checked, what came out, and whether it is in order.

    `awaited` says what is still to come; such a step proves nothing yet and breaks nothing.
    """

    title: str
    text: str
    is_fine: bool = True
    digest: str = ""
    awaited: str = ""


@dataclass(frozen=True)
class ProofView:
    """The whole proof; `verdict` is one of waiting, fine, broken."""

    verdict: str
    headline: str
    text: str = ""
    steps: Sequence[Step] = field(default_factory=tuple)

    @property
    def is_fine(self) -> bool:
        """Tell whether every step is in order."""
        return self.verdict == "fine"


def check(entry_id: UUID, happened_at: datetime) -> ProofView:
    """Check an entry now and say step by step what came out; never raises for a broken log."""
    try:
        proof = ledger.proof_of(entry_id)
    except NotFound:
        return _broken(
            "这条记录没有存证",
            f"台账里没有与这条记录对应的存证，记录可能被补写或存证被删除。{CALL}",
        )
    except LedgerBroken as error:
        return _broken("验证没有通过：台账与自己的签名不一致", f"{error.message}{CALL}")
    if proof is None:
        return _waiting(happened_at)
    steps = _steps(proof, check_note(proof.note))
    if all(step.is_fine for step in steps):
        text = "下面每一步都在打开本页时重新计算过。"
        return ProofView("fine", "验证通过：这条记录从存证起没有被改过", text, steps)
    return ProofView("broken", "验证没有通过：这条记录与存证不一致", CALL, steps)


def document_of(entry_id: UUID) -> dict[str, Any] | None:
    """Return the proof as a JSON document, or None while the entry waits.

    Raises:
        NotFound: there is no entry.
        LedgerBroken: the log contradicts itself.

    """
    proof = ledger.proof_of(entry_id)
    if proof is None:
        return None
    return {
        **proof.as_document(),
        "entry_id": str(proof.entry_id),
        "month": proof.month,
        "root": proof.root.hex(),
        "witnesses": list(proof.witnesses),
        "keys": ledger.public_keys(),
    }


def _broken(headline: str, text: str) -> ProofView:
    return ProofView("broken", headline, text)


def _waiting(happened_at: datetime) -> ProofView:
    if clock.now() - happened_at > SOON:
        return ProofView(
            "waiting",
            "还没有封存",
            "通常一分钟内封存，这条已经超时。请稍后再看；一直如此请联系信用办。",
        )
    return ProofView("waiting", "等待封存，约一分钟", "记录已经写入，封存后就能验证。")


def _steps(proof: InclusionProof, note: CheckedNote | None) -> list[Step]:
    return [_contents(proof), _place(proof), _signature(proof, note), _cosignatures(note)]


def _contents(proof: InclusionProof) -> Step:
    person = "" if proof.person is OpeningState.MATCHES else "，查看人员"
    words = f"本页显示的内容{OPENING_WORDS[proof.matter]}"
    if person:
        words += f"{person}{OPENING_WORDS[proof.person]}"
    return Step(
        "本页内容算出这个摘要",
        f"{words}。",
        proof.matter in GOOD - {OpeningState.ERASED} and proof.person in GOOD,
        proof.entry_text.rpartition(" ")[0].rpartition(" ")[2],
    )


def _place(proof: InclusionProof) -> Step:
    return Step(
        f"它排在 {proof.month} 月段的第 {proof.leaf_index} 条",
        f"这一条用 {len(proof.path)} 个摘要与整个月段连在一起，连算的结果与下一步的总摘要相同。",
    )


def _signature(proof: InclusionProof, note: CheckedNote | None) -> Step:
    title = f"含 {proof.size} 条的月段有这个总摘要，平台已签名"
    is_same = note is not None and (note.size, note.root) == (proof.size, proof.root)
    if note is None or not is_same or not note.is_signed:
        return Step(title, "平台的签名与月段对不上。", is_fine=False, digest=proof.root.hex())
    at = format_moment(proof.sealed_at)
    return Step(
        title, f"平台用密钥 {note.signers[0]} 于 {at} 签名，签名有效。", digest=proof.root.hex()
    )


def _cosignatures(note: CheckedNote | None) -> Step:
    title = "见证方联名"
    if note is None or not note.witnesses:
        text = "还没有见证方签名；目前只有平台自己的签名。"
        return Step(title, text, awaited="等待见证")
    named = "；".join(f"{name}（{format_moment(at)}）" for name, at in note.witnesses)
    return Step(title, f"{named}也签了同一个总摘要，平台不能单方面改写。")
