"""Draw queries for review, 抽查, so that anybody can repeat the draw."""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import func, select

from xinyidai.audit import service as audit
from xinyidai.credit_records import queries as log
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id, random_bytes
from xinyidai.kernel.errors import Conflict, InvalidInput, RuleBroken
from xinyidai.ledger import queries as ledger
from xinyidai.oversight import policies, queries, rules
from xinyidai.oversight.models import SampledQuery

LOCK = "oversight.draw"
SEED_BYTES = 32


def draw_sample(month: str, actor: Actor) -> Sequence[SampledQuery]:
    """Draw 2 % (at least 20, at most 200) of the disclosures of a month that is over.

    The seed follows from the month's last checkpoint, which nobody could choose; without one it is
    drawn at random. It is recorded, and `rules.draw` repeats the draw from it.

    Raises:
        Forbidden: the actor may not draw.
        InvalidInput: this is no month.
        RuleBroken: the month is not over.
        Conflict: it is drawn already.

    """
    policies.require_drawer(actor)
    try:
        since, until = rules.month_bounds(month)
    except ValueError as error:
        raise InvalidInput("月份不对。", fields={"month": "请填写月份，例如 2026-10"}) from error
    if until > clock.now():
        raise RuleBroken("这个月还没有结束，月末以后才能抽取。", code="month_not_over")
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(LOCK, 0))))
    if queries.is_drawn(month):
        raise Conflict("这个月的样本已经抽取，不能重抽。")
    db.session.execute(queries.PATIENCE)
    count, seed = rules.sample_size(log.count_allowed(since, until)), _seed(month)
    ids = log.drawn(since, until, seed, count)
    rows = [SampledQuery(id=new_id(), month=month, event_id=one, draw_seed=seed) for one in ids]
    db.session.add_all(rows)
    if rows:
        details = {"month": month, "seed": seed, "drawn": len(rows)}
        audit.record(actor, "sampled_query:draw", "sample_month", month, details)
    db.session.flush()
    return rows


def last_month(today: date) -> str:
    """Return the month before the present one, as 2026-10."""
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"


def _seed(month: str) -> str:
    checkpoint = ledger.newest_checkpoint(month)
    if checkpoint is None:
        return random_bytes(SEED_BYTES).hex()
    return sha256(f"sample {month} {checkpoint.root.hex()}".encode()).hexdigest()
