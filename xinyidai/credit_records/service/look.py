"""What the builder of a disclosure may see: allowed kinds of one firm, in the allowed period."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Row

from xinyidai.consents.values import ConsentMode
from xinyidai.credit_records import queries
from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.values import Fact


@dataclass(frozen=True)
class Look:
    """One allowed look; row security, not the caller's care, keeps the rest out.

    A fact is in the period when it happened on or after `data_from` or was still valid then.
    """

    enterprise_id: UUID
    kinds: frozenset[str]
    data_from: date | None
    as_of: datetime
    event_id: UUID
    mode: ConsentMode | None = None

    @property
    def aperture(self) -> Aperture:
        """Return how far the door opens for this look."""
        return Aperture(
            self.enterprise_id,
            kinds=self.kinds,
            data_from=self.data_from,
            event_id=self.event_id,
        )

    def facts(self, kinds: Collection[str] | None = None) -> tuple[Fact, ...]:
        """Return the records in force of the allowed kinds (or of those asked for among them)."""
        wanted = self.kinds if kinds is None else self.kinds.intersection(kinds)
        statement = queries.facts_in_force(self.enterprise_id, wanted)
        return queries.as_facts(door.read(self.aperture, statement))

    def execute(
        self,
        statement: str | Executable,
        params: Mapping[str, Any] | None = None,
        *,
        is_steady: bool = False,
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Run one reading statement that finds only this look's records in `credit.credit_record`.

        Name the firm in the statement too, or the index cannot help. `is_steady` plans it once.
        """
        return door.read(replace(self.aperture, is_steady=is_steady), statement, params)

    def record_count(self) -> int:
        """Count the records in force that this look reaches."""
        statement = queries.count_in_force(self.enterprise_id, self.kinds)
        return int(door.read(self.aperture, statement)[0][0])
