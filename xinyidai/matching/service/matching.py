"""Match one firm against all listed products and keep the result."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_records import service as credit_records
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict
from xinyidai.matching import policies, queries, standing_queries
from xinyidai.matching.change_words import nearest_json
from xinyidai.matching.index import ProductIndex, Verdicts
from xinyidai.matching.models import MatchRun, ProductMatchRow
from xinyidai.matching.placing import shortlist
from xinyidai.matching.ranking import Asker, rank_products
from xinyidai.matching.ranking_rules import rule_on
from xinyidai.matching.rules import ORDER
from xinyidai.matching.service.assembling import subject_from, wish_json, wish_of
from xinyidai.matching.service.standings import read_standings
from xinyidai.matching.values import (
    MatchingAction,
    MatchSubject,
    ProductMatch,
    Wish,
)
from xinyidai.products import queries as products
from xinyidai.products import service as product_service
from xinyidai.products.values import ListedProduct, Outcome, readings_of
from xinyidai.profiles import service as profiles
from xinyidai.scoring import queries as scores
from xinyidai.whitelist import queries as whitelist

SHOWN = 50
LATER_SHARE = 5  # this part of the places is kept for each outcome that comes later
PURPOSE = "matching"  # a platform purpose of the catalogue, 产品匹配

# The last compiled index of this process; another set of products or another day replaces it.
_compiled: dict[str, ProductIndex] = {}
# Versions never change once listed: what was read of them today is kept.
_read_on: dict[date, dict[UUID, ListedProduct]] = {}


@dataclass(frozen=True)
class MatchRequest:
    """What is matched: the firm as read at `facts_version`, and its wish or published need."""

    subject: MatchSubject
    wish: Wish
    facts_version: int
    need_id: UUID | None = None


@dataclass(frozen=True)
class MatchResult:
    """The stored run, and the products shown in public order."""

    run: MatchRun
    matches: tuple[ProductMatch, ...]


def current_index() -> ProductIndex:
    """Return the index of the products on sale today, with the outcomes counted last.

    Compiled anew when their set has changed, after a new count, or on another day; only versions
    that are new to this process are read.
    """
    version_ids, today = products.listed_version_ids(), clock.today()
    fingerprint = _fingerprint(version_ids, today)
    key = f"{fingerprint}:{today}"
    index = _compiled.get(key)
    if index is None:
        index = ProductIndex(
            _listed(version_ids, today),
            fingerprint,
            standings=read_standings(today),
            rule=rule_on(today),
        )
        _compiled.clear()
        _compiled[key] = index
    return index


def current_fingerprint() -> str:
    """Return what names the products of today and the outcomes their order counts."""
    return _fingerprint(products.listed_version_ids(), clock.today())


def _fingerprint(version_ids: Sequence[UUID], today: date) -> str:
    """Name what an order of a day rests on: the versions on sale and the outcomes counted last.

    A match made before the day's count does not hold after it, so that one day knows one order.
    """
    listed, counted_on = products.fingerprint_of(version_ids), standing_queries.newest_day(today)
    return hashlib.sha256(f"{listed}:{counted_on}".encode()).hexdigest()


def _listed(version_ids: Sequence[UUID], today: date) -> list[ListedProduct]:
    known = _read_on.get(today, {})
    unknown = [version_id for version_id in version_ids if version_id not in known]
    read = products.versions_as_listed(unknown, product_service.indicator_names(), on=today)
    kept = {version_id: (known | read)[version_id] for version_id in version_ids}
    _read_on.clear()
    _read_on[today] = kept
    return list(kept.values())


def match_enterprise(
    index: ProductIndex, subject: MatchSubject, wish: Wish, *, on: date, limit: int = SHOWN
) -> tuple[Verdicts, list[ProductMatch]]:
    """Judge every product and explain `limit` of them in public order; pure over its arguments.

    A fifth of the places is left to each outcome that comes later in the order, if it has as
    many: a firm that fits many products still hears what it lacks for the next ones. A rank is
    the place among all products.
    """
    readings = readings_of(subject, wish, on=on)
    verdicts, asker = index.judge(readings), Asker(readings, wish)
    matches: list[ProductMatch] = []
    before = 0
    for outcome, most in _places_of(verdicts, limit):
        only = _only(verdicts, outcome)
        first = shortlist(index, only, asker, on=on, limit=most)
        ranked = rank_products(index, first, asker, on=on, limit=most)
        matches += [replace(match, rank=before + match.rank) for match in ranked]
        before += verdicts.mask(outcome).bit_count()
    return verdicts, matches


def _places_of(verdicts: Verdicts, limit: int) -> list[tuple[Outcome, int]]:
    """Return how many products of each outcome are explained, in the order of outcomes."""
    kept = limit // LATER_SHARE
    counts = [verdicts.mask(outcome).bit_count() for outcome in ORDER]
    places, left = [], limit
    for number, outcome in enumerate(ORDER):
        reserved = sum(min(kept, count) for count in counts[number + 1 :])
        most = min(counts[number], left - reserved)
        places.append((outcome, most))
        left -= most
    return places


def _only(verdicts: Verdicts, outcome: Outcome) -> Verdicts:
    return Verdicts(*(verdicts.mask(one) if one is outcome else 0 for one in ORDER))


def match_own_firm(
    actor: Actor, enterprise_id: UUID, wish: Wish, *, need_id: UUID | None = None
) -> MatchResult:
    """Match the actor's own firm by what the platform knows of it today, and store the result."""
    policies.require_own(actor, enterprise_id)
    enterprise = queries.get_enterprise(enterprise_id)
    snapshot = profiles.current_profile(enterprise_id)
    subject = subject_from(
        enterprise,
        profiles.facts_of(snapshot).values,
        grade=_present_grade(enterprise_id),
        list_codes=whitelist.list_codes_of(enterprise_id),
    )
    asked = MatchRequest(subject, wish, snapshot.facts_version, need_id)
    return match_products(actor, enterprise_id, asked)


