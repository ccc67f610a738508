"""Match all firms and keep the first places of each, 批量匹配; only those that need it.

What is due is found by comparing each firm's newest places (`match_head`) with its facts, profile,
score, lists and wish and with the products of the day. So the database itself knows how far a run
has come: each block is a transaction of the caller's choice, and a killed run goes on.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from xinyidai.credit_records import service as credit_records
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.matching import head_queries, policies, queries, standing_queries
from xinyidai.matching.block_places import UNIT, BlockPlaces, match_blocks
from xinyidai.matching.columns import FirmColumns, columns_of
from xinyidai.matching.head_queries import Due
from xinyidai.matching.index import ProductIndex
from xinyidai.matching.models import MatchHead
from xinyidai.matching.placing import place_products
from xinyidai.matching.ranking import Asker
from xinyidai.matching.rules import ORDER
from xinyidai.matching.service.assembling import subject_from, wish_json, wish_of
from xinyidai.matching.service.matching import PURPOSE, current_fingerprint, current_index
from xinyidai.matching.values import Wish
from xinyidai.products.values import Readings, readings_of
from xinyidai.profiles import service as profiles
from xinyidai.whitelist import queries as whitelist

FIRST_PLACES = 20
FIRMS_AT_ONCE = 1_000
Progress = Callable[[int], None]
Step = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True)
class _Page:
    """Some firms that are due, with what they wish and what is read of them."""

    due: Sequence[Due]
    wishes: Sequence[Wish]
    readings: Sequence[Readings]

    @property
    def columns(self) -> FirmColumns:
        return columns_of(self.readings)


def match_due(
    on_progress: Progress | None = None,
    *,
    actor: Actor = SYSTEM,
    limit: int | None = None,
    step: Step = nullcontext,
) -> int:
    """Match every firm whose newest places no longer hold, and keep its first 20.

    Takes at most about `limit` firms. A firm is matched for the wish of its own newest matching,
    else without one. `step` opens the transaction of each block; `on_progress` gets the firms
    done so far. Returns how many were matched; run again at once, it matches none.

    Raises:
        Forbidden: the actor may not start platform processing.

    """
    policies.require_batch(actor)
    after, done = head_queries.FIRST, 0
    while limit is None or done < limit:
        with step():
            at_once = FIRMS_AT_ONCE if limit is None else min(FIRMS_AT_ONCE, limit - done)
            page = _match_some(actor, after, at_once)
        if not page:
            break
        after, done = page[-1][0].id, done + len(page)
        if on_progress:
            on_progress(done)
    return done


def find_head(actor: Actor, enterprise_id: UUID) -> MatchHead | None:
    """Return the newest places of the actor's own firm while they hold, else None."""
    policies.require_own(actor, enterprise_id)
    return head_queries.find_head(enterprise_id, clock.today(), current_fingerprint())


@dataclass(frozen=True)
class BatchState:
    """How far the matching of all firms has come today: `matched` of the `profiled` firms."""

    on: date
    products: int
    fingerprint: str
    counted_on: date | None
    matched: int
    profiled: int


def read_batch_state(actor: Actor) -> BatchState:
    """Return how far today's matching of all firms is, for the office; counts only."""
    policies.require_overseer(actor)
    day, index = clock.today(), current_index()
    return BatchState(
        on=day,
        products=len(index.products),
        fingerprint=index.fingerprint,
        counted_on=standing_queries.newest_day(day),
        matched=head_queries.count_heads(day, index.fingerprint),
        profiled=head_queries.count_profiled(day),
    )


def _match_some(actor: Actor, after: UUID, limit: int) -> Sequence[Due]:
    day, index = clock.today(), current_index()
    due = head_queries.due_firms(day, index.fingerprint, after=after, limit=limit)
    if due:
        with credit_records.platform_run(PURPOSE, index.rule.version, actor=actor):
            page = _read(due, day)
        head_queries.keep_heads(list(_heads(index, page, day)))
    return due


def _read(due: Sequence[Due], day: date) -> _Page:
    ids = [enterprise.id for enterprise, _, _ in due]
    lists, grades = whitelist.list_codes_by_enterprise(ids), queries.present_grades(ids)
    wished = head_queries.newest_wishes(ids)
    wishes = [wish_of(wished.get(firm, {})) for firm in ids]
    subjects = [
        subject_from(
            enterprise,
            profiles.facts_of(snapshot).values,
            grade=grades.get(enterprise.id),
            list_codes=lists.get(enterprise.id, frozenset()),
        )
        for enterprise, snapshot, _ in due
    ]
    both = zip(subjects, wishes, strict=True)
    return _Page(due, wishes, [readings_of(subject, wish, on=day) for subject, wish in both])


def _heads(index: ProductIndex, page: _Page, day: date) -> Iterator[dict[str, Any]]:
    for block in match_blocks(index, page.columns, on=day, limit=FIRST_PLACES):
        close = set(block.close.tolist())
        for place in range(len(block.places)):
            placed = _placed(block, place)
            if place in close:
                placed = _placed_exactly(index, page, block.start + place, day)
            yield _head(index, page, block.start + place, day) | _kept(
                index, placed, block.counts[place].tolist()
            )


def _placed(block: BlockPlaces, place: int) -> list[tuple[int, str, int]]:
    found = zip(
        block.places[place].tolist(),
        block.outcomes[place].tolist(),
        block.scores[place].tolist(),
        strict=True,
    )
    return [
        (product, ORDER[outcome].value, score) for product, outcome, score in found if product >= 0
    ]


def _placed_exactly(
    index: ProductIndex, page: _Page, place: int, day: date
) -> list[tuple[int, str, int]]:
    readings, wish = page.readings[place], page.wishes[place]
    placed = place_products(
        index, index.judge(readings), Asker(readings, wish), on=day, limit=FIRST_PLACES
    )
    return [(product, outcome.value, round(score * UNIT)) for product, outcome, score in placed]


def _head(index: ProductIndex, page: _Page, place: int, day: date) -> dict[str, Any]:
    enterprise, snapshot, score_id = page.due[place]
    return {
        "enterprise_id": enterprise.id,
        "matched_on": day,
        "facts_version": enterprise.facts_version,
        "profile_id": snapshot.id,
        "score_id": score_id,
        "products_fingerprint": index.fingerprint,
        "rules_version": index.rule.version,
        "wish": wish_json(page.wishes[place]),
        "computed_at": clock.now(),
    }


def _kept(
    index: ProductIndex, placed: Sequence[tuple[int, str, int]], counts: Sequence[int]
) -> dict[str, Any]:
    return {
        "product_count": len(index.products),
        "eligible_count": counts[0],
        "insufficient_count": counts[1],
        "ineligible_count": counts[2],
        "version_ids": [index.products[product].version_id for product, _, _ in placed],
        "outcomes": [outcome for _, outcome, _ in placed],
        "scores": [score for _, _, score in placed],
    }
