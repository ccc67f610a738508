"""An institution says whom it seeks and learns how many firms there are, and nothing more."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.credit_records import service as credit_records
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound, RuleBroken
from xinyidai.leads import policies, queries, rules
from xinyidai.leads.models import Lead, LeadCount, LeadSearch, LeadWeekFirm
from xinyidai.leads.service.secret import count_secret
from xinyidai.leads.values import (
    NO_WORDS,
    RULES_VERSION,
    LeadAction,
    LeadOrigin,
    LeadState,
    SearchCounts,
    SearchOrder,
    ShownCount,
)
from xinyidai.matching import service as matching
from xinyidai.products import queries as products
from xinyidai.products import service as product_service
from xinyidai.products.rules import criterion_to_json, parse_criteria
from xinyidai.products.values import Criterion, Outcome

PURPOSE = "matching"  # a platform purpose of the catalogue, 产品匹配
CONSENT_PURPOSE = "pre_loan"
Found = Mapping[Outcome, set[UUID]]


def count_firms(actor: Actor, order: SearchOrder) -> LeadSearch:
    """Keep a search and count the firms by outcome, 按条件计数; one of today is not made twice.

    One platform run with one event; the institution learns protected numbers, and which of the
    firms that authorized it the register does not rule out.

    Raises:
        InvalidInput: name or conditions are missing or cannot be read; each field named.
        RuleBroken: the institution has counted too often today.
        Conflict: the profiles of the day are not there yet.

    """
    institution_id = policies.require_seeker(actor)
    criteria = _criteria(actor, order)
    queries.one_at_a_time(institution_id)
    stored = [criterion_to_json(criterion) for criterion in criteria]
    same = queries.search_like(institution_id, order, rules.fingerprint_of(stored), _midnight())
    if same is not None:
        return same
    search = LeadSearch(
        institution_id=institution_id,
        product_id=order.product_id,
        name=order.name.strip(),
        criteria=stored,
        fingerprint=rules.fingerprint_of(stored),
        created_by=actor.account_id,
    )
    db.session.add(search)
    db.session.flush()
    _count(actor, search, criteria)
    return search


def count_again(actor: Actor, search_id: UUID) -> LeadSearch:
    """Count a search on the firms as they are now; it spends one of the day's counts."""
    search = policies.require_own_search(actor, queries.find_search(search_id))
    queries.one_at_a_time(search.institution_id)
    _count(actor, search, criteria_of(search))
    return search


def read_search(actor: Actor, search_id: UUID) -> LeadSearch:
    """Return a search of the actor's institution; any other does not exist."""
    return policies.require_own_search(actor, queries.find_search(search_id))


def save_search(actor: Actor, search_id: UUID) -> LeadSearch:
    """Make a search a standing match, 每周匹配: only firms new since now are told of.

    Raises:
        NotFound: another institution's search.
        RuleBroken: the institution has as many standing matches as it may.
        Conflict: the profiles of the day are not there yet, so everybody would be new next week.

    """
    search = policies.require_own_search(actor, queries.find_search(search_id))
    queries.one_at_a_time(search.institution_id)
    db.session.refresh(search)
    if search.saved_at is not None:
        return search
    if queries.count_saved(search.institution_id) >= rules.MOST_SAVED:
        raise RuleBroken(
            f"每家机构最多 {rules.MOST_SAVED} 个每周匹配，请先停止用不到的。", code="too_many_saved"
        )
    search.saved_at = clock.now()
    found = find_firms(actor, {search.id: criteria_of(search)})[search.id]
    _require_profiles(found)
    remember(search.id, found[Outcome.ELIGIBLE] - queries.met_before(search.id))
    audit.record(actor, LeadAction.SAVE, "lead_search", search.id)
    return search


def stop_search(actor: Actor, search_id: UUID) -> LeadSearch:
    """End a standing match; its history stays."""
    search = policies.require_own_search(actor, queries.find_search(search_id))
    if search.saved_at is not None:
        search.saved_at = None
        audit.record(actor, LeadAction.STOP, "lead_search", search.id)
    return search


def remember(search_id: UUID, firm_ids: set[UUID]) -> None:
    """Note which firms a standing match has met, so that a later week tells of new ones only."""
    db.session.add_all(
        LeadWeekFirm(search_id=search_id, enterprise_id=firm_id, week=clock.today())
        for firm_id in sorted(firm_ids)
    )
    db.session.flush()


def shown_counts(search_ids: Sequence[UUID]) -> dict[UUID, SearchCounts]:
    """Return what the last count of each search may show."""
    newest = queries.newest_counts(search_ids)
    repeated = [row.repeats for rows in newest.values() for row in rows.values() if row.repeats]
    days = queries.dates_of(repeated)
    return dict.fromkeys(search_ids, SearchCounts()) | {
        search_id: SearchCounts(
            {
                outcome: ShownCount(row.shown, days.get(row.repeats) if row.repeats else None)
                for outcome in rules.BEST_FIRST
                if (row := rows.get(outcome)) is not None
            }
        )
        for search_id, rows in newest.items()
    }


def criteria_of(search: LeadSearch) -> tuple[Criterion, ...]:
    """Return the conditions of a stored search."""
    return parse_criteria(search.criteria, product_service.indicator_names(), stored=True)


def counts_left(institution_id: UUID) -> int:
    """Return how many counts an institution has left today."""
    return max(0, rules.MOST_COUNTS_A_DAY - queries.counts_since(institution_id, _midnight()))


def _midnight() -> datetime:
    return datetime.combine(clock.today(), time(), clock.TZ)


