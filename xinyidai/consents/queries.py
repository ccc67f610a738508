"""Read consents; states are derived, so lists by state are narrowed by facts first."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select, text

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus
from xinyidai.consents.models import Consent, ConsentEvent, PurposeTemplate, SigningRule
from xinyidai.consents.values import Standing, TemplateState
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.db import db

GONE = (RegistrationStatus.CANCELLED, RegistrationStatus.REVOKED)
LARGEST_LIST = 100
# One round trip; the counts make every part run.
HOLD_PARTIES = text(
    """
    with template as (
        select id from purpose_template where code = :purpose and state = 'active' for share),
    firm as (select id from enterprise where id = :enterprise for share),
    recipient as (select id from institution where id = cast(:institution as uuid) for share),
    officer as (select id from account where id = cast(:officer as uuid) for share)
    select (select count(*) from template), (select count(*) from firm),
           (select count(*) from recipient), (select count(*) from officer)
    """
)
NOBODY = ""  # the register names no legal representative


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
    live = live_of_institution(institution_id, purpose)
    return db.session.scalars(live.order_by(Consent.valid_until, Consent.id)).all()


def live_of_institution(institution_id: UUID, purpose: str) -> Select[Consent]:
    """Select the live consents an institution holds for a purpose, joined with their firms."""
    return _live().where(Consent.institution_id == institution_id, Consent.purpose == purpose)


def consenting_to_platform(purpose: str) -> Sequence[UUID]:
    """Return the firms with a live consent to the platform itself, for example 模型训练."""
    live = _live().where(Consent.institution_id.is_(None), Consent.purpose == purpose)
    statement = live.with_only_columns(Consent.enterprise_id).distinct()
    return db.session.scalars(statement.order_by(Consent.enterprise_id)).all()


def given_to_platform(purpose: str) -> dict[UUID, Consent]:
    """Return for each firm its live consent to the platform with the latest end."""
    live = _live().where(Consent.institution_id.is_(None), Consent.purpose == purpose)
    statement = live.order_by(Consent.valid_until, Consent.id)
    return {consent.enterprise_id: consent for consent in db.session.scalars(statement)}


def standing(consents: Sequence[Consent]) -> dict[UUID, Standing]:
    """Return for each consent what is in order with its parties now."""
    statement = (
        select(
            Consent.id,
            Institution.status,
            Enterprise.status,
            Account.status,
            Consent.officer_account_id,
            or_(
                Consent.representative_name.is_(None),
                Consent.representative_name
                == func.coalesce(Enterprise.legal_representative, NOBODY),
            ),
            exists().where(
                PurposeTemplate.code == Consent.purpose,
                PurposeTemplate.state == TemplateState.ACTIVE,
            ),
        )
        .join(Enterprise, Enterprise.id == Consent.enterprise_id)
        .outerjoin(Institution, Institution.id == Consent.institution_id)
        .outerjoin(Account, Account.id == Consent.officer_account_id)
        .where(Consent.id.in_([consent.id for consent in consents]))
    )
    return {
        consent_id: Standing(
            institution_active=institution in {None, InstitutionStatus.ACTIVE},
            enterprise_active=enterprise not in GONE,
            officer_active=named is None or officer is AccountStatus.ACTIVE,
            representative_same=same,
            purpose_active=purpose,
        )
        for consent_id, institution, enterprise, officer, named, same, purpose in (
            db.session.execute(statement)
        )
    }


def hold_parties(consent: Consent) -> None:
    """Keep the rows that a look rests on from changing until the look's transaction ends.

    Whoever suspends the institution or the officer, or retires the purpose, comes wholly before
    the look or wholly after it.
    """
    db.session.execute(
        HOLD_PARTIES,
        {
            "purpose": consent.purpose,
            "enterprise": consent.enterprise_id,
            "institution": consent.institution_id,
            "officer": consent.officer_account_id,
        },
    )


def hold(consent: Consent) -> None:
    """Read a consent afresh and keep it from changing until the transaction ends."""
    statement = select(Consent).where(Consent.id == consent.id).with_for_update(read=True)
    db.session.scalars(statement.execution_options(populate_existing=True)).one()


def events_of(consent_id: UUID) -> Sequence[ConsentEvent]:
    """Return the deeds on one consent, oldest first."""
    statement = (
        select(ConsentEvent)
        .where(ConsentEvent.consent_id == consent_id)
        .order_by(ConsentEvent.happened_at, ConsentEvent.id)
    )
    return db.session.scalars(statement).all()


def consent_events(ids: Sequence[UUID]) -> Sequence[ConsentEvent]:
    """Return deeds by their ids."""
    return db.session.scalars(select(ConsentEvent).where(ConsentEvent.id.in_(ids))).all()


def event_ids_since(moment: datetime) -> Iterator[UUID]:
    """Yield the ids of all deeds from a moment on."""
    statement = select(ConsentEvent.id).where(ConsentEvent.happened_at >= moment)
    yield from db.session.scalars(statement.execution_options(yield_per=10_000))


def event_ids_of(account_id: UUID) -> Sequence[UUID]:
    """Return the ids of all deeds of one account."""
    mine = select(ConsentEvent.id).where(ConsentEvent.account_id == account_id)
    return db.session.scalars(mine).all()


def wants_two_signers(enterprise_id: UUID) -> bool:
    """Tell whether a firm wants each authorization signed by two persons."""
    statement = select(SigningRule.two_signers).where(SigningRule.enterprise_id == enterprise_id)
    return bool(db.session.scalar(statement))


def signing_rule(enterprise_id: UUID) -> SigningRule | None:
    """Return a firm's signing rule, locked; None means one signature is enough."""
    statement = select(SigningRule).where(SigningRule.enterprise_id == enterprise_id)
    return db.session.scalars(statement.with_for_update()).one_or_none()


