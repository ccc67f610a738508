"""Champion and challenger, 影子运行: a version scores every night, stored apart, shown to nobody.

Firms and banks never see these scores: they lie in a table of their own, and what pages and API
read joins the active version only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert

from xinyidai.audit import service as audit
from xinyidai.credit_records import service as credit_records
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound, RuleBroken
from xinyidai.model_monitoring import policies, queries, rules
from xinyidai.model_monitoring.models import ShadowAssignment, ShadowScore
from xinyidai.model_monitoring.service.columns import Block, blocks
from xinyidai.scoring import queries as models
from xinyidai.scoring import service as scoring
from xinyidai.scoring.models import ModelVersion
from xinyidai.scoring.values import ModelState

# A retired version may be watched as well: it is what a rollback would bring back.
MAY_SHADOW = frozenset(
    {ModelState.CANDIDATE, ModelState.VALIDATED, ModelState.APPROVED, ModelState.RETIRED}
)
PURPOSE = "scoring"
LONGEST_REASON = 500
MOST_AT_ONCE = 3


@dataclass(frozen=True)
class ShadowComparison:
    """How a version in the shadow differs from the active one, on the same facts.

    `table` counts firms by both grades (None: 数据不足); `moved` are those two grades or more
    apart, or graded by one alone.
    """

    firms: int
    table: dict[tuple[str | None, str | None], int]
    correlation: float | None
    champion_bad_rate: float | None
    shadow_bad_rate: float | None

    @property
    def moved_cells(self) -> list[tuple[str | None, str | None]]:
        """Return the cells of firms whose grade would change by two or more."""
        return [cell for cell in self.table if has_moved(cell)]

    @property
    def moved(self) -> int:
        """Number of firms that would change by two grades or more."""
        return sum(self.table[cell] for cell in self.moved_cells)


def has_moved(cell: tuple[str | None, str | None]) -> bool:
    """Tell whether the two grades are two or more apart, or one of them alone is none."""
    apart = rules.grades_apart(*cell)
    return cell[0] != cell[1] if apart is None else abs(apart) >= rules.MOVED_GRADES


def start_shadow(actor: Actor, model_id: UUID, reason: str) -> ShadowAssignment:
    """Let a version score in the shadow from the next night on.

    Raises:
        NotFound: no such version.
        RuleBroken: it is the active one or a reference.
        Conflict: it runs in the shadow already, or three others do.

    """
    policies.require_keeper(actor)
    model = _get(model_id)
    if model.state not in MAY_SHADOW:
        raise RuleBroken("启用中的模型和参考模型不能影子运行。", code="not_for_shadow")
    words = _reason(reason)
    if queries.open_assignment(model_id) is not None:
        raise Conflict("这个版本已经在影子运行。", code="shadow_running")
    if len(queries.open_assignments()) >= MOST_AT_ONCE:
        raise Conflict(f"最多同时影子运行 {MOST_AT_ONCE} 个版本。", code="too_many_shadows")
    scoring.sound_scorer(model)  # a model that cannot score is refused now, not at night
    assignment = ShadowAssignment(
        model_id=model_id,
        reason=words,
        started_by=actor.account_id,
        starter_name=actor.name,
        started_at=clock.now(),
    )
    db.session.add(assignment)
    db.session.flush()
    audit.record(actor, "model:start_shadow", "model_version", model_id)
    return assignment


def stop_shadow(actor: Actor, model_id: UUID) -> ShadowAssignment:
    """End a shadow run; its scores are deleted, for nobody is to take them for current.

    Raises:
        Conflict: it does not run in the shadow.

    """
    policies.require_keeper(actor)
    _get(model_id)
    assignment = queries.open_assignment(model_id)
    if assignment is None:
        raise Conflict("这个版本没有在影子运行。", code="no_shadow")
    assignment.ended_by, assignment.ender_name = actor.account_id, actor.name
    assignment.ended_at = clock.now()
    db.session.execute(delete(ShadowScore).where(ShadowScore.model_id == model_id))
    db.session.flush()
    audit.record(actor, "model:stop_shadow", "model_version", model_id)
    return assignment


def run_shadows() -> dict[UUID, int]:
    """Score all firms with every version in the shadow; return how many firms each scored.

    A version that was activated meanwhile has left the shadow; one that was stopped during the
    run keeps no scores and is not in what is returned.
    """
    found = {}
    for assignment in queries.open_assignments():
        model = _get(assignment.model_id)
        if model.state in MAY_SHADOW:
            found[model.id] = _run(model)
        else:
            assignment.ended_at = clock.now()
            db.session.execute(delete(ShadowScore).where(ShadowScore.model_id == model.id))
    db.session.flush()
    return {model_id: count for model_id, count in found.items() if _is_kept(model_id)}


def _is_kept(model_id: UUID) -> bool:
    """Note that a version has run; the lock is taken last, so that who stops it does not wait."""
    assignment = queries.open_assignment(model_id)
    if assignment is None:
        db.session.execute(delete(ShadowScore).where(ShadowScore.model_id == model_id))
        return False
    assignment.run_at = clock.now()
    db.session.flush()
    return True


def _run(model: ModelVersion) -> int:
    scorer = scoring.sound_scorer(model)
    db.session.execute(delete(ShadowScore).where(ShadowScore.model_id == model.id))
    count = 0
    with credit_records.platform_run(PURPOSE, f"shadow:{model.code} {model.version}"):
        for block in blocks(scorer, queries.present_snapshots()):
            db.session.execute(insert(ShadowScore), _rows(model, block))
            count += len(block.snapshots)
    return count


def _rows(model: ModelVersion, block: Block) -> Sequence[dict[str, Any]]:
    moment, scores = clock.now(), block.scores
    rows = []
    for place, snapshot in enumerate(block.snapshots):
        lacks = bool(scores.insufficient[place])
        grade = scores.grades[place]
        rows.append(
            {
                "model_id": model.id,
                "enterprise_id": snapshot.enterprise_id,
                "facts_version": snapshot.facts_version,
                "is_insufficient": lacks,
                "default_probability": None if lacks else float(scores.pd[place]),
                "grade": None if grade is None else grade.value,
                "points": None if lacks else int(scores.points[place]),
                "scored_at": moment,
            }
        )
    return rows


def compare_shadow(model_id: UUID) -> ShadowComparison:
    """Compare a version's shadow scores with the active version's on the same facts."""
    table = {(row[0], row[1]): int(row[2]) for row in queries.grade_pairs(model_id)}
    pairs = queries.probability_pairs(model_id)
    champion, shadow = [row[0] or 0.0 for row in pairs], [row[1] or 0.0 for row in pairs]
    return ShadowComparison(
        sum(table.values()),
        table,
        rules.rank_correlation(champion, shadow),
        sum(champion) / len(champion) if champion else None,
        sum(shadow) / len(shadow) if shadow else None,
    )


def _get(model_id: UUID) -> ModelVersion:
    model = models.find_model(model_id)
    if model is None:
        raise NotFound("没有登记过这个模型。")
    return model


def _reason(text: str) -> str:
    words = text.strip()
    if not words:
        raise InvalidInput("请写明影子运行的目的。", fields={"reason": "请写明影子运行的目的。"})
    if len(words) > LONGEST_REASON:
        fault = f"目的最多 {LONGEST_REASON} 个字。"
        raise InvalidInput(fault, fields={"reason": fault})
    return words
