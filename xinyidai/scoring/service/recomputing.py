"""Compute past scores again, 评分复算: from what is stored, by the model that made them.

A score rests on a profile snapshot, a look on the indicators in its own snapshot or, where only
the result was shown, on its basis. Equal means to the last bit, for the numbers and every reason.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from xinyidai.credit_records import service as credit_records
from xinyidai.kernel.errors import DomainError, InvalidInput
from xinyidai.profiles import service as profiles
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.scoring import batch_queries
from xinyidai.scoring.batch_queries import FIRST
from xinyidai.scoring.models import ScoreResult
from xinyidai.scoring.service.models import scorer_of
from xinyidai.scoring.service.scores import inputs_hash, inputs_of, outcome_columns

CHUNK = 500
PURPOSE, RULE_VERSION = "scoring", "recompute-2026.1"
COMPARED = ("is_insufficient", "default_probability", "grade", "points")
LOOKS = """
    select id, event_id, content from credit.disclosure_snapshot
    where id > :after and (cast(:ids as uuid[]) is null or id = any(cast(:ids as uuid[])))
      and content ? 'score' and content -> 'score' <> 'null'::jsonb
    order by id limit :limit
"""

Progress = Callable[[int], None]
Pair = Row[ScoreResult, ProfileSnapshot | None]


@dataclass(frozen=True)
class Difference:
    """One stored score that did not come out again: what differs, stored and found."""

    id: UUID
    what: str
    stored: object
    found: object


@dataclass
class Recomputation:
    """How many scores were computed again, and every difference."""

    checked: int = 0
    differences: list[Difference] = field(default_factory=list)


def read_ids(text: str) -> list[UUID]:
    """Return the ids of a list with commas; raises `InvalidInput` for what is none."""
    try:
        return [UUID(part.strip()) for part in text.split(",")]
    except ValueError as problem:
        raise InvalidInput("评分编号写错了：每个编号是 36 位，用逗号隔开。") from problem


def recompute(
    ids: Collection[UUID] | None = None,
    on_progress: Progress | None = None,
    *,
    limit: int | None = None,
) -> Recomputation:
    """Compute stored scores again (`None`: all, the oldest `limit`) and return what differs.

    A score whose snapshot or model is gone or changed is a difference too.
    """
    done = Recomputation()
    for pairs in _chunks(ids, limit):
        for model, group in groupby(sorted(pairs, key=_model_of), key=_model_of):
            done.differences += _differences(*model, list(group))
        done.checked += len(pairs)
        if on_progress:
            on_progress(done.checked)
    return done


def recompute_looks(
    ids: Collection[UUID] | None = None, on_progress: Progress | None = None
) -> Recomputation:
    """Compute the scores that looks showed again; one logged run of the platform.

    Looks whose data life is over are empty by law and not among them.
    """
    done, after = Recomputation(), FIRST
    wanted = None if ids is None else [str(one) for one in ids]
    with credit_records.platform_run(PURPOSE, RULE_VERSION) as run:
        while rows := run.execute(LOOKS, {"after": after, "ids": wanted, "limit": CHUNK}):
            bases = batch_queries.bases_of([row.event_id for row in rows])
            for row in rows:
                indicators = row.content.get("indicators", bases.get(row.event_id))
                done.differences += _look_differences(row.id, row.content["score"], indicators)
            done.checked, after = done.checked + len(rows), rows[-1].id
            if on_progress:
                on_progress(done.checked)
    return done


def _chunks(ids: Collection[UUID] | None, limit: int | None) -> Iterator[Sequence[Pair]]:
    after, left = FIRST, limit
    while left is None or left > 0:
        size = CHUNK if left is None else min(CHUNK, left)
        pairs = batch_queries.results_with_snapshots(ids, after, size)
        if not pairs:
            return
        yield pairs
        after = pairs[-1][0].id
        left = None if left is None else left - len(pairs)


def _model_of(pair: Pair) -> tuple[str, str]:
    return pair[0].model_code, pair[0].model_version


def _differences(code: str, version: str, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Yield what differs among scores of one model."""
    try:
        scorer = scorer_of(code, version)
    except DomainError as refusal:
        for result, _ in pairs:
            yield Difference(result.id, "model", f"{code} {version}", refusal.message)
        return
    whole = [(result, snapshot) for result, snapshot in pairs if snapshot is not None]
    names = scorer.transform.names
    values = [inputs_of(snapshot.indicators, names) for _, snapshot in whole]
    explained = {place for place, (result, _) in enumerate(whole) if result.is_explained}
    outcomes = scorer.outcomes(values, explained)
    for (result, snapshot), outcome in zip(whole, outcomes, strict=True):
        found = outcome_columns(outcome, _days(snapshot.indicators))
        yield from _compare(result.id, vars(result), found)
        if not profiles.is_unchanged(snapshot):
            yield Difference(result.id, "snapshot", snapshot.content_hash, "画像快照被改动过")
        read = inputs_hash(snapshot.indicators, names)
        if result.inputs_hash not in {"", read}:
            yield Difference(result.id, "inputs_hash", result.inputs_hash, read)
    for result, gone in pairs:
        if gone is None:
            yield Difference(result.id, "snapshot", str(result.snapshot_id), "没有留存画像快照")


def _look_differences(
    look_id: UUID, stored: Mapping[str, Any], indicators: Mapping[str, Any] | None
) -> Iterator[Difference]:
    if indicators is None:
        yield Difference(look_id, "inputs", None, "没有留存评分依据")
        return
    try:
        scorer = scorer_of(stored["model_code"], stored["model_version"])
    except DomainError as refusal:
        yield Difference(look_id, "model", stored["model_version"], refusal.message)
        return
    outcome = scorer.score_one(inputs_of(indicators, scorer.transform.names))
    yield from _compare(look_id, stored, outcome_columns(outcome, _days(indicators)))


def _days(indicators: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: entry["source_on"] for name, entry in indicators.items()}


def _compare(
    one: UUID, stored: Mapping[str, Any], found: Mapping[str, Any]
) -> Iterator[Difference]:
    """Yield every column that differs.

    What newer versions add to a reason is no difference, nor that a department was renamed since.
    """
    for name in COMPARED:
        if stored[name] != found[name]:
            yield Difference(one, name, stored[name], found[name])
    if stored["missing"] != found["missing"]:
        yield Difference(one, "missing", stored["missing"], found["missing"])
    if not stored.get("is_explained", True):
        return
    before, after = stored["reasons"], found["reasons"]
    if len(before) != len(after):
        yield Difference(one, "reasons", before, after)
        return
    for old, new in zip(before, after, strict=True):
        if any(new.get(name) != value for name, value in old.items() if name != "source"):
            yield Difference(one, "reasons", old, new)
