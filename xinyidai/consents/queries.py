"""Read consents; states are derived, so lists by state are narrowed by facts first."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, or_, select

from xinyidai.consents.models import Consent
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.db import db

GONE = (RegistrationStatus.CANCELLED, RegistrationStatus.REVOKED)
LARGEST_LIST = 100


def of_enterprise(
    enterprise_id: UUID, *, limit: int = LARGEST_LIST, offset: int = 0
) -> Sequence[Consent]:
    """Return a firm's consents, newest first."""
    return _page(select(Consent).where(Consent.enterprise_id == enterprise_id), limit, offset)


def of_institution(
    institution_id: UUID, *, limit: int = LARGEST_LIST, offset: int = 0
) -> Sequence[Consent]:
    """Return an institution's consents, newest first."""
    return _page(select(Consent).where(Consent.institution_id == institution_id), limit, offset)


def pending_of_enterprise(enterprise_id: UUID) -> Sequence[Consent]:
    """Return the requests that wait for the firm's answer, oldest first."""
    statement = (
        select(Consent)
        .where(
            Consent.enterprise_id == enterprise_id,
            Consent.requested_at.is_not(None),
            Consent.granted_at.is_(None),
            Consent.declined_at.is_(None),
            Consent.ended_at.is_(None),
            Consent.valid_until >= clock.today(),
        )
        .order_by(Consent.requested_at, Consent.id)
    )
    return db.session.scalars(statement).all()


def active_for(enterprise_id: UUID, institution_id: UUID | None, purpose: str) -> Consent | None:
    """Return the live consent with the latest end for this pair and purpose, or None."""
    statement = (
        _live()
        .where(
            Consent.enterprise_id == enterprise_id,
            Consent.institution_id == institution_id
            if institution_id is not None
            else Consent.institution_id.is_(None),
            Consent.purpose == purpose,
        )
        .order_by(Consent.valid_until.desc(), Consent.id.desc())
        .limit(1)
    )
    return db.session.scalars(statement).first()


def active_of_institution(institution_id: UUID, purpose: str) -> Sequence[Consent]:
    """Return the live consents an institution holds for a purpose, soonest end first."""
    statement = (
        _live()
        .where(Consent.institution_id == institution_id, Consent.purpose == purpose)
        .order_by(Consent.valid_until, Consent.id)
    )
    return db.session.scalars(statement).all()


def consenting_to_platform(purpose: str) -> Sequence[UUID]:
    """Return the firms with a live consent to the platform itself, for example 模型训练."""
    live = _live().where(Consent.institution_id.is_(None), Consent.purpose == purpose)
    statement = live.with_only_columns(Consent.enterprise_id).distinct()
    return db.session.scalars(statement.order_by(Consent.enterprise_id)).all()


def standing(consents: Sequence[Consent]) -> dict[UUID, tuple[bool, bool]]:
    """Return for each consent whether its institution and its firm are in good standing."""
    statement = (
        select(Consent.id, Institution.status, Enterprise.status)
        .join(Enterprise, Enterprise.id == Consent.enterprise_id)
        .outerjoin(Institution, Institution.id == Consent.institution_id)
        .where(Consent.id.in_([consent.id for consent in consents]))
    )
    return {
        consent_id: (institution in {None, InstitutionStatus.ACTIVE}, enterprise not in GONE)
        for consent_id, institution, enterprise in db.session.execute(statement)
    }


def locked(consent_id: UUID) -> Consent | None:
    """Return the consent as it stands now, locked until the transaction ends."""
    statement = (
        select(Consent)
        .where(Consent.id == consent_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).one_or_none()


def find(consent_id: UUID) -> Consent | None:
    """Return the consent as it stands now."""
    statement = (
        select(Consent).where(Consent.id == consent_id).execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).one_or_none()


def _live() -> Select[Consent]:
    day = clock.today()
    return (
        select(Consent)
        .join(Enterprise, Enterprise.id == Consent.enterprise_id)
        .outerjoin(Institution, Institution.id == Consent.institution_id)
        .where(
            Consent.granted_at.is_not(None),
            Consent.suspended_at.is_(None),
            Consent.revoked_at.is_(None),
            Consent.ended_at.is_(None),
            Consent.valid_from <= day,
            Consent.valid_until >= day,
            or_(Consent.max_uses.is_(None), Consent.use_count < Consent.max_uses),
            Enterprise.status.not_in(GONE),
            or_(
                Consent.institution_id.is_(None),
                Institution.status == InstitutionStatus.ACTIVE,
            ),
        )
    )


def _page(statement: Select[Consent], limit: int, offset: int) -> Sequence[Consent]:
    ordered = statement.order_by(Consent.created_at.desc(), Consent.id.desc())
    return db.session.scalars(ordered.limit(limit).offset(offset)).all()
