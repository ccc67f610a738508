"""Judge an old match again by the product version and the facts it was made from, 复算."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xinyidai.credit_records import service as credit_records
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import NotFound
from xinyidai.matching import policies, queries, shadow_queries
from xinyidai.matching.models import MatchRun, ProductMatchRow
from xinyidai.matching.service.assembling import subject_from, wish_of
from xinyidai.products import queries as products
from xinyidai.products import service as product_service
from xinyidai.products.rules import assess
from xinyidai.products.values import Outcome, Readings, readings_of
from xinyidai.profiles import service as profiles
from xinyidai.whitelist import queries as whitelist

PURPOSE = "replay"


@dataclass(frozen=True)
class Replayed:
    """One product of an old run: what was said then, what comes out now, and where they differ.

    `moved` are the fields whose reading is not the one the stored reasons were made from, for
    example because the register was delivered anew; no value is in it.
    """

    version_id: UUID
    then: Outcome
    now: Outcome
    moved: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Tell whether the old version says the same again."""
        return self.then is self.now and not self.moved

    def as_json(self) -> dict[str, Any]:
        """Return the comparison for the command's answer."""
        return {
            "product_version": str(self.version_id),
            "then": self.then.value,
            "now": self.now.value,
            "moved": list(self.moved),
            "same": self.is_same,
        }


def replay_run(actor: Actor, run_id: UUID) -> tuple[Replayed, ...]:
    """Judge every stored product of a run again; nothing is stored but the event in the ledger.

    The firm itself may ask for it, and who oversees the platform.

    Rules, dates and profile are those of the day; the register and the lists keep no former
    values, so a difference that comes from them is named by its field.

    Raises:
        NotFound: no such run, it is another firm's, or the profile it was made from is gone.
        Forbidden: the actor has nothing to do with matching.

    """
    run = read_run(actor, run_id)
    with credit_records.platform_run(
        PURPOSE, run.rules_version, enterprise_ids=[run.enterprise_id], actor=actor
    ):
        readings = _readings(run)
        return tuple(_replayed(run, row, readings) for row in run.matches)


def read_run(actor: Actor, run_id: UUID) -> MatchRun:
    """Return a run whose origin the actor may ask for; another firm's is not found."""
    policies.require_replayer(actor)
    run = queries.get_run(run_id)
    if actor.role is Role.ENTERPRISE_USER:
        policies.require_own(actor, run.enterprise_id)
    return run


def _readings(run: MatchRun) -> Readings:
    snapshot = shadow_queries.find_profile_of(
        run.enterprise_id, run.facts_version, run.dictionary_version, run.matched_on
    )
    if snapshot is None:
        raise NotFound("这次匹配所用的画像已不在平台，无法复算。")
    grades = shadow_queries.grades_over_time([run.enterprise_id], run.computed_at)
    own = grades.get(run.enterprise_id, [])
    subject = subject_from(
        queries.get_enterprise(run.enterprise_id),
        profiles.facts_of(snapshot).values,
        grade=own[-1][1] if own else None,
        list_codes=whitelist.list_codes_of(run.enterprise_id),
    )
    return readings_of(subject, wish_of(run.wish), on=run.matched_on)


def _replayed(run: MatchRun, row: ProductMatchRow, readings: Readings) -> Replayed:
    version = products.get_version(row.product_version_id)
    names = product_service.indicator_names()
    criteria = products.criteria_on(version, names, run.matched_on)
    found = assess(criteria, readings)
    now = {one.criterion.code: one for one in (*found.unmet, *found.missing)}
    then = {one["code"]: one for one in (*row.unmet, *row.missing)}
    moved = {
        criterion.field.code
        for criterion in criteria
        if (criterion.code in then) is not (criterion.code in now)
        or (
            criterion.code in now
            and now[criterion.code].value_text != then[criterion.code]["value"]
        )
    }
    return Replayed(version.id, row.outcome, found.outcome, tuple(sorted(moved)))
