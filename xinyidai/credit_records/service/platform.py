"""Platform processing, 平台处理: for listed purposes only, one event a run, nobody sees a value."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Row, func, select

from xinyidai.catalogue.purposes import PlatformPurpose, get_platform_purpose
from xinyidai.consents import queries as consent_queries
from xinyidai.credit_records import batch_queries, queries
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.service import door, history, log, parquet
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.service.history import Knowledge
from xinyidai.credit_records.values import Fact, QueryKind, QueryOutcome
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import RuleBroken

NO_FIRM = UUID(int=0)


@dataclass(frozen=True)
class PlatformRun:
    """One logged run; `enterprise_ids` None means every firm, `known` None what is in force now.

    Row security narrows `execute` for a run of one firm; in a run of several it lets all firms
    through, and the statement itself keeps to those of the run.
    """

    event_id: UUID
    purpose: str
    enterprise_ids: frozenset[UUID] | None
    known: Knowledge | None = None

    @property
    def aperture(self) -> Aperture:
        """Return how far the door opens for this run."""
        if self.enterprise_ids is not None and len(self.enterprise_ids) <= 1:
            return Aperture(next(iter(self.enterprise_ids), NO_FIRM), event_id=self.event_id)
        return Aperture(platform_run=str(self.event_id), event_id=self.event_id)

    def execute(
        self,
        statement: str | Executable,
        params: Mapping[str, Any] | None = None,
        *,
        is_steady: bool = False,
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Run one reading statement on the schema `credit`; name the firm for speed.

        `is_steady` plans it once for all firms, where planning costs more than running.
        """
        return door.read(replace(self.aperture, is_steady=is_steady), statement, params)

    def facts(self, enterprise_id: UUID) -> tuple[Fact, ...]:
        """Return the records in force of one firm of the run."""
        if self.enterprise_ids is not None and enterprise_id not in self.enterprise_ids:
            raise RuleBroken("这家企业不在本次处理的范围内。", code="outside_run")
        statement = queries.facts_in_force(enterprise_id, None)
        return queries.as_facts(
            door.read(Aperture(enterprise_id, event_id=self.event_id), statement)
        )

    def export_parquet(self, path: Path) -> int:
        """Write the records in force of the run to a Parquet file; return their number."""
        db.session.execute(door.PATIENCE)
        with door.with_door(self.aperture) as connection:
            return parquet.write_records(door.driver(connection), path, self.enterprise_ids)


@contextmanager
def platform_run(
    purpose: str,
    rule_version: str,
    *,
    enterprise_ids: Collection[UUID] | None = None,
    actor: Actor = SYSTEM,
    known: Knowledge | None = None,
) -> Iterator[PlatformRun]:
    """Open a run for a listed purpose; `enterprise_ids` None means every firm.

    `known` takes the run to a past moment; the present is what is in force.

    Raises:
        UnknownPurpose: the catalogue does not list the purpose.
        RuleBroken: the purpose needs a consent that some firm of the run has not given, or would
            bring ended records back without being a replay.

    """
    listed = get_platform_purpose(purpose)
    history.require_permitted(purpose, known)
    firms = _permitted(listed, enterprise_ids)
    event = QueryEvent(
        id=new_id(),
        happened_at=clock.now(),
        kind=QueryKind.PLATFORM,
        outcome=QueryOutcome.ALLOWED,
        account_id=actor.account_id,
        role=actor.role,
        party_id=actor.party_id,
        actor_name=actor.name,
        enterprise_id=next(iter(firms)) if firms is not None and len(firms) == 1 else None,
        purpose=purpose,
        subject="platform_run",
        firm_count=_count_firms() if firms is None else len(firms),
        rule_version=rule_version,
    )
    log.write(event)
    db.session.flush()
    yield PlatformRun(event.id, purpose, firms, known)


def collected_kinds(as_of: datetime | None = None) -> dict[str, datetime]:
    """Return for each kind ever collected the end of its last successful collection.

    A kind that is absent was never collected: nothing found of it means 数据不足, not zero.
    """
    aperture = Aperture(platform_run="collected_kinds")
    rows = door.read(aperture, batch_queries.last_collections(as_of or clock.now()))
    return {kind: clock.local(finished_at) for kind, finished_at in rows}


def _permitted(
    listed: PlatformPurpose, enterprise_ids: Collection[UUID] | None
) -> frozenset[UUID] | None:
    """Return the firms of the run; where a consent is needed, all firms means the consenting."""
    firms = None if enterprise_ids is None else frozenset(enterprise_ids)
    if listed.needs_consent is None:
        return firms
    consenting = frozenset(consent_queries.consenting_to_platform(listed.needs_consent))
    if firms is not None and not firms <= consenting:
        raise RuleBroken(
            f"有 {len(firms - consenting)} 家企业没有“{listed.name}”授权，不能处理。",
            code="consent_needed",
        )
    return consenting if firms is None else firms


def _count_firms() -> int:
    return db.session.execute(select(func.count()).select_from(Enterprise)).scalar_one()
