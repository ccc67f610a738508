"""Which authorizations there is something to tell about: one statement for each kind.

Every statement leaves out what was told already, by the key of the message, so that in a steady
state it returns nothing however many authorizations there are. The rows are fetched whole: the
table that a statement leaves out by must not grow beneath it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus
from xinyidai.consents.models import Consent, PurposeTemplate
from xinyidai.consents.queries import GONE, NOBODY
from xinyidai.consents.values import RefusalReason, TemplateState
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Department, Institution
from xinyidai.institutions.values import DepartmentKind, InstitutionKind, InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Topic

R = RefusalReason

# What suspends by itself, as `queries.standing` decides it for one consent.
CAUSES: Mapping[RefusalReason, ColumnElement[bool]] = {
    R.INSTITUTION_SUSPENDED: Institution.status != InstitutionStatus.ACTIVE,
    R.ENTERPRISE_INACTIVE: Enterprise.status.in_(GONE),
    R.OFFICER_LEFT: and_(
        Consent.officer_account_id.is_not(None), Account.status != AccountStatus.ACTIVE
    ),
    R.REPRESENTATIVE_CHANGED: Consent.representative_name
    != func.coalesce(Enterprise.legal_representative, NOBODY),
    R.PURPOSE_WITHDRAWN: ~exists().where(
        PurposeTemplate.code == Consent.purpose, PurposeTemplate.state == TemplateState.ACTIVE
    ),
}


@dataclass(frozen=True)
class Due:
    """One authorization with the names that a message about it needs."""

    consent_id: UUID
    consent_no: str
    purpose: str
    valid_until: date
    enterprise_id: UUID
    firm: str
    institution_id: UUID | None
    bank: str | None
    kind: InstitutionKind | None


@dataclass(frozen=True)
class Holding:
    """How many live authorizations a firm has given, and to whom; None is the platform."""

    enterprise_id: UUID
    count: int
    banks: tuple[str | None, ...]


def newly_suspended(cause: RefusalReason, key: str) -> Sequence[Due]:
    """Return the consents that a fact suspends and nobody was told of under `key` + id."""
    return _due(_parties().where(*_open(), CAUSES[cause]), key)


def no_longer_suspended(cause: RefusalReason, key: str) -> Sequence[tuple[Due, bool]]:
    """Return those once told under `key` + id whose cause is over; the flag: it is in force again.

    One that ended meanwhile comes as well, so that its key is given up.
    """
    suspended = and_(*_open(), _is_so(CAUSES[cause]))
    in_force = and_(*_open(), *(~_is_so(condition) for condition in CAUSES.values()))
    statement = (
        _parties()
        .add_columns(in_force)
        .join(Notification, Notification.dedupe_key == _key(key))
        .where(
            Notification.topic == Topic.CONSENT_SUSPENDED,
            Notification.dedupe_key.is_not(None),
            ~suspended,
        )
    )
    return [(Due(*facts), again) for *facts, again in db.session.execute(statement)]


def expiring(first: date, last: date, key: str) -> Sequence[Due]:
    """Return the consents whose last day lies in a span that is shorter than their whole life."""
    statement = _parties().where(
        *_open(),
        Consent.valid_until.between(first, last),
        Consent.valid_until - Consent.valid_from > (last - clock.today()).days,
    )
    return _due(statement, key)


def waiting_since(before: datetime, key: str) -> Sequence[Due]:
    """Return the requests that a firm has left unanswered since before a moment."""
    statement = _parties().where(
        Consent.requested_at < before,
        Consent.granted_at.is_(None),
        Consent.declined_at.is_(None),
        Consent.ended_at.is_(None),
        Consent.revoked_at.is_(None),
        Consent.valid_until >= clock.today(),
        Enterprise.status.not_in(GONE),
    )
    return _due(statement, key)


def templates_to_review(key: str) -> Sequence[Row[UUID, str, int, UUID]]:
    """Return waiting templates with each credit office: id, code, version, id of the office."""
    told = literal(key) + cast(PurposeTemplate.id, Text) + ":" + cast(Department.id, Text)
    statement = (
        select(PurposeTemplate.id, PurposeTemplate.code, PurposeTemplate.version, Department.id)
        .join(Department, Department.kind == DepartmentKind.CREDIT_OFFICE)
        .where(
            PurposeTemplate.state == TemplateState.UNDER_REVIEW,
            ~exists().where(Notification.dedupe_key == told),
        )
    )
    return db.session.execute(statement).all()


def holdings_before(moment: datetime, key: str) -> Sequence[Holding]:
    """Return the firms with live consents, one of them given before the moment, not told yet."""
    told = literal(key) + cast(Consent.enterprise_id, Text)
    rows = db.session.execute(
        select(
            Consent.enterprise_id,
            func.count(),
            func.array_agg(Institution.short_name.distinct()),
        )
        .outerjoin(Institution, Institution.id == Consent.institution_id)
        .where(*_open(), ~exists().where(Notification.dedupe_key == told))
        .group_by(Consent.enterprise_id)
        .having(func.min(Consent.granted_at) < moment)
        .order_by(Consent.enterprise_id)
    )
    return [Holding(firm, count, tuple(banks)) for firm, count, banks in rows]


def _parties() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Consent.id,
            Consent.consent_no,
            Consent.purpose,
            Consent.valid_until,
            Consent.enterprise_id,
            Enterprise.name,
            Consent.institution_id,
            Institution.name,
            Institution.kind,
        )
        .join(Enterprise, Enterprise.id == Consent.enterprise_id)
        .outerjoin(Institution, Institution.id == Consent.institution_id)
        .outerjoin(Account, Account.id == Consent.officer_account_id)
    )


def _open() -> tuple[ColumnElement[bool], ...]:
    """Return what makes a consent in force but for the facts that suspend by themselves."""
    return (
        Consent.granted_at.is_not(None),
        Consent.declined_at.is_(None),
        Consent.suspended_at.is_(None),
        Consent.revoked_at.is_(None),
        Consent.ended_at.is_(None),
        Consent.valid_until >= clock.today(),
        or_(Consent.max_uses.is_(None), Consent.use_count < Consent.max_uses),
    )


def _due(statement: Select[*tuple[Any, ...]], key: str) -> Sequence[Due]:
    fresh = statement.where(~exists().where(Notification.dedupe_key == _key(key)))
    return [Due(*row) for row in db.session.execute(fresh)]


def _key(key: str) -> ColumnElement[str]:
    return literal(key) + cast(Consent.id, Text)


def _is_so(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition with what is not known taken as false."""
    return func.coalesce(condition, literal(value=False))
