"""The gate's properties at full counts, for `make prove`; each returns how often it failed."""

import sys

from tests.gate import intruders, negatives, play, races, storm, twins
from tests.gate.ground import own_city

MOST_TOLD = 20  # failures named one by one


def gate_negatives(looks: int) -> int:
    """Try looks that the model refuses, on every road to every state; return the differences."""
    with own_city():
        tally = negatives.run(looks)
    sys.stderr.write(
        f"gate_negatives: {len(tally.refused)} refused, {len(tally.allowed)} allowed,"
        f" {tally.reread_refused} readings again refused, {tally.reread_allowed} allowed\n"
    )
    short = max(0, looks - len(tally.refused))
    return _told("gate_negatives", tally.faults) + short


def gate_oracle(steps: int) -> int:
    """Play a random city against the model; the first difference raises and counts."""
    with own_city() as (app, _server, _name):
        try:
            scene = play.play(app, steps)
        except AssertionError as difference:
            return _told("gate_oracle", [str(difference)])
    sys.stderr.write(f"gate_oracle: {scene.looks} looks, {scene.refusals} refused\n")
    return 0


def revoke_races(count: int) -> int:
    """Revoke while web, API, worker and export read; return the reads that came after."""
    with own_city() as (app, _server, _name):
        result = races.run(app, count)
    sys.stderr.write(f"revoke_races: {dict(sorted(result.outcomes.items()))}\n")
    return _told("revoke_races", result.faults) + result.late


def foreign_objects(attempts: int) -> int:
    """Knock at every route as every role with another world's objects; return the leaks."""
    with own_city() as (app, server, name):
        ours, theirs = twins.build_twins()
        intruder = intruders.Intruder(app, ours, theirs, server.admin_url(name))
        findings = intruder.run(intruders.sample(intruders.knocks(app), attempts))
        leaks = [*intruders.gaps(app), *findings.leaks]
    sys.stderr.write(f"foreign_objects: {findings.attempts} attempts\n")
    return _told("foreign_objects", leaks) + max(0, attempts - findings.attempts)


def two_identities(requests: int) -> int:
    """Let two firms and two banks ask at the same time; return the answers that mix them up."""
    with own_city() as (app, _server, _name):
        weather = storm.run(app, requests)
    sys.stderr.write(f"two_identities: {dict(sorted(weather.statuses.items()))}\n")
    return _told("two_identities", weather.faults)


def _told(proof: str, faults: list[str]) -> int:
    for fault in faults[:MOST_TOLD]:
        sys.stderr.write(f"{proof}: {fault}\n")
    return len(faults)
