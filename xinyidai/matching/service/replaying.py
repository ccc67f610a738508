"""Judge an old match again by the product version, rule and facts it was made from, 复算."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from xinyidai.credit_records import service as credit_records
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import NotFound
from xinyidai.matching import policies, queries, shadow_queries
from xinyidai.matching.models import MatchRun, ProductMatchRow
from xinyidai.matching.ranking import NOTHING_COUNTED, Asker, explain
from xinyidai.matching.ranking_rules import RankingRule, rule_of
from xinyidai.matching.service.assembling import subject_from, wish_of
from xinyidai.matching.service.standings import read_standings
from xinyidai.matching.values import ProductStanding
from xinyidai.products import queries as products
from xinyidai.products.rules import assess
from xinyidai.products.service import indicator_names
from xinyidai.products.values import ListedProduct, Outcome, Readings, readings_of
from xinyidai.profiles import service as profiles
from xinyidai.whitelist import queries as whitelist

PURPOSE = "replay"
CLOSE = 1e-8  # factors are stored with nine places


@dataclass(frozen=True)
class Replayed:
    """One product of an old run: what was said then, what comes out now, and where they differ.

    `moved` are the fields whose reading is not the one the stored reasons were made from, for
    example because the register was delivered anew; no value is in it. `moved_factors` are the
    factors that the ranking rule of the run does not give again.
    """

    version_id: UUID
    then: Outcome
    now: Outcome
    moved: tuple[str, ...]
    moved_factors: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Tell whether the old version says the same again."""
        return self.then is self.now and not self.moved and not self.moved_factors

    def as_json(self) -> dict[str, Any]:
        """Return the comparison for the command's answer."""
        return {
            "product_version": str(self.version_id),
            "then": self.then.value,
            "now": self.now.value,
            "moved": list(self.moved),
            "moved_factors": list(self.moved_factors),
            "same": self.is_same,
        }


def replay_run(actor: Actor, run_id: UUID) -> tuple[Replayed, ...]:
    """Judge every stored product of a run again; nothing is stored but the event in the ledger.

    The firm itself may ask for it, and who oversees the platform.

    Rules, dates, counted outcomes and profile are those of the day, and places are computed by the
    rule version that the run names; the register and the lists keep no former values, so a
    difference that comes from them is named by its field.

    Raises:
        NotFound: no such run, it is another firm's, its rule is none of ours, or the profile it
            was made from is gone.
        Forbidden: the actor has nothing to do with matching.

    """
    run = read_run(actor, run_id)
    rule = rule_of(run.rules_version)
    with credit_records.platform_run(
        PURPOSE, run.rules_version, enterprise_ids=[run.enterprise_id], actor=actor
    ):
        asker = Asker(_readings(run), wish_of(run.wish))
        ranked = _Ranked(rule, asker, _listed(run), _counted(run))
        return tuple(_replayed(row, ranked) for row in run.matches)


@dataclass(frozen=True)
class _Ranked:
    """What a run is computed from again: the rule, who asked, and the products as of its day."""

    rule: RankingRule
    asker: Asker
    listed: Mapping[UUID, ListedProduct]
    counted: Mapping[str, Mapping[UUID, ProductStanding]]


def _listed(run: MatchRun) -> dict[UUID, ListedProduct]:
    versions, names = [row.product_version_id for row in run.matches], indicator_names()
    return products.versions_as_listed(versions, names, on=run.matched_on)


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


def _replayed(row: ProductMatchRow, ranked: _Ranked) -> Replayed:
    product = ranked.listed[row.product_version_id]
    found = assess(product.criteria, ranked.asker.readings)
    now = {one.criterion.code: one for one in (*found.unmet, *found.missing)}
    then = {one["code"]: one for one in (*row.unmet, *row.missing)}
    moved = {
        criterion.field.code
        for criterion in product.criteria
        if (criterion.code in then) is not (criterion.code in now)
        or (
            criterion.code in now
            and now[criterion.code].value_text != then[criterion.code]["value"]
        )
    }
    fields = tuple(sorted(moved))
    factors = () if fields else _moved_factors(row, product, ranked)
    return Replayed(product.version_id, row.outcome, found.outcome, fields, factors)


def _moved_factors(
    row: ProductMatchRow, product: ListedProduct, ranked: _Ranked
) -> tuple[str, ...]:
    """Return the factors that come out otherwise, with the outcomes counted on the stored day."""
    then = {one["code"]: one for one in row.factors}
    counted = ranked.counted.get(_counted_on(row), {}).get(product.product_id, NOTHING_COUNTED)
    now = explain(product, row.outcome, ranked.asker, counted, ranked.rule)
    return tuple(one.code for one in now if abs(one.value - then[one.code]["value"]) > CLOSE)


def _counted(run: MatchRun) -> dict[str, Mapping[UUID, ProductStanding]]:
    """Return the outcomes that the stored places rest on, by the day they were counted."""
    days = {_counted_on(row) for row in run.matches} - {""}
    return {day: read_standings(date.fromisoformat(day)) for day in days}


def _counted_on(row: ProductMatchRow) -> str:
    """Return the day as stored; empty where nothing was counted, as before rule 2026.2."""
    numbers: Mapping[str, Any] = next((one.get("numbers", {}) for one in row.factors), {})
    return str(numbers.get("counted_on") or "")
