"""Read the places of banks in financing needs, 名额, and which banks come next."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, column, exists, func, or_, select, table

from xinyidai.accounts.models import Account
from xinyidai.consents.models import Consent
from xinyidai.enterprises.models import Enterprise
from xinyidai.financing_needs.models import FinancingNeed, NeedOffer
from xinyidai.financing_needs.values import OPEN_OFFERS, OfferEnd, OfferState
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionKind, InstitutionStatus
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.matching.models import ProductMatchRow
from xinyidai.products.models import LoanProduct, ProductVersion
from xinyidai.products.values import Outcome
from xinyidai.whitelist.priority_queries import has_priority

# The slice of applications lies above; by its name the table says whether one rests on a consent.
APPLICATIONS = table("loan_application", column("consent_id"))


@dataclass(frozen=True)
class OfferRow:
    """A bank's place with need, firm, bank and the officer's phone."""

    offer: NeedOffer
    need: FinancingNeed
    enterprise: Enterprise
    institution: Institution
    officer_phone: str | None


@dataclass(frozen=True)
class BestBank:
    """A bank whose product fits a need, in the public order of matching."""

    institution_id: UUID
    product_version_id: UUID


def due_need_ids(on: date, *, limit: int = 200) -> Sequence[UUID]:
    """Return needs in which a place waits for a signature, is past its day, or lost its ground.

    That is its bank, or the authorization that it rests on.
    """
    over = (Consent.revoked_at, Consent.declined_at, Consent.ended_at)
    statement = (
        select(NeedOffer.need_id)
        .join(Institution, Institution.id == NeedOffer.institution_id)
        .outerjoin(Consent, Consent.id == NeedOffer.consent_id)
        .where(
            NeedOffer.state.in_(OPEN_OFFERS),
            or_(
                NeedOffer.due_on < on,
                Institution.status != InstitutionStatus.ACTIVE,
                (NeedOffer.state == OfferState.CLAIMED) & NeedOffer.consent_id.is_not(None),
                *(moment.is_not(None) for moment in over),
            ),
        )
        .distinct()
        .order_by(NeedOffer.need_id)
    )
    return db.session.scalars(statement.limit(limit)).all()


def need_resting_on(consent_id: UUID) -> UUID | None:
    """Return the need in which a bank holds a place by this authorization, or None."""
    return db.session.scalar(
        select(NeedOffer.need_id).where(
            NeedOffer.consent_id == consent_id, NeedOffer.state.in_(OPEN_OFFERS)
        )
    )


def offers_of(need_id: UUID) -> Sequence[NeedOffer]:
    """Return all places of a need, oldest first."""
    return db.session.scalars(
        select(NeedOffer)
        .where(NeedOffer.need_id == need_id)
        .order_by(NeedOffer.offered_at, NeedOffer.id)
    ).all()


def offer_rows_of(need_id: UUID) -> list[OfferRow]:
    """Return all places of a need with the banks' names, oldest first."""
    statement = _offer_rows().where(NeedOffer.need_id == need_id)
    found = db.session.execute(statement.order_by(NeedOffer.offered_at, NeedOffer.id))
    return [OfferRow(*row) for row in found]


def offers_of_bank(need_id: UUID, institution_id: UUID) -> Sequence[NeedOffer]:
    """Return a bank's places in a need, newest first; at most one of them is open."""
    return db.session.scalars(
        select(NeedOffer)
        .where(NeedOffer.need_id == need_id, NeedOffer.institution_id == institution_id)
        .order_by(NeedOffer.offered_at.desc(), NeedOffer.id.desc())
    ).all()


