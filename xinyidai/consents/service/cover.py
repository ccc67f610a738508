"""Whether a consent covers a look, decided on a locked row, and how a use is spent."""

from collections.abc import Collection, Sequence
from uuid import UUID

from xinyidai.consents import policies, queries, rules
from xinyidai.consents.models import Consent
from xinyidai.consents.values import (
    REFUSAL_SENTENCES,
    ConsentFacts,
    ConsentState,
    RefusalReason,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Forbidden, NotFound


class ConsentRefused(Forbidden):
    """No live authorization covers this look; `reasons` names every cause."""

    default_code = "consent_refused"

    def __init__(self, reasons: Sequence[RefusalReason]) -> None:
        """Keep the codes for programs and one sentence for each of them."""
        self.reasons = tuple(reasons)
        super().__init__(
            "".join(REFUSAL_SENTENCES[reason] for reason in self.reasons),
            details={"reasons": [str(reason) for reason in self.reasons]},
        )


def get_consent(actor: Actor, consent_id: UUID) -> Consent:
    """Return a consent of the actor's own party, or raise `NotFound`."""
    consent = queries.find(consent_id)
    if consent is None:
        raise NotFound("没有找到这份授权。")
    policies.require_sight(actor, consent)
    return consent


def facts_of(consent: Consent) -> ConsentFacts:
    """Return the facts of one consent with both parties' standing as it is now."""
    institution_active, enterprise_active = queries.standing([consent])[consent.id]
    return consent.facts(institution_active=institution_active, enterprise_active=enterprise_active)


def state_of(consent: Consent) -> ConsentState:
    """Return the state of one consent now."""
    return rules.state_at(facts_of(consent), clock.now())


def states_of(consents: Sequence[Consent]) -> dict[UUID, ConsentState]:
    """Return the states of many consents now, with one query for the parties' standing."""
    standing = queries.standing(consents)
    moment = clock.now()
    return {
        consent.id: rules.state_at(
            consent.facts(
                institution_active=standing[consent.id][0],
                enterprise_active=standing[consent.id][1],
            ),
            moment,
        )
        for consent in consents
    }


def lock_for_use(consent_id: UUID) -> Consent:
    """Return the consent, locked until the transaction ends, or raise `NotFound`."""
    consent = queries.locked(consent_id)
    if consent is None:
        raise NotFound("没有找到这份授权。")
    return consent


def find_refusals(
    consent: Consent, *, institution_id: UUID | None, purpose: str, items: Collection[str]
) -> list[RefusalReason]:
    """Return every reason why a locked consent does not cover the look; empty means it does."""
    return rules.covers(
        facts_of(consent),
        institution_id=institution_id,
        purpose=purpose,
        items=items,
        moment=clock.now(),
    )


def require_cover(
    consent: Consent, *, institution_id: UUID | None, purpose: str, items: Collection[str]
) -> None:
    """Raise `ConsentRefused`, with every reason, unless the locked consent covers the look."""
    reasons = find_refusals(consent, institution_id=institution_id, purpose=purpose, items=items)
    if reasons:
        raise ConsentRefused(reasons)


def still_stands(consent: Consent) -> bool:
    """Tell whether the consent is in force or merely used up, and neither revoked nor expired."""
    return not rules.reading_again_reasons(facts_of(consent), clock.now())


def require_reading_again(consent: Consent) -> None:
    """Raise `ConsentRefused` unless what was shown may be read again; used up is no reason."""
    reasons = rules.reading_again_reasons(facts_of(consent), clock.now())
    if reasons:
        raise ConsentRefused(reasons)


def spend_use(consent: Consent) -> None:
    """Count one look on a locked consent, in the transaction of that look."""
    consent.use_count += 1
    consent.last_used_at = clock.now()
    db.session.flush()
