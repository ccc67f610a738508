"""Standing matches, 常态化对接, once a week.

An institution learns how many firms are new, and a firm which products are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.leads import policies, queries, rules
from xinyidai.leads.models import LeadSearch, LeadWeek, StandingOffer
from xinyidai.leads.service.searching import (
    CONSENT_PURPOSE,
    any_firm,
    criteria_of,
    find_firms,
    near,
    remember,
    shown_of,
)
from xinyidai.leads.service.secret import count_secret
from xinyidai.leads.values import RULES_VERSION, ShownCount
from xinyidai.notifications import service as notifications
from xinyidai.notifications.values import Topic
from xinyidai.products import queries as products
from xinyidai.products import service as product_service
from xinyidai.products.values import ListedProduct, Outcome

TOTAL = Outcome.ELIGIBLE.value


def week_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def match_weekly(actor: Actor) -> int:
    """Run every standing match that has not run this week; return how many ran.

    Safe to run any day and any number of times: a week is told once. Before the profiles of the
    day are there, nothing is told, and the next day's run makes up for it.
    """
    policies.require_system(actor)
    week = week_of(clock.today())
    monday = datetime.combine(week, time(), clock.TZ)
    done = queries.searches_done(week)
    due = [search for search in queries.saved_before(monday) if search.id not in done]
    if not due:
        return 0
    found = find_firms(actor, {search.id: criteria_of(search) for search in due})
    if not any(map(any_firm, found.values())):
        return 0
    told = _Told()
    for search in due:
        _tell_of_firms(search, week, found[search.id][Outcome.ELIGIBLE], told)
    return len(due)


def offer_weekly(actor: Actor) -> int:
    """Tell each member of the products new since last week that it can get; return of how many.

    A firm is told of one version of a product once.
    """
    policies.require_system(actor)
    week = week_of(clock.today())
    new = _new_products(week)
    firms = queries.members() if new else ()
    if not firms:
        return 0
    found = find_firms(actor, {p.version_id: p.criteria for p in new}, only=list(firms))
    told = queries.offered_before([p.version_id for p in new])
    by_firm: dict[UUID, list[ListedProduct]] = {}
    for product in new:
        for firm_id in sorted(found[product.version_id][Outcome.ELIGIBLE]):
            if (firm_id, product.version_id) not in told:
                by_firm.setdefault(firm_id, []).append(product)
    _tell_of_products(by_firm, week)
    return sum(map(len, by_firm.values()))


@dataclass
class _Told:
    """What a run has told so far: alike searches of an institution read alike within a week."""

    numbers: dict[tuple[UUID, str], list[tuple[list[int], int | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def number(self, search: LeadSearch, what: str, firms: set[UUID]) -> int | None:
        """Return a number as shown, or that of an earlier set that is nearly the same."""
        sketch = rules.sketch_of(firms, count_secret())
        known = self.numbers[search.institution_id, what]
        place = rules.twin_of(sketch, [one for one, _ in known], count_secret())
        if place is not None:
            return known[place][1]
        twin = near(search.institution_id, Outcome.ELIGIBLE, sketch) if what == TOTAL else None
        shown = twin.shown if twin else shown_of(search.institution_id, what, sketch)
        known.append((sketch, shown))
        return shown


def _tell_of_firms(search: LeadSearch, week: date, matching: set[UUID], told: _Told) -> None:
    new = matching - queries.met_before(search.id)
    authorized = new & set(queries.firms_authorizing(search.institution_id, CONSENT_PURPOSE))
    row = LeadWeek(
        search_id=search.id,
        week=week,
        new_shown=told.number(search, "new", new),
        total_shown=told.number(search, TOTAL, matching),
        authorized_shown=told.number(search, "authorized", authorized),
        willing_shown=told.number(search, "willing", new & _willing(search)),
        rules_version=RULES_VERSION,
    )
    db.session.add(row)
    remember(search.id, new)
    notifications.send(
        topic=Topic.LEAD,
        title=f"“{search.name}”本周新增{ShownCount(row.new_shown).text}",
        body=f"其中愿意被联系的{ShownCount(row.willing_shown).text}，"
        f"已授权本机构的{ShownCount(row.authorized_shown).text}。可以请平台代发邀请。",
        institution_id=search.institution_id,
        link=f"/bank/leads/{search.id}",
        dedupe_key=f"lead-week:{search.id}:{week.isoformat()}",
    )


def _willing(search: LeadSearch) -> set[UUID]:
    kind = institutions.get_institution(search.institution_id).kind
    return {
        firm_id
        for firm_id, choice in queries.open_choices().items()
        if rules.lets_near(choice, search.institution_id, kind)
    }


def _new_products(week: date) -> Sequence[ListedProduct]:
    """Return the products put on sale in the seven days before this week, without the wish.

    A firm has not said how much it wants, so only conditions on the firm itself are asked.
    """
    since = datetime.combine(week - timedelta(days=7), time(), clock.TZ)
    new = queries.listed_between(since, since + timedelta(days=7))
    found = (p for p in products.listed_products(product_service.indicator_names()))
    return [_without_wish(product) for product in found if product.version_id in new]


def _without_wish(product: ListedProduct) -> ListedProduct:
    kept = tuple(c for c in product.criteria if c.field.code not in rules.WISH_FIELDS)
    return ListedProduct(
        product.version_id,
        product.product_id,
        product.institution_id,
        product.code,
        product.name,
        product.kind,
        product.terms,
        kept,
        product.text_conditions,
    )


def _tell_of_products(by_firm: dict[UUID, list[ListedProduct]], week: date) -> None:
    db.session.add_all(
        StandingOffer(enterprise_id=firm_id, product_version_id=product.version_id, week=week)
        for firm_id, offered in by_firm.items()
        for product in offered
    )
    db.session.flush()
    notifications.send_all(_messages(by_firm, week))


def _messages(
    by_firm: dict[UUID, list[ListedProduct]], week: date
) -> Iterable[notifications.Message]:
    for firm_id, offered in by_firm.items():
        yield notifications.Message(
            topic=Topic.LEAD,
            title=f"本周有 {len(offered)} 款新产品，您符合平台可核对的条件",
            body="可以填写金额和期限，看看哪一款更合适。",
            enterprise_id=firm_id,
            link="/enterprise/contact",
            dedupe_key=f"lead-offer:{firm_id}:{week.isoformat()}",
        )
