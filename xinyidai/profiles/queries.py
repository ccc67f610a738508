"""Reading snapshots, register facts and distributions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound
from xinyidai.profiles.models import IndustryDistribution, ProfileSnapshot
from xinyidai.profiles.values import Distribution, FirmFacts

WHOLE = "all"


def get_firm(enterprise_id: UUID) -> Enterprise:
    """Return the firm as the database has it now, or raise `NotFound`."""
    db.session.flush()  # a refresh would drop what is not flushed
    firm = db.session.get(Enterprise, enterprise_id, populate_existing=True)
    if firm is None:
        raise NotFound("没有找到这家企业的信息。")
    return firm


def firm_facts(firm: Enterprise) -> FirmFacts:
    """Return what the register says about a firm, as the engines take it."""
    return FirmFacts(
        firm.id,
        firm.established_on,
        firm.registered_capital_fen,
        firm.employees,
        firm.revenue_fen,
    )


def list_firms(enterprise_ids: Collection[UUID] | None) -> Sequence[tuple[FirmFacts, str, int]]:
    """Return register facts, code and facts version of the firms (`None`: every firm), by id."""
    statement = select(
        Enterprise.id,
        Enterprise.established_on,
        Enterprise.registered_capital_fen,
        Enterprise.employees,
        Enterprise.revenue_fen,
        Enterprise.uscc,
        Enterprise.facts_version,
    ).order_by(Enterprise.id)
    if enterprise_ids is not None:
        # One array instead of one parameter each: a city has more firms than a statement may.
        chosen = literal(list(enterprise_ids), ARRAY(Uuid))
        statement = statement.where(Enterprise.id == any_(chosen))
    rows = db.session.execute(statement)
    return [(FirmFacts(*row[:5]), row.uscc, row.facts_version) for row in rows]


def count_firms() -> int:
    """Return the number of firms."""
    return db.session.execute(select(func.count()).select_from(Enterprise)).scalar_one()


def lacking_profile(
    day: date, dictionary_version: str, since: datetime, limit: int | None = None
) -> Sequence[UUID]:
    """Return the firms without a whole profile of the day on present facts, built since then."""
    built = (
        select(ProfileSnapshot.id)
        .where(
            ProfileSnapshot.enterprise_id == Enterprise.id,
            ProfileSnapshot.scope == WHOLE,
            ProfileSnapshot.as_of == day,
            ProfileSnapshot.facts_version == Enterprise.facts_version,
            ProfileSnapshot.dictionary_version == dictionary_version,
            ProfileSnapshot.created_at >= since,
        )
        .exists()
    )
    statement = select(Enterprise.id).where(~built).order_by(Enterprise.id).limit(limit)
    return db.session.scalars(statement).all()


def invented_firms() -> frozenset[UUID]:
    """Return the firms whose codes were made for data without codes: nobody's real data."""
    statement = select(Enterprise.id).where(Enterprise.code_invented)
    return frozenset(db.session.scalars(statement))


def find_snapshot(key: Mapping[str, Any]) -> ProfileSnapshot | None:
    """Return the snapshot with exactly these columns, newest first."""
    statement = select(ProfileSnapshot).filter_by(**key)
    return db.session.scalars(_newest_first(statement).limit(1)).one_or_none()


def get_snapshot(key: Mapping[str, Any]) -> ProfileSnapshot:
    """Return the one snapshot with exactly these columns, or raise `NotFound`."""
    snapshot = find_snapshot(key)
    if snapshot is None:
        raise NotFound("没有找到这份企业画像。")
    return snapshot


def distributions_for(firm: Enterprise, dictionary_version: str) -> dict[str, Distribution]:
    """Return the newest distributions among the firm's peers, by indicator; none when too few."""
    if firm.section is None or firm.scale is None:
        return {}
    group = (
        IndustryDistribution.dictionary_version == dictionary_version,
        IndustryDistribution.section == firm.section,
        IndustryDistribution.scale == firm.scale.value,
    )
    newest = select(func.max(IndustryDistribution.as_of)).where(*group).scalar_subquery()
    statement = select(IndustryDistribution).where(*group, IndustryDistribution.as_of == newest)
    return {
        row.indicator: Distribution(row.points, row.peers) for row in db.session.scalars(statement)
    }


def newest_of_day(as_of: date, dictionary_version: str) -> Select[*tuple[Any, ...]]:
    """Select firm and indicators of the newest whole snapshot each firm has for a day."""
    return (
        select(ProfileSnapshot.enterprise_id, ProfileSnapshot.indicators)
        .where(
            ProfileSnapshot.as_of == as_of,
            ProfileSnapshot.scope == WHOLE,
            ProfileSnapshot.dictionary_version == dictionary_version,
        )
        .ext(distinct_on(ProfileSnapshot.enterprise_id))
        .order_by(
            ProfileSnapshot.enterprise_id,
            ProfileSnapshot.facts_version.desc(),
            ProfileSnapshot.created_at.desc(),
        )
    )


def _newest_first(statement: Select[ProfileSnapshot]) -> Select[ProfileSnapshot]:
    return statement.order_by(
        ProfileSnapshot.as_of.desc(),
        ProfileSnapshot.facts_version.desc(),
        ProfileSnapshot.created_at.desc(),
    )