def match_products(actor: Actor, enterprise_id: UUID, asked: MatchRequest) -> MatchResult:
    """Match the actor's own firm and store run and results, 匹配产品.

    Whoever passes a need has checked whose it is. When the firm's facts have moved on since the
    subject was read, nothing is stored and `Conflict` asks to try again.
    """
    policies.require_own(actor, enterprise_id)
    if queries.get_enterprise(enterprise_id).facts_version != asked.facts_version:
        raise Conflict("企业的信用信息刚刚更新，请重新匹配。", code="facts_moved_on")
    index = current_index()
    with credit_records.platform_run(
        PURPOSE, index.rule.version, enterprise_ids=[enterprise_id], actor=actor
    ):
        today = clock.today()
        verdicts, matches = match_enterprise(index, asked.subject, asked.wish, on=today)
    run = _run(index, verdicts, asked.wish)
    run.enterprise_id, run.need_id = enterprise_id, asked.need_id
    run.facts_version = asked.facts_version
    run.matches = [_row(match) for match in matches]
    db.session.add(run)
    db.session.flush()
    audit.record(actor, MatchingAction.MATCH, "enterprise", enterprise_id, {"run": str(run.id)})
    return MatchResult(run, tuple(matches))


def _present_grade(enterprise_id: UUID) -> str | None:
    """Return the grade on the firm's present facts by the active model; None when there is none."""
    score = scores.find_current(enterprise_id)
    return None if score is None or score.is_insufficient else score.grade


def read_current_run(
    actor: Actor, enterprise_id: UUID, *, need_id: UUID | None = None
) -> MatchRun | None:
    """Return the firm's newest run that still holds, or None when it must be matched anew."""
    policies.require_own(actor, enterprise_id)
    return queries.find_current_run(enterprise_id, current_fingerprint(), need_id=need_id)


def read_last_wish(actor: Actor, enterprise_id: UUID) -> tuple[Wish, datetime] | None:
    """Return what the firm wished in its newest matching of any day, and when; else None.

    For asking it again: what came out then does not hold any more, or was never asked.
    """
    policies.require_own(actor, enterprise_id)
    last = queries.find_last_run(enterprise_id)
    return None if last is None else (wish_of(last.wish), last.computed_at)


def _run(index: ProductIndex, verdicts: Verdicts, wish: Wish) -> MatchRun:
    return MatchRun(
        wish=wish_json(wish),
        dictionary_version=indicator_dictionary().version,
        products_fingerprint=index.fingerprint,
        rules_version=index.rule.version,
        product_count=len(index.products),
        eligible_count=verdicts.eligible.bit_count(),
        insufficient_count=verdicts.insufficient.bit_count(),
        ineligible_count=verdicts.ineligible.bit_count(),
    )


def _row(match: ProductMatch) -> ProductMatchRow:
    return ProductMatchRow(
        product_version_id=match.version_id,
        outcome=match.outcome,
        rank=match.rank,
        score=match.score,
        criteria_count=len(match.findings),
        factors=[factor.to_json() for factor in match.factors],
        unmet=[finding.to_json() for finding in match.unmet],
        missing=[finding.to_json() for finding in match.missing],
        nearest=None if match.outcome is Outcome.ELIGIBLE else nearest_json(match.findings),
        text_conditions=list(match.text_conditions),
    )
