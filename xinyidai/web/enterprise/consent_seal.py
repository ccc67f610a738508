"""The platform's signature under an authorization, in words; checked when the page is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xinyidai.consents.models import Consent, ConsentEvent
from xinyidai.consents.service import artefact
from xinyidai.consents.values import ConsentAction
from xinyidai.kernel.settings import Algorithm
from xinyidai.web.chrome import format_moment

SIGNINGS = frozenset({ConsentAction.GRANT, ConsentAction.CONFIRM})
ALGORITHMS: Mapping[Algorithm, str] = {Algorithm.ED25519: "Ed25519", Algorithm.SM2: "国密 SM2"}
CODE_LENGTH = 16


@dataclass(frozen=True)
class Seal:
    """What is said of the signature; `code` opens the public check page."""

    sentence: str
    is_whole: bool
    digest: str
    code: str
    text: str


def seal_of(consent: Consent, events: Sequence[ConsentEvent]) -> Seal | None:
    """Check the signature now; None before anything is signed."""
    if consent.granted_at is None:
        return None
    whole = artefact.is_whole(consent)
    digest = consent.artefact_hash or ""
    return Seal(
        _seal_words(consent, events, whole=whole),
        whole,
        digest,
        digest[:CODE_LENGTH],
        consent.artefact or "",
    )


def _seal_words(consent: Consent, events: Sequence[ConsentEvent], *, whole: bool) -> str:
    verdict = "内容与签名一致" if whole else "内容与签名不一致"
    if consent.signature_key_id is None or consent.signature_algorithm is None:
        return f"这份授权没有平台签名；{verdict}。"
    signed = [event.happened_at for event in events if event.action in SIGNINGS]
    at = format_moment(max(signed, default=consent.granted_at))
    kind = ALGORITHMS[Algorithm(consent.signature_algorithm)]
    return f"平台用密钥 {consent.signature_key_id}（{kind}）于 {at} 签名；{verdict}。"
