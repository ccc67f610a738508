"""Keep what a trial of a version found, 试运行; the trial itself is run by matching."""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import RuleBroken
from xinyidai.products import policies, queries
from xinyidai.products.models import ProductVersion, ShadowChange, ShadowRun
from xinyidai.products.rules import criterion_to_json
from xinyidai.products.service import telling
from xinyidai.products.service.vocabulary import indicator_names
from xinyidai.products.values import ProductAction, ProductVersionState

# Two trials that differ in one criterion tell their difference; so few cannot be played through.
MOST_A_DAY = 50
SMALLEST_SHOWN = 5


def open_for_shadow(actor: Actor, version_id: UUID) -> ProductVersion:
    """Return a version that the actor may try, or raise.

    Raises:
        NotFound: another bank's product.
        RuleBroken: the version is off the shelf, or its bank tried too often in a day; the
            platform's own trials of what waits for review are not counted out.

    """
    version = queries.get_version(version_id, for_update=True)
    policies.require(actor, ProductAction.SHADOW, version.product)
    if version.state is ProductVersionState.DELISTED:
        raise RuleBroken("已下架的版本不再试运行。")
    since = clock.now() - timedelta(days=1)
    if actor.role is Role.SYSTEM:
        return version
    if queries.count_shadow_runs(version.product.institution_id, since) >= MOST_A_DAY:
        raise RuleBroken(f"一家机构一天内最多试运行 {MOST_A_DAY} 次，请明天再试。")
    return version


def rules_digest(version: ProductVersion) -> str:
    """Return the digest that names the rules of a version, 规则指纹."""
    criteria = queries.all_criteria(version, indicator_names())
    text = json.dumps([criterion_to_json(one) for one in criteria], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def keep_shadow_run(
    actor: Actor, version: ProductVersion, run: ShadowRun, changes: Sequence[ShadowChange]
) -> ShadowRun:
    """Store a trial with who asked for it and the firms on one side only."""
    run.run_by, run.run_by_name, run.run_at = actor.account_id, actor.name, clock.now()
    db.session.add(run)
    db.session.flush()
    for change in changes:
        change.run_id = run.id
    db.session.add_all(changes)
    db.session.flush()
    details = {"run": str(run.id), "gained": run.gained, "lost": run.lost}
    audit.record(actor, ProductAction.SHADOW, "product_version", version.id, details)
    return run


def shown_count(firms: int) -> str:
    """Return a number of firms as a bank may read it: fewer than five are not told apart."""
    return f"{firms} 家" if firms >= SMALLEST_SHOWN else f"不足 {SMALLEST_SHOWN} 家"


def change_text(run: ShadowRun) -> str:
    """Return what the newer version changes, in one line: «+37 / −12 家»."""
    gained, lost = (_signed(sign, n) for sign, n in (("+", run.gained), ("−", run.lost)))
    return f"{gained} / {lost} 家"


def _signed(sign: str, firms: int) -> str:
    return f"{sign}{firms}" if firms >= SMALLEST_SHOWN else f"{sign}不足 {SMALLEST_SHOWN}"


def tell_shadow_done(version: ProductVersion, run: ShadowRun) -> None:
    """Tell the bank that a trial that ran in the background is done."""
    telling.tell_bank(version, "试运行完成", f"最近 12 个月：{change_text(run)}。")
