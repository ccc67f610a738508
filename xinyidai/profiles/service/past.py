"""The profile of a past day, 时点画像: what was known then, and nothing newer; see ADR 0022."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import text

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import Knowledge, PlatformRun, history
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.errors import InvalidInput
from xinyidai.profiles import policies, queries, rules
from xinyidai.profiles.engine_postgres import read_firm
from xinyidai.profiles.values import FirmFacts, ProfileFacts

REPLAY = "replay"
# The register keeps no former values; what firms reported and registered stands in records too.
REPORTED = """
    SELECT DISTINCT ON (r.enterprise_id, r.kind)
        r.enterprise_id, r.kind, r.amount_fen, r.quantity
    FROM {relation} AS r
    WHERE r.enterprise_id = ANY(CAST(:firms AS uuid[]))
        AND r.kind IN ('business_registration', 'annual_report') AND r.occurred_on <= :day
    ORDER BY r.enterprise_id, r.kind, r.occurred_on DESC, r.id DESC
"""


def knowledge_of(
    day: date, known_at: datetime | None = None, *, with_ended: bool = False
) -> Knowledge | None:
    """Return what counts as known for a day: `None`, what is in force, unless the day is past.

    Without `known_at` it is the end of the day, and for today the present. A later `known_at`
    computes a past day from what was collected after it.

    Raises:
        InvalidInput: `known_at` lies before the day.

    """
    opens = datetime.combine(day, time(), clock.TZ)
    before = known_at or opens + timedelta(days=1)
    if before <= opens:
        raise InvalidInput(
            "“已知时间”不能早于计算日。", fields={"known_at": "请填写计算日或之后的时间。"}
        )
    return None if before >= clock.now() else Knowledge(before, with_ended)


def facts_known(run: PlatformRun, firms: Sequence[FirmFacts], day: date) -> list[FirmFacts]:
    """Return what the register said of these firms on the day of the run.

    As soon as the register was delivered once more, only capital, staff and revenue that records
    known then tell of are left; a firm founded later has no age.
    """
    born = [
        firm
        if firm.established_on is None or firm.established_on <= day
        else replace(firm, established_on=None)
        for firm in firms
    ]
    if run.known is None or not run.execute(history.REGISTER_CHANGED, run.known.parameters)[0][0]:
        return born
    params = {"firms": [str(firm.enterprise_id) for firm in born], "day": day}
    statement = text(REPORTED.format(relation=run.known.relation))
    told: dict[tuple[UUID, str], tuple[int | None, int | None]] = {
        (firm, kind): (amount, None if quantity is None else int(quantity))
        for firm, kind, amount, quantity in run.execute(
            statement, params | dict(run.known.parameters)
        )
    }
    return [_as_told(firm, told) for firm in born]


def _as_told(
    firm: FirmFacts, told: dict[tuple[UUID, str], tuple[int | None, int | None]]
) -> FirmFacts:
    nothing = (None, None)
    capital, _ = told.get((firm.enterprise_id, "business_registration"), nothing)
    revenue, staff = told.get((firm.enterprise_id, "annual_report"), nothing)
    return replace(firm, registered_capital_fen=capital, employees=staff, revenue_fen=revenue)


def read_past(
    run: PlatformRun,
    firm: FirmFacts,
    day: date,
    allowed: Collection[str] | None = None,
) -> ProfileFacts:
    """Compute one firm's indicators for a day from what the run knows."""
    kinds = frozenset(indicator_dictionary().kinds)
    used = kinds if allowed is None else kinds.intersection(allowed)
    collected = frozenset(credit_records.collected_kinds())
    reading = rules.Reading(day, collected, None if allowed is None else frozenset(allowed))
    (facts,) = facts_known(run, [firm], day)
    return rules.finish(read_firm(run, facts, day, kinds=used, known=run.known), reading)


def replay_profile(
    enterprise_id: UUID, day: date, known_at: datetime | None = None, *, actor: Actor = SYSTEM
) -> ProfileFacts:
    """Compute a past profile exactly as it was known then, for checks and audits alone.

    What was repaired, corrected or withdrawn since is in it: nothing is stored, and the result is
    neither shown to anybody who decides nor scored for a new decision.

    Raises:
        Forbidden: the actor may not start platform processing.
        NotFound: no such firm.

    """
    policies.require_processing(actor)
    firm = queries.firm_facts(queries.get_firm(enterprise_id))
    with credit_records.platform_run(
        REPLAY,
        indicator_dictionary().version,
        enterprise_ids=[enterprise_id],
        actor=actor,
        known=knowledge_of(day, known_at, with_ended=True),
    ) as run:
        return read_past(run, firm, day)
