"""Read results again: the bank its band, as long as the authorization stands; the firm all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from xinyidai.consents import service as consenting
from xinyidai.consents.models import Consent
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import REFUSAL_SENTENCES, ConsentState, RefusalReason
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import DisclosureSubject, Snapshot
from xinyidai.enterprises.models import Enterprise
from xinyidai.joint_results import policies, queries, rules
from xinyidai.joint_results.models import JointModelVersion, JointResult, JointRun, JointRunRow
from xinyidai.joint_results.service.running import read_run
from xinyidai.joint_results.values import RowOutcome, RunState, VersionState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict, NotFound
from xinyidai.kernel.http import Page

STANDING = frozenset({ConsentState.ACTIVE, ConsentState.USED_UP})
WAITING = "还没有运行完，全部运行完后一起给出结果。"
OUTCOME_WORDS: Mapping[RowOutcome, str] = {
    RowOutcome.REFUSED: "授权不允许。",
    RowOutcome.LIMITED: "达到次数或信息量的上限。",
    RowOutcome.NOT_RUN: "模型已停用或运行超时，没有运行。",
}
NO_RESULT = "没有找到这个结果。"


@dataclass(frozen=True)
class RunLine:
    """One firm of a run: its band as far as it may be read at this moment, or why not."""

    row: JointRunRow
    consent: Consent
    enterprise: Enterprise
    band: str | None
    cause: str


@dataclass(frozen=True)
class ToldByBank:
    """How much one bank has learned of a firm through joint results."""

    institution_id: UUID
    name: str
    results: int
    bits: float


@dataclass(frozen=True)
class LeftByDay:
    """What one version gave on one day: results about so many firms, in so many runs."""

    on: date
    bank: str
    version: JointModelVersion
    results: int
    runs: int
    bits: float


def read_result(actor: Actor, snapshot_id: UUID) -> Snapshot:
    """Return a result again; spends nothing.

    Raises:
        NotFound: no such result of this bank.
        ConsentRefused: the authorization was revoked, suspended or has expired.
        Conflict: the data life is over, or records were corrected or repaired since.

    """
    policies.require_runner(actor)
    snapshot = credit_records.read_snapshot(actor, snapshot_id)
    if snapshot.subject is not DisclosureSubject.JOINT_RESULT:
        raise NotFound(NO_RESULT)
    return snapshot


def lines_of(actor: Actor, run_id: UUID, page: Page) -> list[RunLine]:
    """Return a page of a run's rows; bands only once the run has ended.

    Each band is read again in a transaction of its own: who revoked since is left out, and
    waits for nobody.
    """
    run = read_run(actor, run_id)
    found = queries.rows_of(run_id, page)
    is_over = run.state is RunState.FINISHED
    return [_line(actor, *row, is_over=is_over) for row in found]


def spread_of(run: JointRun) -> dict[str, int | None] | None:
    """Return a run's results by band, small counts hidden; None before its end, or of too few.

    Only results whose authorization still stands are counted: beside the list of those that may
    be read, a count of all would tell the band of the one who revoked.
    """
    if run.state is not RunState.FINISHED:
        return None
    found = queries.consents_and_bands(run.id)
    states = consenting.states_of([consent for consent, _ in found])
    counted = Counter(band for consent, band in found if states[consent.id] in STANDING)
    if counted.total() < rules.FEWEST_RESULTS:
        return None
    return rules.suppressed({name: counted[name] for name in run.version.band_names})


def results_of(actor: Actor, enterprise_id: UUID, page: Page) -> tuple[Sequence[JointResult], int]:
    """Return what left about the actor's own firm, newest first, and the number."""
    policies.require_own(actor, enterprise_id)
    return queries.results_of_firm(enterprise_id, page)


def told_of(actor: Actor, enterprise_id: UUID) -> list[ToldByBank]:
    """Return for each bank how many results and bits it has got of the actor's own firm."""
    policies.require_own(actor, enterprise_id)
    return [ToldByBank(*row) for row in queries.told_of_firm(enterprise_id)]


def result_of_look(actor: Actor, event_id: UUID) -> JointResult | None:
    """Return what a look at the actor's own firm gave, or None when it was no joint result."""
    found = queries.result_of_event(event_id)
    if found is None:
        return None
    policies.require_own(actor, found.enterprise_id)
    return found


def privacy_days(actor: Actor, page: Page) -> tuple[Sequence[LeftByDay], int]:
    """Return what left, by day and version, of runs and single calls alike, and their number."""
    policies.require_watcher(actor)
    found, total = queries.left_by_day(page)
    versions = queries.versions_by_id({row.version_id for row in found})
    return [
        LeftByDay(row.made_on, row.bank, versions[row.version_id], row.results, row.runs, row.bits)
        for row in found
    ], total


def privacy_pairs(actor: Actor, page: Page) -> tuple[Sequence[Any], int]:
    """Return bank and firm with the results and bits of the last 365 days, most first."""
    policies.require_watcher(actor)
    return queries.most_told(clock.now() - timedelta(days=rules.DAYS_OF_BITS), page)


def review_queue(
    actor: Actor, state: VersionState | None, page: Page
) -> tuple[Sequence[JointModelVersion], int]:
    """Return versions that banks ever handed in, newest first, and their number."""
    policies.require_watcher(actor)
    return queries.versions_in(state, page)


def _line(
    actor: Actor, row: JointRunRow, consent: Consent, enterprise: Enterprise, *, is_over: bool
) -> RunLine:
    if not is_over:
        return RunLine(row, consent, enterprise, None, WAITING)
    if row.snapshot_id is None:
        return RunLine(row, consent, enterprise, None, _cause(row))
    try:
        with own_transaction():
            snapshot = credit_records.read_snapshot(actor, row.snapshot_id)
    except (ConsentRefused, Conflict, NotFound) as refusal:
        return RunLine(row, consent, enterprise, None, refusal.message)
    return RunLine(row, consent, enterprise, snapshot.content["result"], "")


def _cause(row: JointRunRow) -> str:
    known = "".join(REFUSAL_SENTENCES[RefusalReason(code)] for code in row.reasons)
    return known or OUTCOME_WORDS[row.outcome or RowOutcome.NOT_RUN]
