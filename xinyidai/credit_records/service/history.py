"""What was known at a moment, 当时已知: the records as they stood then, for platform runs alone.

A record is known from its collection until it is replaced or ended. What a source delivers on the
first day on which it delivers a kind at all tells of the past: it counts as known when it
happened, or nothing of the time before a platform was set up could ever be computed. Why it is
so, and who may read what: ADR 0022.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xinyidai.catalogue.purposes import get_platform_purpose
from xinyidai.kernel.errors import RuleBroken

PRESENT = "(SELECT * FROM credit.credit_record WHERE status = 'in_force')"
# The moment that counts for a source and a kind: not before the end of its first day.
FIRSTS = """
    SELECT b.source, b.kind, greatest(
        CAST(:known_before AS timestamptz),
        (date_trunc('day', min(b.finished_at) AT TIME ZONE 'Asia/Shanghai') + interval '1 day')
            AT TIME ZONE 'Asia/Shanghai') AS moment
    FROM credit.collection_batch AS b
    WHERE b.state = 'finished'
    GROUP BY b.source, b.kind
"""
AS_THEN = f"""
    SELECT v.* FROM credit.credit_record AS v
    JOIN ({FIRSTS}) AS k ON k.source = v.source AND k.kind = v.kind
    WHERE v.collected_at < k.moment
        AND (v.status = 'in_force' OR v.status_changed_at >= k.moment)
"""  # noqa: S608 - a constant of ours, no input
# The version that a repaired, corrected or withdrawn one had replaced is no way around its end.
STILL_USABLE = """
    AND v.status IN ('in_force', 'superseded') AND NOT EXISTS (
        SELECT 1 FROM credit.credit_record AS gone
        WHERE gone.enterprise_id = v.enterprise_id AND gone.kind = v.kind
            AND gone.source = v.source AND gone.natural_key = v.natural_key
            AND gone.id > v.id AND gone.status IN ('repaired', 'corrected', 'withdrawn'))
"""
REGISTER_CHANGED = f"""
    SELECT EXISTS (
        SELECT 1 FROM credit.collection_batch AS c
        JOIN ({FIRSTS}) AS k ON k.source = c.source AND k.kind = c.kind
        WHERE c.kind = 'registration' AND c.finished_at >= k.moment)
"""  # noqa: S608 - constants of ours, no input


@dataclass(frozen=True)
class Knowledge:
    """What was known before a moment.

    `with_ended` also brings back what was repaired, corrected or withdrawn since, as it stood
    then: for replays and training tables only, never for what is shown or decides, 修复后停止使用.
    """

    before: datetime
    with_ended: bool = False

    @property
    def relation(self) -> str:
        """Return the SQL that stands for the records; it needs `parameters`."""
        return f"({AS_THEN}{'' if self.with_ended else STILL_USABLE})"

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Return what the SQL's bind names mean."""
        return {"known_before": self.before}


def relation_of(known: Knowledge | None) -> str:
    """Return the SQL of the records that count: those in force now, or what was known then."""
    return PRESENT if known is None else known.relation


def parameters_of(known: Knowledge | None) -> Mapping[str, Any]:
    """Return the parameters of `relation_of`."""
    return {} if known is None else known.parameters


def require_permitted(purpose: str, known: Knowledge | None) -> None:
    """Raise `RuleBroken` where ended records would come back for a purpose that is no replay."""
    if known is not None and known.with_ended and not get_platform_purpose(purpose).replays:
        raise RuleBroken("修复、更正或撤销的信息不能用于这项处理。", code="ended_records")
