"""Score many firms: in blocks, only those that need it, to be gone on with after a kill.

What is to be scored is found by comparing the newest score of each firm (`score_head`) with its
facts, its profile and the active model. So the database itself knows how far a run has come: each
block is a transaction of the caller's choice, and a run that was killed goes on where it stood.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.kernel import clock
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import RuleBroken
from xinyidai.profiles import service as profiles
from xinyidai.scoring import batch_queries
from xinyidai.scoring.batch_queries import FIRST
from xinyidai.scoring.models import ScoreResult
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.service.models import active_scorer
from xinyidai.scoring.service.scores import (
    NO_MODEL,
    head_columns,
    inputs_hash,
    inputs_of,
    keep_heads,
    outcome_columns,
)
from xinyidai.scoring.values import ModelKey

CHUNK = 500
FEW = 4  # up to so many profiles are built one by one: a batch's fixed cost is that of several
COPIED = ("reasons", "missing", "default_probability", "grade", "points", "is_insufficient")

Progress = Callable[[int], None]
Step = Callable[[], AbstractContextManager[object]]
Rows = Sequence[Row[*tuple[Any, ...]]]


def score_all(on_progress: Progress | None = None, *, step: Step = nullcontext) -> int:
    """Score every firm whose profile on present facts is not scored by the active model yet.

    Builds no profile. `step` opens the transaction of each block (`own_transaction` in commands
    and jobs: a killed run loses one block); `on_progress` gets the firms done so far. Returns how
    many firms were scored; running it twice scores nothing again.

    Raises:
        RuleBroken: no model is active.

    """
    scorer = _active()
    model, after, done = _key(scorer), FIRST, 0
    while True:
        with step():
            rows = batch_queries.unscored(model, after, CHUNK)
            if not rows:
                return done
            _score(scorer, rows)
            after, done = rows[-1].enterprise_id, done + len(rows)
        if on_progress:
            on_progress(done)


def score_dirty(
    on_progress: Progress | None = None, *, limit: int | None = None, step: Step = nullcontext
) -> int:
    """Build profile and score of the firms whose facts changed, or that another model scored.

    Takes at most about `limit` firms. Costs what the changed firms cost, however many there are
    besides. Returns how many firms were scored.

    Raises:
        RuleBroken: no model is active.

    """
    scorer = _active()
    done = 0
    for firms in _due(_key(scorer), limit):
        with step():
            _build_profiles(firms)
            _score(scorer, batch_queries.profiles_of(firms))
        done += len(firms)
        if on_progress:
            on_progress(done)
    return done


def count_dirty() -> int:
    """Count the firms that `score_dirty` would score; without an active model none."""
    scorer = active_scorer()
    return 0 if scorer is None else batch_queries.count_due(_key(scorer))


def _due(model: ModelKey, limit: int | None) -> Iterator[list[UUID]]:
    """Yield the firms that are due, block by block, by id: one that fails to stay does not loop."""
    after, left = FIRST, limit
    while left is None or left > 0:
        firms = list(batch_queries.due_firms(model, after, min(CHUNK, left or CHUNK)))
        if not firms:
            return
        yield firms
        after = firms[-1]
        left = None if left is None else left - len(firms)


def _build_profiles(firms: Sequence[UUID]) -> None:
    """Build today's profile on present facts of those that have none."""
    version = indicator_dictionary().version
    lacking = batch_queries.without_profile(firms, clock.today(), version)
    if len(lacking) > FEW:
        profiles.build_some(lacking)
        return
    for firm in lacking:
        profiles.current_profile(firm)


def _active() -> Scorer:
    scorer = active_scorer()
    if scorer is None:
        raise RuleBroken(NO_MODEL)
    return scorer


def _key(scorer: Scorer) -> ModelKey:
    return scorer.artefact.code, scorer.artefact.version


def _score(scorer: Scorer, rows: Rows) -> None:
    """Score one block of profiles and store results and heads."""
    if not rows:
        return
    names = scorer.transform.names
    hashes = [inputs_hash(row.indicators, names) for row in rows]
    same = [_same_as_before(scorer, row, found) for row, found in zip(rows, hashes, strict=True)]
    fresh = [place for place, before in enumerate(same) if before is None]
    # Nobody sees the score of a firm that has not signed up; its reasons wait until somebody does.
    wanted = {order for order, place in enumerate(fresh) if rows[place].is_signed_up}
    values = [inputs_of(rows[place].indicators, names) for place in fresh]
    told = dict(zip(fresh, scorer.outcomes(values, wanted), strict=True))
    results, heads, now = [], [], clock.now()
    for place, row in enumerate(rows):
        before = same[place]
        if before is None:
            days = {name: row.indicators[name]["source_on"] for name in names}
            columns = outcome_columns(told[place], days)
            columns["is_explained"] = row.is_signed_up or told[place].insufficient
        else:
            columns = {name: getattr(before, name) for name in COPIED}
            columns |= {"model_code": before.model_code, "model_version": before.model_version}
            columns["is_explained"] = before.is_explained
        result = {
            "id": new_id(),
            "enterprise_id": row.enterprise_id,
            "snapshot_id": row.snapshot_id,
            "facts_version": row.facts_version,
            "scored_at": now,
            "inputs_hash": hashes[place],
            **columns,
        }
        results.append(result)
        heads.append(head_columns(result, row.content_hash))
    db.session.execute(insert(ScoreResult), results)
    keep_heads(heads)


def _same_as_before(scorer: Scorer, row: Row[*tuple[Any, ...]], found: str) -> ScoreResult | None:
    """Return the firm's newest score when the same model read the very same then.

    Where reasons are still owed to a firm that has signed up since, it is computed anew.
    """
    before: ScoreResult | None = row.ScoreResult
    if before is None or before.inputs_hash != found:
        return None
    if (before.model_code, before.model_version) != _key(scorer):
        return None
    return before if before.is_explained or not row.is_signed_up else None