def active_template(code: str) -> PurposeTemplate | None:
    """Return the version of a purpose's template that is in force, or None."""
    statement = select(PurposeTemplate).where(
        PurposeTemplate.code == code, PurposeTemplate.state == TemplateState.ACTIVE
    )
    return db.session.scalars(statement).one_or_none()


def active_templates() -> Sequence[PurposeTemplate]:
    """Return every template in force, by code."""
    statement = select(PurposeTemplate).where(PurposeTemplate.state == TemplateState.ACTIVE)
    return db.session.scalars(statement.order_by(PurposeTemplate.code)).all()


def templates(code: str | None = None) -> Sequence[PurposeTemplate]:
    """Return all versions of all templates or of one, newest first within a code."""
    statement = select(PurposeTemplate).order_by(
        PurposeTemplate.code, PurposeTemplate.version.desc()
    )
    if code is not None:
        statement = statement.where(PurposeTemplate.code == code)
    return db.session.scalars(statement).all()


def locked_template(template_id: UUID) -> PurposeTemplate | None:
    """Return one version of a template, locked until the transaction ends."""
    statement = (
        select(PurposeTemplate)
        .where(PurposeTemplate.id == template_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).one_or_none()


def newest_version(code: str) -> int:
    """Return the highest version number of a purpose's template; 0 when there is none."""
    statement = select(func.max(PurposeTemplate.version)).where(PurposeTemplate.code == code)
    return db.session.scalar(statement) or 0


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


def find_many(consent_ids: Collection[UUID]) -> Sequence[Consent]:
    """Return these consents as they stand now."""
    if not consent_ids:
        return []
    statement = select(Consent).where(Consent.id.in_(consent_ids))
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def _live() -> Select[Consent]:
    day = clock.today()
    return (
        select(Consent)
        .join(Enterprise, Enterprise.id == Consent.enterprise_id)
        .outerjoin(Institution, Institution.id == Consent.institution_id)
        .outerjoin(Account, Account.id == Consent.officer_account_id)
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
                Consent.representative_name.is_(None),
                Consent.representative_name
                == func.coalesce(Enterprise.legal_representative, NOBODY),
            ),
            or_(Consent.officer_account_id.is_(None), Account.status == AccountStatus.ACTIVE),
            or_(
                Consent.institution_id.is_(None),
                Institution.status == InstitutionStatus.ACTIVE,
            ),
        )
    )


def _page(statement: Select[Consent], limit: int, offset: int) -> Sequence[Consent]:
    ordered = statement.order_by(Consent.created_at.desc(), Consent.id.desc())
    return db.session.scalars(ordered.limit(limit).offset(offset)).all()
