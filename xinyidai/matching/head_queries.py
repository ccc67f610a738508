"""Which firms the batch has to match anew, what it reads of them, and what it keeps."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db
from xinyidai.matching.models import MatchHead, MatchRun
from xinyidai.matching.queries import profiled_on
from xinyidai.matching.ranking_rules import current_rule
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.scoring.models import ScoreHead
from xinyidai.whitelist.models import WhitelistEntry, WhitelistStep

FIRST = UUID(int=0)
Due = tuple[Enterprise, ProfileSnapshot, UUID | None]  # with the newest score


def due_firms(on: date, fingerprint: str, *, after: UUID = FIRST, limit: int) -> list[Due]:
    """Return, by id, firms whose newest places rest on something that is no longer so.

    That is another day, other facts, another profile or score, other products or rules, a step
    on a list since, or a newer wish; and firms that were never matched. Only firms with a whole
    profile of the day on their present facts can be matched at all.
    """
    statement = (
        select(Enterprise, ProfileSnapshot, ScoreHead.score_id)
        .join(ProfileSnapshot, ProfileSnapshot.enterprise_id == Enterprise.id)
        .outerjoin(ScoreHead, ScoreHead.enterprise_id == Enterprise.id)
        .outerjoin(MatchHead, MatchHead.enterprise_id == Enterprise.id)
        .where(
            Enterprise.id > after,
            *profiled_on(on),
            or_(*_outdated(on, fingerprint)),
        )
        .ext(distinct_on(Enterprise.id))
        .order_by(Enterprise.id, ProfileSnapshot.created_at.desc())
        .limit(limit)
    )
    return [(firm, profile, score) for firm, profile, score in db.session.execute(statement)]


def _outdated(on: date, fingerprint: str) -> tuple[ColumnElement[bool], ...]:
    return (
        MatchHead.enterprise_id.is_(None),
        MatchHead.matched_on != on,
        MatchHead.facts_version != Enterprise.facts_version,
        MatchHead.score_id.is_distinct_from(ScoreHead.score_id),
        MatchHead.products_fingerprint != fingerprint,
        MatchHead.rules_version != current_rule().version,
        exists().where(
            WhitelistEntry.enterprise_id == Enterprise.id,
            WhitelistStep.entry_id == WhitelistEntry.id,
            WhitelistStep.taken_at > MatchHead.computed_at,
        ),
        exists().where(
            MatchRun.enterprise_id == Enterprise.id, MatchRun.computed_at > MatchHead.computed_at
        ),
    )


def newest_wishes(enterprise_ids: Collection[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return what each firm wished in its newest matching of its own."""
    statement = (
        select(MatchRun.enterprise_id, MatchRun.wish)
        .where(MatchRun.enterprise_id.in_(enterprise_ids))
        .ext(distinct_on(MatchRun.enterprise_id))
        .order_by(MatchRun.enterprise_id, MatchRun.computed_at.desc(), MatchRun.id.desc())
    )
    return {row.enterprise_id: row.wish for row in db.session.execute(statement)}


def keep_heads(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the newest places of firms over what was there."""
    statement = insert(MatchHead)
    changed = {name: statement.excluded[name] for name in rows[0] if name != "enterprise_id"}
    statement = statement.on_conflict_do_update(index_elements=["enterprise_id"], set_=changed)
    db.session.execute(statement, rows)


def find_head(enterprise_id: UUID, on: date, fingerprint: str) -> MatchHead | None:
    """Return the firm's newest places while everything they rest on is still so, else None."""
    statement = (
        select(MatchHead)
        .join(Enterprise, Enterprise.id == MatchHead.enterprise_id)
        .outerjoin(ScoreHead, ScoreHead.enterprise_id == Enterprise.id)
        .where(MatchHead.enterprise_id == enterprise_id, ~or_(*_outdated(on, fingerprint)))
    )
    return db.session.scalar(statement)


def count_heads(on: date, fingerprint: str) -> int:
    """Count the firms matched on a day against this set of products."""
    statement = select(func.count()).where(
        MatchHead.matched_on == on, MatchHead.products_fingerprint == fingerprint
    )
    return db.session.scalar(statement) or 0


def count_profiled(on: date) -> int:
    """Count the firms that can be matched on a day: with a whole profile of it on their facts."""
    statement = (
        select(func.count(ProfileSnapshot.enterprise_id.distinct()))
        .join(Enterprise, Enterprise.id == ProfileSnapshot.enterprise_id)
        .where(*profiled_on(on))
    )
    return db.session.scalar(statement) or 0
