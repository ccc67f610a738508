"""Try a product version beside the listed one on the past twelve months, 试运行.

Each firm is judged by its newest stored profile of every month, with the grade and the lists of
that time; the register keeps no history, so what it says is today's. Criteria on what a firm
wishes (amount, term, security) are left out, because nobody asked for a loan. The run is one event
in the ledger; counts are stored, and the firms on one side only.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_records import service as credit_records
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock, jobs
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.matching import shadow_queries
from xinyidai.matching.grouping import GROUP_INDICATORS
from xinyidai.matching.ranking_rules import current_rule
from xinyidai.matching.service.assembling import subject_from
from xinyidai.matching.shadow_queries import MonthlyProfile, end_of
from xinyidai.matching.shadow_rules import Look, Trial
from xinyidai.matching.values import TAG_INDICATORS
from xinyidai.products import queries as products
from xinyidai.products import service as product_service
from xinyidai.products.models import ProductVersion, ShadowChange, ShadowRun
from xinyidai.products.values import (
    INDICATOR_PREFIX,
    WISH_FIELDS,
    Criterion,
    Wish,
    readings_of,
)
from xinyidai.profiles import service as profiles
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.whitelist import queries as whitelist
from xinyidai.whitelist.queries import MembershipHistory

PURPOSE = "matching"
MONTHS = 12
FIRMS_AT_ONCE = 2_000
MOST_AT_ONCE = 30_000  # profiles judged while somebody waits; more go to a job
MOST_DUE = 200
NO_LISTS = MembershipHistory()
JOB = "matching.shadow_run"


def shadow_run(actor: Actor, version_id: UUID) -> ShadowRun | None:
    """Try a version now, or hand it to a job where the city is large; None is handed over.

    Raises:
        NotFound: another bank's product.
        RuleBroken: the version has ended, or its bank tried too often today.

    """
    version = product_service.open_for_shadow(actor, version_id)
    if shadow_queries.count_profiles(_since()) <= MOST_AT_ONCE:
        return _run(actor, version)
    jobs.enqueue(
        JOB,
        once=f"{JOB}:{version_id}",
        version_id=str(version_id),
        account_id=str(actor.account_id) if actor.account_id else None,
        role=actor.role.value,
        party_id=str(actor.party_id) if actor.party_id else None,
        person=actor.name,
    )
    return None


def run_queued_shadow(told: Mapping[str, str | None]) -> None:
    """Do what `shadow_run` handed over, for the person who asked, and tell the bank."""
    actor = Actor(
        UUID(told["account_id"]) if told["account_id"] else None,
        Role(str(told["role"])),
        UUID(told["party_id"]) if told["party_id"] else None,
        str(told["person"]),
    )
    version = product_service.open_for_shadow(actor, UUID(str(told["version_id"])))
    run = _run(actor, version)
    product_service.tell_shadow_done(version, run)


def run_due_shadows() -> int:
    """Try every version that waits for review without a trial of its present rules.

    The page tries a version when it is submitted; a bank's own system submits without one, and
    the dictionary may have changed since. Each is tried once; return how many.
    """
    tried = 0
    for version in products.list_awaiting_review(limit=MOST_DUE):
        run = products.find_shadow_run(version.id)
        if run is None or run.rules_digest != product_service.rules_digest(version):
            _run(SYSTEM, product_service.open_for_shadow(SYSTEM, version.id))
            tried += 1
    return tried


def _since() -> date:
    today = clock.today()
    month = today.year * MONTHS + today.month - 1 - (MONTHS - 1)
    return date(month // MONTHS, month % MONTHS + 1, 1)


def _run(actor: Actor, version: ProductVersion) -> ShadowRun:
    trial, listed_id = _trial(version)
    since = _since()
    with credit_records.platform_run(PURPOSE, current_rule().version, actor=actor) as event:
        after: UUID | None = None
        while firms := shadow_queries.firms_with_profile(since, after=after, limit=FIRMS_AT_ONCE):
            _add_page(trial, firms, since)
            after = firms[-1].id
    run = ShadowRun(
        version_id=version.id,
        listed_version_id=listed_id,
        rules_digest=product_service.rules_digest(version),
        rules_version=current_rule().version,
        dictionary_version=indicator_dictionary().version,
        first_day=since,
        last_day=clock.today(),
        firms=trial.firms,
        reach=trial.reach,
        listed_reach=trial.listed_reach,
        gained=trial.gained,
        lost=trial.lost,
        months=trial.months_as_json(),
        by_criterion=trial.by_criterion(),
        met=trial.met(),
        left_out=_left_out(version),
        query_event_id=event.event_id,
    )
    changes = [
        ShadowChange(
            enterprise_id=change.enterprise_id,
            side=change.side,
            criteria=list(change.criteria),
            facts_version=change.facts_version,
        )
        for change in trial.changes
    ]
    return product_service.keep_shadow_run(actor, version, run, changes)


def _trial(version: ProductVersion) -> tuple[Trial, UUID | None]:
    names = product_service.indicator_names()
    listed = products.find_listed_version(version.product_id)
    if listed is None or listed.id == version.id:
        return Trial(_of_firms(products.all_criteria(version, names)), None), None
    before = products.criteria_on(listed, names, clock.today())
    draft = _of_firms(products.all_criteria(version, names))
    return Trial(draft, _of_firms(before)), listed.id


def _of_firms(criteria: Sequence[Criterion]) -> tuple[Criterion, ...]:
    return tuple(c for c in criteria if c.field.code not in WISH_FIELDS)


def _left_out(version: ProductVersion) -> list[str]:
    criteria = products.all_criteria(version, product_service.indicator_names())
    return [c.threshold_text() for c in criteria if c.field.code in WISH_FIELDS]


def _add_page(trial: Trial, firms: Sequence[Enterprise], since: date) -> None:
    ids = [firm.id for firm in firms]
    by_firm: dict[UUID, list[MonthlyProfile]] = {}
    for profile in shadow_queries.monthly_profiles(ids, since, _codes(trial)):
        by_firm.setdefault(profile.enterprise_id, []).append(profile)
    lists = whitelist.memberships_over_time(ids)
    grades = shadow_queries.grades_over_time(ids, clock.now())
    for firm in firms:
        own = grades.get(firm.id, [])
        looks = [
            _look(firm, profile, own, lists.get(firm.id, NO_LISTS).on(profile.as_of))
            for profile in by_firm.get(firm.id, ())
        ]
        if looks:
            trial.add(firm.id, looks)


def _codes(trial: Trial) -> list[str]:
    """Return the indicators that the two versions read, and those that tags and groups rest on."""
    read = [c.field.code for c in (*trial.draft, *(trial.listed or ()))]
    own = [
        code.removeprefix(INDICATOR_PREFIX) for code in read if code.startswith(INDICATOR_PREFIX)
    ]
    under_tags = [indicator for indicator, _, _ in TAG_INDICATORS]
    under_groups = [indicator for field in read for indicator in GROUP_INDICATORS.get(field, ())]
    return list(dict.fromkeys((*own, *under_tags, *under_groups)))


def _look(
    firm: Enterprise,
    profile: MonthlyProfile,
    grades: Sequence[tuple[datetime, str | None]],
    list_codes: frozenset[str],
) -> Look:
    until = end_of(profile.as_of)
    past = [grade for moment, grade in grades if moment < until]
    snapshot = ProfileSnapshot(
        enterprise_id=firm.id,
        as_of=profile.as_of,
        dictionary_version=profile.dictionary_version,
        indicators=profile.indicators,
    )
    subject = subject_from(
        firm,
        profiles.facts_of(snapshot).values,
        grade=past[-1] if past else None,
        list_codes=list_codes,
    )
    present = profile.facts_version if profile.facts_version == firm.facts_version else None
    return Look(profile.as_of, readings_of(subject, Wish(), on=profile.as_of), present)