def institution_names(ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the short names of institutions."""
    found = db.session.execute(
        select(Institution.id, Institution.short_name).where(Institution.id.in_(ids))
    )
    return {row.id: row.short_name for row in found}


def rests_application_on(consent_id: UUID) -> bool:
    """Tell whether a loan application rests on this authorization."""
    statement = select(exists().where(APPLICATIONS.c.consent_id == consent_id))
    return bool(db.session.scalar(statement))


def waiting_for_firm(enterprise_id: UUID) -> Sequence[UUID]:
    """Return the needs of a firm at which a bank waits for its answer, once for each bank."""
    statement = (
        select(NeedOffer.need_id)
        .join(FinancingNeed, FinancingNeed.id == NeedOffer.need_id)
        .where(
            FinancingNeed.enterprise_id == enterprise_id,
            NeedOffer.state == OfferState.CLAIMED,
            NeedOffer.consent_id.is_(None),
        )
        .order_by(NeedOffer.due_on, NeedOffer.id)
    )
    return db.session.scalars(statement).all()


def count_held(institution_id: UUID) -> int:
    """Count the places a bank holds now."""
    return _count(
        select(NeedOffer.id).where(
            NeedOffer.institution_id == institution_id, NeedOffer.state.in_(OPEN_OFFERS)
        )
    )


def offers_held(
    institution_id: UUID, states: Collection[OfferState], page: Page
) -> tuple[list[OfferRow], int]:
    """Return a bank's places and how many there are: whitelisted firms first, then by time left.

    Only firms that have authorized the bank count as such: before, even that would tell of them.
    """
    statement = _offer_rows().where(
        NeedOffer.institution_id == institution_id, NeedOffer.state.in_(states)
    )
    total = _count(statement.with_only_columns(NeedOffer.id))
    found = db.session.execute(
        statement.order_by(
            (
                NeedOffer.priority_entry_id.is_not(None) & has_priority(FinancingNeed.enterprise_id)
            ).desc(),
            NeedOffer.due_on.nulls_last(),
            NeedOffer.offered_at.desc(),
            NeedOffer.id,
        )
        .offset(page.offset)
        .limit(page.size)
    )
    return [OfferRow(*row) for row in found], total


@dataclass(frozen=True)
class BankRecord:
    """How often each thing of `marks` is true of a bank's places, 办理记录."""

    institution: Institution
    counts: Mapping[str, int]


LATE_MARKS = ("overdue", "released", "not_taken", "denied")


def marks(on: date) -> dict[str, ColumnElement[bool]]:
    """Return what is counted of a bank's places: whether and when it made contact."""
    return {
        "authorized": NeedOffer.authorized_at.is_not(None),
        "contacted": NeedOffer.contacted_at.is_not(None),
        "overdue": (NeedOffer.state == OfferState.AUTHORIZED) & (NeedOffer.due_on < on),
        "released": NeedOffer.end_reason == OfferEnd.NOT_CONTACTED,
        "not_taken": NeedOffer.end_reason == OfferEnd.NOT_TAKEN,
        "denied": NeedOffer.firm_confirms.is_(False),
    }


def bank_records(on: date) -> list[BankRecord]:
    """Return for each bank that ever had a place how it kept to the terms, the worst first."""
    counted = {name: func.count().filter(mark) for name, mark in marks(on).items()}
    statement = (
        select(Institution, *counted.values())
        .join(NeedOffer, NeedOffer.institution_id == Institution.id)
        .group_by(Institution.id)
        .order_by((counted["overdue"] + counted["released"]).desc(), Institution.code)
    )
    return [
        BankRecord(bank, dict(zip(counted, numbers, strict=True)))
        for bank, *numbers in db.session.execute(statement)
    ]


def marked_offers(
    wanted: Collection[str], institution_id: UUID | None, on: date, page: Page
) -> tuple[list[OfferRow], int]:
    """Return the places of which one of the marks is true, of one bank or all, newest first."""
    known = marks(on)
    statement = _offer_rows().where(or_(*(known[name] for name in wanted)))
    if institution_id is not None:
        statement = statement.where(NeedOffer.institution_id == institution_id)
    total = _count(statement.with_only_columns(NeedOffer.id))
    found = db.session.execute(
        statement.order_by(NeedOffer.offered_at.desc(), NeedOffer.id)
        .offset(page.offset)
        .limit(page.size)
    )
    return [OfferRow(*row) for row in found], total


def best_banks(run_id: UUID, *, without: Collection[UUID]) -> list[BestBank]:
    """Return the active banks whose products do not refuse the firm, in the order of the run."""
    statement = (
        select(LoanProduct.institution_id, ProductVersion.id)
        .join(ProductVersion, ProductVersion.product_id == LoanProduct.id)
        .join(ProductMatchRow, ProductMatchRow.product_version_id == ProductVersion.id)
        .join(Institution, Institution.id == LoanProduct.institution_id)
        .where(
            ProductMatchRow.run_id == run_id,
            ProductMatchRow.outcome != Outcome.INELIGIBLE,
            Institution.status == InstitutionStatus.ACTIVE,
            Institution.kind == InstitutionKind.BANK,
            Institution.id.not_in(without),
        )
        .order_by(ProductMatchRow.rank)
    )
    best: dict[UUID, BestBank] = {}
    for bank, version in db.session.execute(statement):
        best.setdefault(bank, BestBank(bank, version))
    return list(best.values())


def lenders(*, without: Collection[UUID] = ()) -> Sequence[Institution]:
    """Return the active banks by code."""
    statement = (
        select(Institution)
        .where(
            Institution.kind == InstitutionKind.BANK,
            Institution.status == InstitutionStatus.ACTIVE,
            Institution.id.not_in(without),
        )
        .order_by(Institution.code)
    )
    return db.session.scalars(statement).all()


def _offer_rows() -> Select[NeedOffer, FinancingNeed, Enterprise, Institution, str | None]:
    return (
        select(NeedOffer, FinancingNeed, Enterprise, Institution, Account.phone)
        .join(FinancingNeed, FinancingNeed.id == NeedOffer.need_id)
        .join(Enterprise, Enterprise.id == FinancingNeed.enterprise_id)
        .join(Institution, Institution.id == NeedOffer.institution_id)
        .outerjoin(Account, Account.id == NeedOffer.officer_account_id)
    )


def _count(statement: Select[UUID]) -> int:
    return db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
