"""A run over all firms that authorized it, 批量运行: a worker gives one result after another.

Nobody sees a result before the whole run has ended, so how long one firm took is not told. Each
row is a transaction of its own, so a run that was killed goes on where it stood.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus
from xinyidai.audit import service as audit
from xinyidai.consents import queries as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import ConsentMode
from xinyidai.joint_results import policies, queries, rules
from xinyidai.joint_results.documents import spec_of
from xinyidai.joint_results.models import JointModelVersion, JointRun, JointRunRow
from xinyidai.joint_results.service import giving, telling
from xinyidai.joint_results.service.drafting import read_version
from xinyidai.joint_results.service.giving import LimitReached
from xinyidai.joint_results.values import ModelKind, RowOutcome, RunState, VersionState
from xinyidai.kernel import clock, jobs
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.errors import Conflict, DomainError, InvalidInput, NotFound

JOB = "joint_results.run"
MOST_FIRMS = 500
LONGEST = timedelta(minutes=20)


def order_run(actor: Actor, run_id: UUID, version_id: UUID) -> JointRun:
    """Order one result for each firm with a live authorization for it; a worker runs them.

    `run_id` comes from the form or the caller, so that what is sent twice orders once.

    Raises:
        NotFound: no such version of this bank.
        Conflict: the version is not in use, or the id belongs to another run.
        InvalidInput: no firm has authorized it.

    """
    institution_id = policies.require_runner(actor)
    version = read_version(actor, version_id)
    ordered = queries.find_run(run_id)
    if ordered is not None:
        return _ordered_before(ordered, institution_id, version_id)
    if version.state is not VersionState.ACTIVE:
        raise Conflict("这个版本没有启用，不能运行。请选择启用中的版本。", code="not_active")
    chosen = authorized(actor, version)[:MOST_FIRMS]
    if not chosen:
        fault = "现在没有可运行的企业：需要企业签署“只提供评价结果”的授权，且今天还没有给出结果。"
        raise InvalidInput(fault, fields={"version_id": fault})
    _keep(actor, run_id, version, chosen)
    audit.record(
        actor,
        "joint_run:start",
        "joint_run",
        run_id,
        {"rows": len(chosen), "version": str(version.id), "hash": version.content_hash},
    )
    jobs.enqueue(JOB, once=f"joint-run-{run_id}", run_id=str(run_id))
    return read_run(actor, run_id)


def authorized(actor: Actor, version: JointModelVersion) -> list[Consent]:
    """Return one live result-only authorization for each firm that the version may run on now."""
    spec, bank = spec_of(version.document), version.model.institution_id
    by_firm: dict[UUID, Consent] = {}
    for consent in consents.active_of_institution(bank, version.purpose):
        left_out = giving.uncovered(spec, consent)
        is_covered = (
            not left_out if spec.kind is ModelKind.TREES else len(left_out) < len(version.inputs)
        )
        is_mine = consent.officer_account_id in {None, actor.account_id}
        if consent.mode is ConsentMode.RESULT and is_covered and is_mine:
            by_firm[consent.enterprise_id] = consent
    done = queries.given_on(version.id, list(by_firm), clock.today())
    return [consent for firm, consent in by_firm.items() if firm not in done]


def read_run(actor: Actor, run_id: UUID) -> JointRun:
    """Return a run of the actor's own bank, or raise `NotFound`."""
    run = queries.find_run(run_id)
    if run is None:
        raise NotFound(policies.NO_RUN)
    policies.require_run(actor, run)
    return run


def run_all(run_id: UUID) -> None:
    """Give the results that are not given yet; may be called again at any time.

    After 20 minutes the rest is left out, so that no model keeps a worker.

    Raises:
        NotFound: no such run.

    """
    run = queries.find_run(run_id)
    if run is None:
        raise NotFound(policies.NO_RUN)
    if run.state is RunState.FINISHED:
        return
    with own_transaction():
        run.state = RunState.RUNNING
        run.started_at = run.started_at or clock.now()
        until = run.started_at + LONGEST
    for position in queries.open_positions(run_id):
        _run_row(run_id, position, is_late=clock.now() > until)
    with own_transaction():
        _finish(run_id)


def _run_row(run_id: UUID, position: int, *, is_late: bool) -> None:
    """Give one result, or note why there is none, in words that depend on no value."""
    if is_late:
        _note(run_id, position, RowOutcome.NOT_RUN, [])
        return
    try:
        with own_transaction():
            _give_row(run_id, position)
    except ConsentRefused as refusal:
        _note(run_id, position, RowOutcome.REFUSED, [str(one) for one in refusal.reasons])
    except LimitReached as limit:
        _note(run_id, position, RowOutcome.LIMITED, [str(one) for one in limit.reasons])
    except DomainError:
        _note(run_id, position, RowOutcome.NOT_RUN, [])


def _give_row(run_id: UUID, position: int) -> None:
    run, row = queries.find_run(run_id), queries.locked_row(run_id, position)
    if run is None or row is None or row.done_at is not None:
        return
    snapshot = giving.give(_orderer(run), run.version_id, row.consent_id, run_id=run_id)
    row.outcome, row.snapshot_id, row.done_at = RowOutcome.GIVEN, snapshot.id, clock.now()


def _note(run_id: UUID, position: int, outcome: RowOutcome, reasons: Sequence[str]) -> None:
    with own_transaction():
        row = queries.locked_row(run_id, position)
        if row is not None and row.done_at is None:
            row.outcome, row.reasons, row.done_at = outcome, list(reasons), clock.now()


def _finish(run_id: UUID) -> None:
    run = queries.find_run(run_id)
    if run is None:
        raise NotFound(policies.NO_RUN)
    run.spread = queries.bands_of_run(run_id)
    run.given = sum(run.spread.values())
    run.state, run.finished_at = RunState.FINISHED, clock.now()
    telling.tell_run(run)


def _orderer(run: JointRun) -> Actor:
    """Return who ordered the run, as they stand now; who has left is given nothing."""
    if run.account_id is None:
        return Actor(None, Role.BANK_CLIENT, run.institution_id, run.actor_name)
    account = db.session.get(Account, run.account_id)
    if account is None or account.status is not AccountStatus.ACTIVE:
        return Actor(run.account_id, Role.PUBLIC, run.institution_id, run.actor_name)
    return account.as_actor()


def _keep(
    actor: Actor, run_id: UUID, version: JointModelVersion, chosen: Sequence[Consent]
) -> None:
    statement = insert(JointRun).values(
        id=run_id,
        version_id=version.id,
        institution_id=version.model.institution_id,
        account_id=actor.account_id,
        role=actor.role,
        actor_name=actor.name,
        state=RunState.QUEUED,
        inputs=version.inputs,
        bits=rules.bits_of(len(version.band_names)),
        row_count=len(chosen),
        given=0,
        spread={},
        created_at=clock.now(),
    )
    returned = statement.on_conflict_do_nothing().returning(JointRun.id)
    if db.session.scalar(returned) is None:
        return
    db.session.add_all(
        JointRunRow(run_id=run_id, position=position, consent_id=consent.id, reasons=[])
        for position, consent in enumerate(chosen, 1)
    )
    db.session.flush()


def _ordered_before(run: JointRun, institution_id: UUID, version_id: UUID) -> JointRun:
    if run.institution_id != institution_id or run.version_id != version_id:
        raise Conflict("这个运行编号已被使用，请返回重新提交。", code="run_id_used")
    return run
