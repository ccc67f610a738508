"""What the pages on purpose templates count."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from xinyidai.consents.models import Consent
from xinyidai.kernel import clock
from xinyidai.kernel.db import db


@dataclass(frozen=True)
class Reach:
    """How many live authorizations rest on a purpose, of how many firms and institutions."""

    consents: int
    enterprises: int
    institutions: int


def live_reach(code: str) -> Reach:
    """Count the authorizations that retiring the purpose would suspend."""
    statement = select(
        func.count(),
        func.count(Consent.enterprise_id.distinct()),
        func.count(Consent.institution_id.distinct()),
    ).where(
        Consent.purpose == code,
        Consent.granted_at.is_not(None),
        Consent.revoked_at.is_(None),
        Consent.ended_at.is_(None),
        Consent.valid_until >= clock.today(),
        or_(Consent.max_uses.is_(None), Consent.use_count < Consent.max_uses),
    )
    return Reach(*db.session.execute(statement).one())
