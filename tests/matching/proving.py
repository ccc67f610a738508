"""Properties of matching at any count: for `make prove` in full, for the tests as a sample."""

import dataclasses

from tests.matching import naive
from tests.products.worlds import (
    INDICATORS,
    REGIONS,
    TODAY,
    criterion,
    dice_of,
    listed,
    random_criterion,
    random_subject,
    random_wish,
)
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.matching.columns import columns_of
from xinyidai.matching.index import ProductIndex
from xinyidai.matching.reverse import reverse
from xinyidai.products.rules import parse_criteria
from xinyidai.products.values import MatchSubject, Wish, implied_criteria, readings_of

PRODUCTS = 500
FIRMS_AT_ONCE = 100
RULES = 400


def match_engine_equals_naive(pairs, seed=20260615):
    """Judge random pairs by index, by columns and by the naive evaluator; return differences."""
    dice = dice_of(seed)
    written, products = written_products(dice, min(PRODUCTS, pairs))
    index, wrong = ProductIndex(products, "proof"), 0
    for _ in range(0, pairs // len(products), FIRMS_AT_ONCE):
        count = min(FIRMS_AT_ONCE, pairs // len(products))
        drawn = [(random_subject(dice), random_wish(dice)) for _ in range(count)]
        readings = [readings_of(*firm, on=TODAY) for firm in drawn]
        plain = [naive.firm_as_dict(*firm, TODAY) for firm in drawn]
        verdicts = [index.judge(one) for one in readings]
        columns = columns_of(readings)
        for place, criteria in enumerate(written):
            heard = [naive.product_says(criteria, firm) for firm in plain]
            wrong += sum(
                verdict.of(place).value != one for verdict, one in zip(verdicts, heard, strict=True)
            )
            codes = reverse(products[place].criteria, columns).outcomes
            names = (naive.YES, naive.UNKNOWN, naive.NO)
            wrong += sum(names[code] != one for code, one in zip(codes, heard, strict=True))
    return wrong


def match_missing_never_passes(firms, seed=20260616):
    """Remove every field of every firm, under every rule; return how often 符合 was gained.

    A rule is one criterion, or a product of several; removed is what the firm brings (its facts,
    indicators and wish, for each of the three causes) and what a criterion reads.
    """
    dice, gained = dice_of(seed), 0
    _, products = written_products(dice, RULES // 2)
    rules = [random_criterion(dice, place) for place in range(RULES // 2)]
    alone = [
        listed(RULES + place, parse_criteria([one], INDICATORS)) for place, one in enumerate(rules)
    ]
    index = ProductIndex([*products, *alone], "proof")
    for _ in range(firms):
        subject, wish = random_subject(dice, missing=0.02), random_wish(dice)
        readings = readings_of(subject, wish, on=TODAY)
        before = index.judge(readings).eligible
        poorer = [
            {code: one for code, one in readings.items() if code != left} for left in readings
        ]
        poorer += [readings_of(*firm, on=TODAY) for firm in without_one(subject, wish)]
        gained += sum((index.judge(one).eligible & ~before).bit_count() for one in poorer)
    return gained


def without_one(subject, wish):
    """Yield the firm with each of its facts, indicators or wishes removed, for each cause."""
    for cause in MissingCause:
        gone = Missing(cause)
        for fact in dataclasses.fields(MatchSubject):
            if fact.name != "indicators":
                yield dataclasses.replace(subject, **{fact.name: gone}), wish
        for code in subject.indicators:
            yield dataclasses.replace(subject, indicators={**subject.indicators, code: gone}), wish
    for part in dataclasses.fields(Wish):
        yield subject, dataclasses.replace(wish, **{part.name: None})


def written_products(dice, count):
    """Return criteria as a bank writes them, and the products they become."""
    written, products = [], []
    for number in range(count):
        raw = [random_criterion(dice, place) for place in range(dice.randint(0, 5))]
        regions = tuple(dice.sample(REGIONS, 2)) if dice.random() < 0.3 else ()
        whitelist = "general" if dice.random() < 0.1 else None
        implied = [criterion("region_code", "in_region", list(regions))] if regions else []
        if whitelist:
            implied.append(criterion("tags", "has_any", [f"whitelist:{whitelist}"]))
        criteria = implied_criteria(regions, whitelist) + parse_criteria(raw, INDICATORS)
        written.append([*implied, *raw])
        products.append(listed(number, criteria))
    return written, products
