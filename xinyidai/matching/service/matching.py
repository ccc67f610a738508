"""Match one firm against all listed products and keep the result."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_records import service as credit_records
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict
from xinyidai.matching import policies, queries, standing_queries
from xinyidai.matching.index import ProductIndex, Verdicts
from xinyidai.matching.models import MatchRun, ProductMatchRow
from xinyidai.matching.ranking import Asker, rank_products
from xinyidai.matching.rules import counts_text
from xinyidai.matching.service.assembling import subject_from
from xinyidai.matching.service.standings import read_standings
from xinyidai.matching.values import (
    RULES_VERSION,
    FinancingNeedAction,
    MatchSubject,
    ProductMatch,
    Wish,
)
from xinyidai.products import queries as products
from xinyidai.products import service as product_service
from xinyidai.products.values import readings_of
from xinyidai.profiles import service as profiles
from xinyidai.scoring import queries as scores
from xinyidai.whitelist import queries as whitelist

SHOWN = 50
PURPOSE = "matching"  # a platform purpose of the catalogue, 产品匹配

# The last compiled index of this process; another fingerprint replaces it.
_compiled: dict[str, ProductIndex] = {}


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

    @property
    def text(self) -> str:
        """Return how many products the firm can get, in one sentence."""
        return counts_text(self.run.eligible_count, self.run.insufficient_count)


def current_index() -> ProductIndex:
    """Return the index of the products on sale; compiled anew when their set has changed.

    It carries the outcomes counted last, so a new count makes a new index too.
    """
    fingerprint = products.fingerprint_of(products.listed_version_ids())
    key = f"{fingerprint}:{standing_queries.newest_day(clock.today())}"
    index = _compiled.get(key)
    if index is None:
        listed = products.listed_products(product_service.indicator_names())
        index = ProductIndex(
            listed,
            products.fingerprint_of(p.version_id for p in listed),
            standings=read_standings(clock.today()),
        )
        _compiled.clear()
        _compiled[key] = index
    return index


def match_enterprise(
    index: ProductIndex, subject: MatchSubject, wish: Wish, *, on: date, limit: int = SHOWN
) -> tuple[Verdicts, list[ProductMatch]]:
    """Judge every product and rank the first `limit`; pure over its arguments."""
    readings = readings_of(subject, wish, on=on)
    verdicts = index.judge(readings)
    return verdicts, rank_products(index, verdicts, Asker(readings, wish), on=on, limit=limit)


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

    When the firm's facts have moved on since the subject was read, nothing is stored and
    `Conflict` asks to try again.
    """
    policies.require_own(actor, enterprise_id)
    if queries.get_enterprise(enterprise_id).facts_version != asked.facts_version:
        raise Conflict("企业的信用信息刚刚更新，请重新匹配。", code="facts_moved_on")
    if asked.need_id is not None:
        policies.require_same_firm(queries.get_need(asked.need_id).enterprise_id, enterprise_id)
    index = current_index()
    with credit_records.platform_run(
        PURPOSE, RULES_VERSION, enterprise_ids=[enterprise_id], actor=actor
    ):
        verdicts, matches = match_enterprise(index, asked.subject, asked.wish, on=clock.today())
    run = _run(index, verdicts, asked.wish)
    run.enterprise_id, run.need_id = enterprise_id, asked.need_id
    run.facts_version = asked.facts_version
    run.matches = [_row(match) for match in matches]
    db.session.add(run)
    db.session.flush()
    audit.record(
        actor, FinancingNeedAction.MATCH, "enterprise", enterprise_id, {"run": str(run.id)}
    )
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
    fingerprint = products.fingerprint_of(products.listed_version_ids())
    return queries.find_current_run(enterprise_id, fingerprint, need_id=need_id)


def _run(index: ProductIndex, verdicts: Verdicts, wish: Wish) -> MatchRun:
    return MatchRun(
        wish={
            "amount_fen": wish.amount_fen,
            "term_months": wish.term_months,
            "guarantee": wish.guarantee.value if wish.guarantee else None,
        },
        dictionary_version=indicator_dictionary().version,
        products_fingerprint=index.fingerprint,
        rules_version=RULES_VERSION,
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
        text_conditions=list(match.text_conditions),
    )