def find_firms(
    actor: Actor,
    searches: Mapping[UUID, Sequence[Criterion]],
    *,
    only: Sequence[UUID] | None = None,
) -> dict[UUID, dict[Outcome, set[UUID]]]:
    """Return the firms of searches, by outcome, in one platform run with one event.

    The ids stay inside the platform; nothing of them is handed to an institution.
    """
    with credit_records.platform_run(PURPOSE, RULES_VERSION, enterprise_ids=only, actor=actor):
        return matching.seek(searches, clock.today(), only=only)


def _criteria(actor: Actor, order: SearchOrder) -> tuple[Criterion, ...]:
    criteria = _of_product(actor, order.product_id) if order.product_id else ()
    criteria += parse_criteria(_numbered(order), product_service.indicator_names())
    faults = rules.search_faults(order.name, criteria)
    if faults:
        raise InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)
    return criteria


def _numbered(order: SearchOrder) -> list[dict[str, object]]:
    """Return the typed conditions, numbered apart from those of a product.

    Criteria carry words for the firm that fails; nobody fails a search before anybody's eyes.
    """
    return [
        {**entry, "code": f"asked_{place}", "denial_text": NO_WORDS}
        for place, entry in enumerate(order.criteria)
    ]


def _of_product(actor: Actor, product_id: UUID) -> tuple[Criterion, ...]:
    """Return the conditions of the institution's own product that do not need a firm's wish."""
    version = products.find_listed_version(product_id)
    if version is None or version.product.institution_id != policies.require_seeker(actor):
        raise NotFound("没有找到这款产品，请从本行在售产品里选择。")
    found = products.as_listed(version, product_service.indicator_names()).criteria
    return tuple(c for c in found if c.field.code not in rules.WISH_FIELDS)


def _count(actor: Actor, search: LeadSearch, criteria: Sequence[Criterion]) -> None:
    if counts_left(search.institution_id) == 0:
        raise RuleBroken(
            f"为保护企业，每家机构每天最多计数 {rules.MOST_COUNTS_A_DAY} 次，请明天再试。",
            code="too_many_counts",
        )
    found = find_firms(actor, {search.id: criteria})[search.id]
    _require_profiles(found)
    run_id = _keep(actor, search, found)
    _list_authorized(actor, search, criteria)
    audit.record(actor, LeadAction.SEARCH, "lead_search", search.id, {"run": str(run_id)})


def any_firm(found: Found) -> bool:
    """Tell whether a search went through any firm: without profiles of the day there is none."""
    return any(found.values())


def _require_profiles(found: Found) -> None:
    if not any_firm(found):
        raise Conflict("今天的企业画像还没有算完，请稍后再试。", code="profiles_pending")


def _keep(actor: Actor, search: LeadSearch, found: Found) -> UUID:
    """Store what is shown by outcome, and the sketch that later searches are compared with."""
    secret, run_id, rows = count_secret(), new_id(), []
    for outcome in rules.BEST_FIRST:
        sketch = rules.sketch_of(found[outcome], secret)
        row = LeadCount(
            run_id=run_id,
            search_id=search.id,
            institution_id=search.institution_id,
            outcome=outcome,
            sketch=sketch,
            fingerprint=search.fingerprint,
            rules_version=RULES_VERSION,
            counted_by=actor.account_id,
        )
        twin = near(search.institution_id, outcome, sketch)
        if twin is not None:
            row.shown, row.repeats = twin.shown, twin.id
        else:
            row.shown = shown_of(search.institution_id, outcome.value, sketch)
        rows.append(row)
    db.session.add_all(rows)
    db.session.flush()
    return run_id


def shown_of(institution_id: UUID, what: str, sketch: Sequence[int]) -> int | None:
    """Return a number as shown: the same for the same firms, in whichever week or search.

    Were it drawn anew each time, or for each of many alike searches, their mean would be exact.
    """
    return rules.shown_number(sum(sketch), count_secret(), institution_id, what, *sketch)


def near(institution_id: UUID, outcome: Outcome, sketch: Sequence[int]) -> LeadCount | None:
    """Return the earlier count whose firms are so nearly the same that its number is repeated."""
    earlier = queries.numbers_of_its_own(institution_id, outcome)
    place = rules.twin_of(sketch, [one.sketch for one in earlier], count_secret())
    return None if place is None else earlier[place]


def _list_authorized(actor: Actor, search: LeadSearch, criteria: Sequence[Criterion]) -> None:
    """List the firms that authorized this institution, unless the register rules them out.

    Whether one meets the other conditions is said by a look, and by nothing here.
    """
    consents = queries.firms_authorizing(search.institution_id, CONSENT_PURPOSE)
    if not consents:
        return
    public = [c for c in criteria if c.field.code in rules.REGISTER_FIELDS]
    firms = sorted(consents)
    found = matching.seek({search.id: public}, clock.today(), only=firms)[search.id]
    known = queries.met_by(search.id)
    for firm_id in sorted((found[Outcome.ELIGIBLE] | found[Outcome.INSUFFICIENT]) - known):
        db.session.add(
            Lead(
                search_id=search.id,
                institution_id=search.institution_id,
                enterprise_id=firm_id,
                product_id=search.product_id,
                origin=LeadOrigin.CONSENT,
                state=LeadState.AUTHORIZED,
                reasons=rules.reasons_of(public) if firm_id in found[Outcome.ELIGIBLE] else [],
                consent_id=consents[firm_id],
                made_by=actor.account_id,
                rules_version=RULES_VERSION,
            )
        )
    db.session.flush()
