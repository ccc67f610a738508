"""Evaluate one firm or all of them from their profiles of the day; keep what is new."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from xinyidai.catalogue.evaluation_rules import evaluation_rules
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_evaluations import policies, queries, rules
from xinyidai.credit_evaluations.models import CreditEvaluation
from xinyidai.credit_evaluations.service import telling
from xinyidai.credit_records import service as credit_records
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.profiles import service as profiles
from xinyidai.profiles.models import ProfileSnapshot

PURPOSE = "public_evaluation"

Progress = Callable[[int, int], None]


def evaluate_firm(enterprise_id: UUID) -> CreditEvaluation:
    """Evaluate one firm on its present facts, the profile being built where there is none today.

    The same content is kept once: a result equal to the firm's last one is that one.
    """
    snapshot = profiles.current_profile(enterprise_id)
    last = queries.newest_of(enterprise_id)
    row = _row(snapshot)
    if last is not None and _is_same(last, row):
        return last
    with credit_records.platform_run(
        PURPOSE, evaluation_rules().version, enterprise_ids=[enterprise_id]
    ):
        made = CreditEvaluation(**row)
        db.session.add(made)
        db.session.flush()
    telling.tell_change(last, row)
    return made


def evaluate_all(actor: Actor = SYSTEM, on_progress: Progress | None = None) -> int:
    """Evaluate every firm that has a profile of today on its present facts.

    Returns how many results are new; `on_progress` gets firms done and firms in all. Running it
    twice keeps nothing new, so a killed run is simply started again.
    """
    policies.require_run(actor)
    day, version = clock.today(), indicator_dictionary().version
    total, done, new = queries.count_profiles(day, version), 0, 0
    with credit_records.platform_run(PURPOSE, evaluation_rules().version, actor=actor):
        for piece in queries.profiles_of_day(day, version):
            new += _keep(piece)
            done += len(piece)
            if on_progress:
                on_progress(done, total)
    return new


def _keep(piece: Sequence[ProfileSnapshot]) -> int:
    last = queries.newest_hashes([snapshot.enterprise_id for snapshot in piece])
    rows = [_row(snapshot) for snapshot in piece]
    fresh = [row for row in rows if not _is_same(last.get(row["enterprise_id"]), row)]
    if fresh:
        db.session.execute(insert(CreditEvaluation), fresh)
        for row in fresh:
            telling.tell_change(last.get(row["enterprise_id"]), row)
    return len(fresh)


def _is_same(last: CreditEvaluation | None, row: Mapping[str, Any]) -> bool:
    return last is not None and (last.content_hash, last.facts_version) == (
        row["content_hash"],
        row["facts_version"],
    )


def _row(snapshot: ProfileSnapshot) -> dict[str, Any]:
    found = rules.evaluate(evaluation_rules(), rules.readings_of(snapshot.indicators))
    return {
        "id": new_id(),
        "enterprise_id": snapshot.enterprise_id,
        "snapshot_id": snapshot.id,
        "rule_version": found.rule_version,
        "dictionary_version": snapshot.dictionary_version,
        "facts_version": snapshot.facts_version,
        "as_of": snapshot.as_of,
        "grade": found.grade.value if found.grade else None,
        "total": found.total,
        "counted_percent": found.counted_percent,
        "worst_because": list(found.worst_because),
        "dimensions": rules.to_json(found),
        "content_hash": rules.content_hash(found),
        "evaluated_at": clock.now(),
    }
