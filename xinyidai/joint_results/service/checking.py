"""What the platform counts of a version for the reviewer, 审核报告; no firm's result is kept."""

from datetime import timedelta
from typing import Any

from xinyidai.credit_records import service as credit_records
from xinyidai.joint_results import queries, rules
from xinyidai.joint_results.documents import spec_of
from xinyidai.joint_results.evaluation import band_of
from xinyidai.joint_results.models import JointModelVersion
from xinyidai.joint_results.values import PopulationCheck, Spec, Value
from xinyidai.kernel import clock
from xinyidai.profiles import service as profiles

PURPOSE = "joint_review"
MOST_FIRMS = 2_000
RECENT_DAYS = 40
MOST_PLACES = 30


def report_of(version: JointModelVersion, recent: int) -> dict[str, Any]:
    """Return population, nearest version and faults as plain JSON; counts under five are hidden.

    `recent` versions of the bank were handed in before within 30 days.
    """
    spec = spec_of(version.document)
    check = _population(spec)
    earlier = [(one.id, one.label, one.document) for one in queries.handed_in_before(version)]
    near = rules.nearest(version.document, earlier)
    return {
        "firms": check.firms,
        "counts": rules.suppressed(check.counts),
        "told": None if check.told is None else round(check.told, 3),
        "told_by": check.told_by,
        "faults": rules.population_faults(check),
        "recent": recent,
        "near": None
        if near is None
        else {
            "label": near.label,
            "version_id": str(near.version_id),
            "changed": list(near.changed[:MOST_PLACES]),
            "count": len(near.changed),
            "only_cuts": near.only_cuts,
        },
        "is_probe": rules.looks_like_probe(near, recent),
    }


def _population(spec: Spec) -> PopulationCheck:
    """Run the model over the platform's own profiles, as platform processing with its event."""
    since = clock.today() - timedelta(days=RECENT_DAYS)
    found = queries.newest_profiles(since, MOST_FIRMS)
    ids = [snapshot.enterprise_id for snapshot in found]
    with credit_records.platform_run(PURPOSE, rules.RULE_VERSION, enterprise_ids=ids):
        firms = [_values(spec, profiles.facts_of(snapshot).values) for snapshot in found]
    return rules.check_population(spec, firms, [band_of(spec, one) for one in firms])


def _values(spec: Spec, values: Any) -> dict[str, Value]:
    return {code: values[code].value for code in spec.input_codes}
