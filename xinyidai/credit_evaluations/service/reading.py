"""Read a firm's present result, its history, and how the grades are spread."""

from collections.abc import Sequence
from uuid import UUID

from xinyidai.catalogue.evaluation_rules import evaluation_rules
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_evaluations import policies, queries, rules
from xinyidai.credit_evaluations.models import CreditEvaluation
from xinyidai.credit_evaluations.queries import GradeCount
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.profiles import queries as profiles
from xinyidai.profiles.models import ProfileSnapshot

SHOWN_RESULTS = 12
FEWEST_FIRMS = 10
GROUPS = ("section", "scale")


def find_current(actor: Actor, enterprise_id: UUID) -> CreditEvaluation | None:
    """Return the result that holds now, or None when the firm has to be evaluated first.

    A result on other facts, by other rules, or that today's profile would not give again, is never
    returned: what was repaired is gone at once, what expired on the day it expires.
    """
    policies.require_own(actor, enterprise_id)
    last = queries.newest_of(enterprise_id)
    firm = profiles.get_firm(enterprise_id)
    snapshot = profiles.find_snapshot(
        {
            "enterprise_id": enterprise_id,
            "as_of": clock.today(),
            "facts_version": firm.facts_version,
            "dictionary_version": indicator_dictionary().version,
            "scope": profiles.WHOLE,
        }
    )
    if last is None or snapshot is None or last.facts_version != firm.facts_version:
        return None
    return last if _hash_of(snapshot) == last.content_hash else None


def history(actor: Actor, enterprise_id: UUID) -> Sequence[CreditEvaluation]:
    """Return the firm's last results, newest first, so that changes can be followed."""
    policies.require_own(actor, enterprise_id)
    return queries.history_of(enterprise_id, SHOWN_RESULTS)


def spread(actor: Actor, by: str | None = None) -> Sequence[GradeCount]:
    """Count the firms by grade, in all or by industry section or scale.

    Groups of fewer than ten firms are left out, so that no single firm can be recognised.
    """
    policies.require_counts(actor)
    if by is not None and by not in GROUPS:
        raise ValueError(f"firms are not grouped by {by!r}")
    found = queries.spread(evaluation_rules().version, by)
    if by is None:
        return found
    sizes: dict[str | None, int] = {}
    for row in found:
        sizes[row.group] = sizes.get(row.group, 0) + row.firms
    return [row for row in found if row.group and sizes[row.group] >= FEWEST_FIRMS]


def recomputes(evaluation: CreditEvaluation) -> bool:
    """Tell whether the result comes out again from its profile by today's table of its version.

    Raises:
        LookupError: the rule version is not the one that ships.

    """
    if evaluation.rule_version != evaluation_rules().version:
        raise LookupError(evaluation.rule_version)
    snapshot = db.session.get_one(ProfileSnapshot, evaluation.snapshot_id)
    return _hash_of(snapshot) == evaluation.content_hash


def _hash_of(snapshot: ProfileSnapshot) -> str:
    readings = rules.readings_of(snapshot.indicators)
    return rules.content_hash(rules.evaluate(evaluation_rules(), readings))
