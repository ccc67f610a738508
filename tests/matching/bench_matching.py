"""Benches of matching, in the city of `cities.py`: 1,000 products of 6–12 criteria.

Ours and the baseline run in turns; before that both must give the same result. Where a row says
"cpu" the time is that of this process alone, because the machine may be shared.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.matching.cities import city_firms, city_products
from tests.matching.reading_back import readings_at
from tests.products.worlds import TODAY
from xinyidai.catalogue.missing import Missing
from xinyidai.matching.block_places import UNIT, has_kernel, match_blocks
from xinyidai.matching.change_words import nearest_json
from xinyidai.matching.columns import FirmColumns
from xinyidai.matching.index import ProductIndex
from xinyidai.matching.placing import place_products, shortlist
from xinyidai.matching.ranking import (
    OUTCOME_WEIGHTS,
    PLACES,
    WEIGHTS,
    Asker,
    daily_seed,
    rank_products,
)
from xinyidai.matching.reverse import reverse
from xinyidai.matching.rules import ORDER
from xinyidai.matching.service.matching import SHOWN
from xinyidai.matching.values import Wish
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import GRADE_RANKS, GRADES, GuaranteeKind, Outcome, Terms

PRODUCTS = 1000
LIMIT = 20
RUNS = 7
FIRMS = 60  # matched by the slow baselines
MANY = 1_000_000
SAMPLED = 600  # of the million, matched by the dict loop

Row = dict[str, object]
Firm = dict[str, Any]


def match_online_vs_orm() -> Row:
    """One firm × 1,000 products, outcomes and first 20, against a loop over loaded ORM objects.

    The baseline reads each criterion from the JSON of its `ProductVersion`, as it is stored.
    """
    return _online("match_online_vs_orm", _orm_baseline, firms=20)


def match_online_vs_dict() -> Row:
    """The same against a loop over plain dicts with sets made beforehand, leaving at the first no."""
    return _online("match_online_vs_dict", _dict_baseline, firms=FIRMS)


def match_explain_ms() -> Row:
    """The same with what the page needs: 50 products with all reasons, factors and 差一点; p95."""
    index, firms = _index(), city_firms(400)
    times = []
    for place in range(firms.size):
        readings = readings_at(firms, place)
        asker = Asker(readings, _wish(readings))
        started = time.process_time()
        verdicts = index.judge(readings)
        first = shortlist(index, verdicts, asker, on=TODAY, limit=SHOWN)
        matches = rank_products(index, first, asker, on=TODAY, limit=SHOWN)
        for match in matches:
            [finding.to_json() for finding in (*match.unmet, *match.missing)]
            if match.outcome is not Outcome.ELIGIBLE:
                nearest_json(match.findings)
        times.append((time.process_time() - started) * 1000)
    return _ms("match_explain_ms", times[20:], goal=5, clock="cpu")


def match_batch_vs_dict() -> Row:
    """All of a million firms, outcomes and first 20, by NumPy alone, against the dict loop.

    The baseline is sampled: its speed for each firm is taken from some hundred firms.
    """
    return _batch(kernel=False, name="match_batch_vs_dict")


def match_batch_vs_dict_kernel() -> Row:
    """The same by the compiled kernel, where the extra is installed; the compiler not counted."""
    if not has_kernel():
        raise RuntimeError("the extra `kernel` (Numba) is not installed")
    return _batch(kernel=True, name="match_batch_vs_dict_kernel")


def match_reverse_ms() -> Row:
    """One product over a million firms: the outcome of each, by its criteria on columns."""
    firms, times = city_firms(MANY), []
    index = _index()
    _same_reverse(index, firms)
    for product in index.products[:40]:
        started = time.process_time()
        reverse(product.criteria, firms)
        times.append((time.process_time() - started) * 1000)
    return _ms("match_reverse_ms", times[3:], goal=20, clock="cpu", n=MANY, middle=True)


def _online(name: str, make: Callable[[], Callable[[Firm], Any]], *, firms: int) -> Row:
    index, columns = _index(), city_firms(firms)
    asked = [
        (one, Asker(one, _wish(one))) for one in (readings_at(columns, n) for n in range(firms))
    ]
    baseline = make()
    plain = [_plain(readings) for readings, _ in asked]

    def ours() -> list[Any]:
        return [
            place_products(index, index.judge(readings), asker, on=TODAY, limit=LIMIT)
            for readings, asker in asked
        ]

    def theirs() -> list[Any]:
        return [baseline(firm) for firm in plain]

    if ours() != theirs():
        raise RuntimeError("index and loop differ")
    return _versus(name, ours, theirs, per=firms)


def _batch(*, kernel: bool, name: str) -> Row:
    index, firms, baseline = _index(), city_firms(MANY), _dict_baseline()
    list(match_blocks(index, city_firms(64), on=TODAY, limit=LIMIT, kernel=kernel))
    sample = [_plain(readings_at(firms, place)) for place in range(SAMPLED)]
    mine, theirs = [], []
    for turn in range(3):
        started = time.process_time()
        blocks = match_blocks(index, firms, on=TODAY, limit=LIMIT, kernel=kernel)
        first = next(blocks)
        close = first.close.size + sum(block.close.size for block in blocks)
        mine.append((time.process_time() - started) / firms.size * 1e6)
        started = time.process_time()
        heard = [baseline(firm) for firm in sample]
        theirs.append((time.process_time() - started) / SAMPLED * 1e6)
        if turn == 0 and not _same_places(first, heard):
            raise RuntimeError("blocks and loop differ")
    row = _row(name, mine, theirs, n=MANY)
    return row | {"n": MANY, "baseline_n": SAMPLED, "clock": "cpu", "left_to_exact_rule": close}


def _same_places(block: Any, heard: list[Any]) -> bool:
    close = set(block.close.tolist())
    for place, expected in enumerate(heard):
        scored = zip(
            block.places[place].tolist(),
            block.outcomes[place].tolist(),
            block.scores[place].tolist(),
            strict=True,
        )
        found = [(p, ORDER[outcome], score / UNIT) for p, outcome, score in scored if p >= 0]
        if place not in close and found != expected:
            return False
    return True


def _same_reverse(index: ProductIndex, firms: FirmColumns) -> None:
    few = city_firms(300)
    verdicts = [index.judge(readings_at(few, place)) for place in range(few.size)]
    for place, product in enumerate(index.products[:40]):
        found = reverse(product.criteria, few).outcomes.tolist()
        if found != [(0, 1, 2)[ORDER.index(one.of(place))] for one in verdicts]:
            raise RuntimeError("reverse and index differ")


def _index() -> ProductIndex:
    return ProductIndex([product for _, product in city_products(PRODUCTS)], "bench")


# --- the baselines: what people write, sharing nothing with ours but the words of the formula ---


def _dict_baseline() -> Callable[[Firm], list[Any]]:
    products = []
    for raws, product in city_products(PRODUCTS):
        cost, tie = _counted_cost(product.terms)
        criteria, seed = [_prepared(raw) for raw in raws], daily_seed(product, TODAY)
        products.append((criteria, _numbers(product, cost), f"{tie}{seed}"))

    def match(firm: Firm) -> list[Any]:
        found: dict[Outcome, list[Any]] = {outcome: [] for outcome in ORDER}
        for place, (criteria, numbers, seed) in enumerate(products):
            outcome = _dict_says(criteria, firm)
            found[outcome].append((place, numbers, seed))
        return _first(found, firm)

    return match


def _prepared(raw: dict[str, Any]) -> tuple[str, str, Any, Any]:
    operator, value = raw["operator"], raw["value"]
    if operator in {"in_region", "in_industry", "has_any"}:
        return raw["field"], "any" if operator == "has_any" else "in", frozenset(value), None
    if raw["field"] == "grade":
        return "grade_rank", "range", GRADE_RANKS[value], float("inf")
    low, high = {"at_least": (value, float("inf")), "at_most": (-float("inf"), value)}.get(
        operator, value if isinstance(value, list) else (value, value)
    )
    return raw["field"], "range", low, high


def _dict_says(criteria: list[Any], firm: Firm) -> Outcome:
    lacking = False
    for field, operator, first, second in criteria:
        value = firm.get(field)
        if value is None:
            lacking = True
        elif operator == "range":
            if not first <= value <= second:
                return Outcome.INELIGIBLE
        elif operator == "in":
            if value not in first:
                return Outcome.INELIGIBLE
        elif not first & value:
            return Outcome.INELIGIBLE
    return Outcome.INSUFFICIENT if lacking else Outcome.ELIGIBLE


def _counted_cost(terms: Terms) -> tuple[float, int]:
    """Return the cost factor, and what stands before the seed: 0 is all said, 4 not even a rate."""
    if terms.rate_max is None:
        return 0.0, 4
    if terms.cost_items is None:
        return 0.0, 3
    unsaid = [item.code.value for item in terms.cost_items if item.value is None]
    if set(unsaid) - {"evaluation_fee", "notary_fee", "registration_fee"}:
        return 0.0, 2
    filled = [
        replace(item, value=Decimal("0.02") if item.value is None else item.value)
        for item in terms.cost_items
    ]
    rate = replace(terms, cost_items=tuple(filled)).all_in_rate
    return 0.0 if rate is None else max(0.0, 1 - float(rate) / 0.12), 1 if unsaid else 0


def _numbers(product: Any, cost: float) -> tuple[float, float, float, Terms]:
    terms, total = product.terms, len(product.criteria) + len(product.text_conditions)
    chance = len(product.criteria) / total if total else 1.0
    speed = 0.0 if terms.promise_days is None else max(0.0, 1 - terms.promise_days / 20)
    return chance, cost, speed, terms


def _first(found: dict[Outcome, list[Any]], firm: Firm) -> list[Any]:
    placed: list[Any] = []
    for outcome in ORDER:
        if len(placed) >= LIMIT:
            break
        scored = sorted(
            (-_score(numbers, outcome, firm), seed, place)
            for place, numbers, seed in found[outcome]
        )
        placed += [(place, outcome, -minus) for minus, _, place in scored]
    return placed[:LIMIT]


def _score(numbers: tuple[float, float, float, Terms], outcome: Outcome, firm: Firm) -> float:
    chance, cost, speed, terms = numbers
    likelihood = OUTCOME_WEIGHTS[outcome] * (0.5 * firm["grade_share"] + 0.5 * chance)
    shares = []
    if firm.get("amount_fen") is not None:
        shares.append(_within(firm["amount_fen"], terms.amount_min_fen, terms.amount_max_fen))
    if firm.get("term_months") is not None:
        shares.append(_within(firm["term_months"], terms.term_min_months, terms.term_max_months))
    if firm.get("guarantee") is not None:
        shares.append(1.0 if firm["guarantee"] == terms.guarantee else 0.0)
    fit = sum(shares) / len(shares) if shares else 1.0
    total = WEIGHTS["likelihood"] * likelihood + WEIGHTS["cost"] * cost
    return round(total + WEIGHTS["speed"] * speed + WEIGHTS["fit"] * fit, PLACES)


def _within(wanted: float, low: int | None, high: int | None) -> float:
    if high is None or wanted < (low or 0):
        return 0.0
    return 1.0 if wanted <= high else high / wanted


def _orm_baseline() -> Callable[[Firm], list[Any]]:
    versions = [_as_stored(raws, product) for raws, product in city_products(PRODUCTS)]

    def match(firm: Firm) -> list[Any]:
        found: dict[Outcome, list[Any]] = {outcome: [] for outcome in ORDER}
        for place, (version, cost, seed) in enumerate(versions):
            outcome = _orm_says(version, firm)
            found[outcome].append((place, (version, cost), seed))
        counted = {
            outcome: [(place, _orm_numbers(*one), seed) for place, one, seed in rows]
            for outcome, rows in found.items()
        }
        return _first(counted, firm)

    return match


def _as_stored(raws: list[dict[str, Any]], product: Any) -> tuple[ProductVersion, float, str]:
    """Return a version as loaded; its yearly cost was solved for when it was stored."""
    terms = product.terms
    cost, tie = _counted_cost(terms)
    version = ProductVersion(
        criteria=raws,
        text_conditions=[],
        amount_min_fen=terms.amount_min_fen,
        amount_max_fen=terms.amount_max_fen,
        term_min_months=terms.term_min_months,
        term_max_months=terms.term_max_months,
        rate_max=terms.rate_max,
        fee_rate=terms.fee_rate,
        fee_note="",
        guarantee=terms.guarantee,
        repayment=terms.repayment,
        promise_days=terms.promise_days,
    )
    return version, cost, f"{tie}{daily_seed(product, TODAY)}"


def _orm_numbers(version: ProductVersion, cost: float) -> tuple[float, float, float, Terms]:
    class Loaded:
        terms, criteria, text_conditions = version.terms, version.criteria, version.text_conditions

    return _numbers(Loaded, cost)


def _orm_says(version: ProductVersion, firm: Firm) -> Outcome:
    """Look at every criterion, as a page with reasons has to."""
    answers = [_json_says(criterion, firm) for criterion in version.criteria]
    if Outcome.INELIGIBLE in answers:
        return Outcome.INELIGIBLE
    return Outcome.INSUFFICIENT if Outcome.INSUFFICIENT in answers else Outcome.ELIGIBLE


def _json_says(criterion: dict[str, Any], firm: Firm) -> Outcome:
    value, operator, wanted = (
        firm.get(criterion["field"]),
        criterion["operator"],
        criterion["value"],
    )
    if value is None:
        return Outcome.INSUFFICIENT
    if operator in {"in_region", "in_industry"}:
        met = any(value.startswith(code) for code in wanted)
    elif operator == "has_any":
        met = any(tag in value for tag in wanted)
    elif criterion["field"] == "grade":
        met = GRADE_RANKS[value] >= GRADE_RANKS[wanted]
    elif operator == "at_least":
        met = value >= wanted
    elif operator == "at_most":
        met = value <= wanted
    else:
        met = wanted[0] <= value <= wanted[1]
    return Outcome.ELIGIBLE if met else Outcome.INELIGIBLE


# --- measuring ---


def _plain(readings: Any) -> Firm:
    firm = {code: None if isinstance(value, Missing) else value for code, value in readings.items()}
    rank = GRADE_RANKS.get(firm.get("grade") or "")
    return {**firm, "grade_rank": rank, "grade_share": ((rank or 1) - 1) / (len(GRADES) - 1)}


def _wish(readings: Any) -> Wish:
    firm = {code: None if isinstance(value, Missing) else value for code, value in readings.items()}
    amount, term, guarantee = firm["amount_fen"], firm["term_months"], firm["guarantee"]
    return Wish(
        None if amount is None else int(amount),
        None if term is None else int(term),
        None if guarantee is None else GuaranteeKind(guarantee),
    )


def _versus(
    name: str, ours: Callable[[], object], theirs: Callable[[], object], *, per: int
) -> Row:
    mine, other = [], []
    for _ in range(RUNS):
        mine.append(_microseconds(ours) / per)
        other.append(_microseconds(theirs) / per)
    return _row(name, mine, other, n=per) | {"clock": "cpu"}


def _microseconds(function: Callable[[], object]) -> float:
    started = time.process_time()
    function()
    return (time.process_time() - started) * 1e6


def _row(name: str, mine: list[float], other: list[float], *, n: int) -> Row:
    value, baseline = statistics.median(mine), statistics.median(other)
    return {
        "bench": name,
        "value": round(value, 2),
        "unit": "us",
        "baseline": round(baseline, 2),
        "ratio": round(baseline / value, 1),
        "better": "lower",
        "n": n,
        "runs": len(mine),
        "min": round(min(mine), 2),
        "max": round(max(mine), 2),
    }


def _ms(
    name: str, times: list[float], *, goal: float, clock: str, n: int = 0, middle: bool = False
) -> Row:
    value = statistics.median(times) if middle else statistics.quantiles(times, n=20)[-1]
    return {
        "bench": name,
        "value": round(value, 2),
        "unit": "ms",
        "baseline": goal,
        "ratio": round(goal / value, 2),
        "better": "lower",
        "n": n or len(times),
        "runs": len(times),
        "min": round(min(times), 2),
        "max": round(max(times), 2),
        "clock": clock,
    }
