"""Bench of the dirty set: what it costs when one firm of a hundred has changed."""

import statistics
import time
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import text

from tests.credit_records.bench_ground import city, owner, tell
from tests.scoring.ground import all_firms, deliver_to, settle, some_firms
from xinyidai.kernel.db import db, own_transaction
from xinyidai.profiles import service as profiles
from xinyidai.scoring import service

FIRMS = 20_000
CHANGED_SHARE = 0.01
GOAL = 0.05
ROUNDS = 5

Row = dict[str, object]


def rescore_dirty_share() -> Row:
    """Profile and score of 1 % changed firms, as a share of profile and score of all of them.

    The full run is the fastest there is: every profile in one batch, then every score. The share
    of scoring alone, profiles apart, stands beside it.
    """
    with city(FIRMS, "rescore"):
        settle()
        firms = all_firms()
        profiling, scoring = _full()
        tell(f"full run: {profiling:.1f} s profiles, {scoring:.1f} s scores")
        count = round(FIRMS * CHANGED_SHARE)
        dirty = [_dirty(some_firms(firms, count, turn), turn) for turn in range(ROUNDS)]
        only_scoring = _scoring_alone(firms)
    share = statistics.median(dirty) / (profiling + scoring)
    return {
        "bench": "rescore_dirty_share",
        "value": round(share, 4),
        "unit": "share",
        "baseline": GOAL,
        "ratio": round(GOAL / share, 2),
        "better": "lower",
        "n": len(firms),
        "runs": ROUNDS,
        "min": round(min(dirty) / (profiling + scoring), 4),
        "max": round(max(dirty) / (profiling + scoring), 4),
        "full_s": round(profiling + scoring, 2),
        "scores_s": round(scoring, 2),
        "scoring_alone_share": round(only_scoring / scoring, 4),
    }


def _full() -> tuple[float, float]:
    """Return the seconds of every profile and of every score, from none."""
    _forget()
    with own_transaction():
        profiling = _seconds(profiles.build_all)
    scoring = _seconds(lambda: service.score_all(step=own_transaction))
    return profiling, scoring


def _forget() -> None:
    """Empty scores and profiles, so that a full run has everything to do."""
    db.session.remove()
    with owner() as connection:
        connection.execute(text("truncate score_result, score_head, profile_snapshot"))
        connection.execute(text("vacuum analyze enterprise"))


def _dirty(changed: list[UUID], turn: int) -> float:
    """Return the seconds from changed facts to stored scores."""
    deliver_to(changed, seed=1_000 + turn)
    found = service.count_dirty()
    if found != len(changed):
        raise RuntimeError(f"{found} firms are due, {len(changed)} have changed")
    seconds = _seconds(lambda: service.score_dirty(step=own_transaction))
    if service.count_dirty():
        raise RuntimeError("some firms were left out")
    return seconds


def _scoring_alone(firms: list[UUID]) -> float:
    """Return the seconds of scoring 1 % whose new profiles are built already."""
    changed = some_firms(firms, round(FIRMS * CHANGED_SHARE), ROUNDS)
    deliver_to(changed, seed=2_000)
    with own_transaction():
        profiles.build_some(changed)
    return _seconds(lambda: service.score_dirty(step=own_transaction))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
