"""Bench of a bank's search for firms: what an officer waits for in a city of 100,000 firms."""

import statistics
import time

from tests.credit_records.bench_ground import tell
from tests.factories import parties
from tests.leads.search_city import search_city
from tests.products.worlds import criterion
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.leads import service
from xinyidai.leads.values import SearchOrder
from xinyidai.matching import queries
from xinyidai.matching import service as matching
from xinyidai.matching.service.assembling import subject_from
from xinyidai.matching.service.keeping import forget
from xinyidai.products import service as products
from xinyidai.products.rules import assess, parse_criteria
from xinyidai.products.values import Criterion, Outcome, Wish, readings_of
from xinyidai.profiles import service as profiles
from xinyidai.whitelist import queries as whitelist

FIRMS = 100_000
GOAL_MS = 3000
ROUNDS = 5
CHECKED = 500
MEASURES = (
    "tax_paid_12m", "invoice_sales_12m", "electricity_12m", "patents_total", "penalties_24m",
    "honours_36m",
)  # fmt: skip
KINDS = {
    "region": [criterion("region_code", "in_region", ["410482"])],
    "trade": [criterion("industry", "in_industry", ["C34"])],
    "tags": [criterion("tags", "has_any", ["high_tech", "gazelle"])],
    "whitelist": [criterion("tags", "has_any", ["whitelist:general"])],
    "grade": [criterion("grade", "at_least", "BBB")],
    "groups": [criterion(code, "is_true") for code in ("first_loan", "agriculture", "owns_ip")],
    "indicators": [criterion(f"indicator:{code}", "at_least", 0) for code in MEASURES],
}
EVERYTHING = "everything"
KINDS[EVERYTHING] = [one for kind in KINDS.values() for one in kind]

Row = dict[str, object]


def lead_search_ms() -> Row:
    """A search by every kind of condition at once, from the order to what the bank may read.

    Cold: the process keeps nothing yet, as after its start or on a new day. Warm: it has searched
    before. Each kind of condition alone stands beside it, cold; outcomes of 500 firms are those of
    the plain evaluation.
    """
    with search_city(FIRMS):
        _require_as_plain()
        kinds = {kind: statistics.median(_times(kind, cold=True, rounds=3)) for kind in KINDS}
        for kind, value in kinds.items():
            tell(f"{kind}: cold {value:.0f} ms")
        cold = _times(EVERYTHING, cold=True, rounds=ROUNDS)
        warm = _times(EVERYTHING, cold=False, rounds=ROUNDS)
    value = statistics.median(cold)
    return {
        "bench": "lead_search_ms",
        "value": round(value, 1),
        "unit": "ms",
        "baseline": GOAL_MS,
        "ratio": round(GOAL_MS / value, 2),
        "better": "lower",
        "n": FIRMS,
        "runs": ROUNDS,
        "min": round(min(cold), 1),
        "max": round(max(cold), 1),
        "warm_ms": round(statistics.median(warm), 1),
        "cold_by_kind_ms": {kind: round(value) for kind, value in kinds.items()},
    }


def _times(kind: str, *, cold: bool, rounds: int) -> list[float]:
    """Return the milliseconds of counts by a bank that asks for the first time; none is kept."""
    times = []
    for _ in range(rounds):
        if cold:
            forget()
        officer = parties.account(Role.BANK_OFFICER, parties.institution()).as_actor()
        started = time.perf_counter()
        service.count_firms(officer, SearchOrder(kind, tuple(KINDS[kind])))
        times.append((time.perf_counter() - started) * 1000)
        db.session.rollback()
    return times


def _require_as_plain() -> None:
    """Compare every kind of condition with what is said of one firm after the other."""
    asked = {kind: _criteria(kind) for kind in KINDS}
    found = matching.seek(asked, clock.today())
    page = queries.profiled_firms(clock.today(), after=None, limit=CHECKED)
    ids = [firm.id for firm, _ in page]
    grades, lists = queries.present_grades(ids), whitelist.list_codes_by_enterprise(ids)
    for firm, snapshot in page:
        values = profiles.facts_of(snapshot).values
        subject = subject_from(
            firm, values, grade=grades.get(firm.id), list_codes=lists.get(firm.id, ())
        )
        readings = readings_of(subject, Wish(), on=clock.today())
        for kind, criteria in asked.items():
            if firm.id not in found[kind][assess(criteria, readings).outcome]:
                raise RuntimeError(f"{kind}: firm {_place(firm, found[kind])} differs")
    db.session.rollback()


def _place(firm: Enterprise, found: dict[Outcome, set[object]]) -> str:
    return ", ".join(outcome.value for outcome in Outcome if firm.id in found[outcome])


def _criteria(kind: str) -> tuple[Criterion, ...]:
    numbered = [{**one, "code": f"c{place}"} for place, one in enumerate(KINDS[kind])]
    return parse_criteria(numbered, products.indicator_names())
