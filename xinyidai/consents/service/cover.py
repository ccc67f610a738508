"""Whether a consent covers a look, decided on a locked row, and how a use is spent."""

from collections.abc import Sequence
from uuid import UUID

from xinyidai.consents import policies, queries, rules
from xinyidai.consents.models import Consent
from xinyidai.consents.service import artefact
from xinyidai.consents.values import (
    REFUSAL_SENTENCES,
    ConsentFacts,
    ConsentState,
    LookWish,
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
    """Return the facts of one consent with the parties' standing as it is now."""
    return consent.facts(queries.standing([consent])[consent.id])


def state_of(consent: Consent) -> ConsentState:
    """Return the state of one consent now."""
    return rules.state_at(facts_of(consent), clock.now())


def states_of(consents: Sequence[Consent]) -> dict[UUID, ConsentState]:
    """Return the states of many consents now, with one query for the parties' standing."""
    standing = queries.standing(consents)
    moment = clock.now()
    return {
        consent.id: rules.state_at(consent.facts(standing[consent.id]), moment)
        for consent in consents
    }


def lock_for_use(consent_id: UUID) -> Consent:
    """Return the consent, locked until the transaction ends, or raise `NotFound`."""
    consent = queries.locked(consent_id)
    if consent is None:
        raise NotFound("没有找到这份授权。")
    return consent


def find_refusals(consent: Consent, wish: LookWish) -> list[RefusalReason]:
    """Return every reason why a locked consent does not cover the look; empty means it does.

    The parties' rows are held until the transaction ends, so what is decided here still holds
    when the look commits.
    """
    queries.hold_parties(consent)
    reasons = rules.covers(facts_of(consent), wish, clock.now())
    if consent.granted_at is not None and not artefact.is_whole(consent):
        reasons.append(RefusalReason.ARTEFACT_BROKEN)
    return reasons


def foresee_refusals(consent: Consent, wish: LookWish) -> list[RefusalReason]:
    """Return the reasons that a look would meet now; locks nothing, decides nothing."""
    return rules.covers(facts_of(consent), wish, clock.now())


def require_cover(consent: Consent, wish: LookWish) -> None:
    """Raise `ConsentRefused`, with every reason, unless the locked consent covers the look."""
    reasons = find_refusals(consent, wish)
    if reasons:
        raise ConsentRefused(reasons)


def still_stands(consent: Consent) -> bool:
    """Tell whether the consent is in force or merely used up, and neither revoked nor expired."""
    facts = facts_of(consent)
    return not rules.reading_again_reasons(facts, clock.now(), facts.officer_account_id)


def require_reading_again(consent: Consent, actor: Actor) -> None:
    """Raise `ConsentRefused` unless the actor may read again what was shown.

    Used up is no reason; being another officer than the one the firm named is. The row is held
    until the transaction ends: who revokes comes wholly before the reading or wholly after it.
    """
    queries.hold(consent)
    reasons = rules.reading_again_reasons(facts_of(consent), clock.now(), actor.account_id)
    if not artefact.is_whole(consent):
        reasons.append(RefusalReason.ARTEFACT_BROKEN)
    if reasons:
        raise ConsentRefused(reasons)


def spend_use(consent: Consent) -> None:
    """Count one look on a locked consent, in the transaction of that look."""
    moment = clock.now()
    day, facts = clock.local(moment).date(), consent.facts()
    consent.used_in_day = facts.used_on(day) + 1
    consent.used_in_month = facts.used_in_month_of(day) + 1
    consent.window_day = day
    consent.use_count += 1
    consent.last_used_at = moment
    db.session.flush()
