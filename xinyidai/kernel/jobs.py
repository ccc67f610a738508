"""Background jobs on the same PostgreSQL (Procrastinate), enqueued in the caller's transaction.

A job runs at least once, so it must be idempotent; it takes JSON arguments, and runs in an
application context and a transaction of its own.

Three things the library leaves to us: its worker returns silently when the database restarts,
hence the loop around it; nobody retries the job of a killed worker, hence the rescue; and a
retry would collide with a newer job under the same key, hence a key is given up as its job starts.
"""

import asyncio
import json
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import procrastinate
import psycopg
from flask import Flask
from procrastinate import exceptions
from sqlalchemy import text

from xinyidai.kernel.db import db, transactional

log = logging.getLogger(__name__)

QUEUE = "xinyidai"
MOST_RETRIES = 3
MOST_ATTEMPTS = 5  # a job that was under way whenever its worker died is not tried for ever
SLOWEST_BACKOFF = 30
STEADY_SECONDS = 60
MOST_SILENT_ENDS = 5
UTC_OFFSET_HOURS = 8  # Asia/Shanghai has no summer time

# The library's own function would raise on a key that waits, and that kills the caller's
# transaction. Touching the waiting row locks it, and so keeps it from starting before the
# caller commits: it must see what the caller wrote.
ENQUEUE = text(
    """
    insert into procrastinate_jobs as waiting
        (queue_name, task_name, queueing_lock, args, scheduled_at)
    values (:queue, :task, :once, cast(:args as jsonb), :at)
    on conflict (queueing_lock) where status = 'todo' do update
    set scheduled_at = case
        when waiting.scheduled_at is null or excluded.scheduled_at is null then null
        else least(waiting.scheduled_at, excluded.scheduled_at) end
    """
)
FREE_KEY = text("update procrastinate_jobs set queueing_lock = null where id = :id")
LEFT_OVER = text(
    """
    select count(*) from procrastinate_jobs where status = 'todo' and queue_name = :queue
    and (scheduled_at is null or scheduled_at <= now())
    """
)
RESCUE = """
    update procrastinate_jobs as job
    set status = (case when attempts + 1 < %(most)s then 'todo' else 'failed' end)
            ::procrastinate_job_status,
        attempts = attempts + 1, queueing_lock = null, worker_id = null,
        scheduled_at = null, abort_requested = false
    where status = 'doing' and queue_name = %(queue)s and (
        worker_id is null or exists (
            select from procrastinate_workers w where w.id = job.worker_id
            and w.last_heartbeat < now() - make_interval(secs => %(silence)s)))
    returning id, task_name, status::text
"""

# Connection lost or refused; and our row in the list of workers removed after a long standstill.
PASSING = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ForeignKeyViolation)

_registry: dict[str, Callable[..., None]] = {}
_periodic: dict[str, str] = {}


@dataclass(frozen=True)
class Pace:
    """How fast a worker lives, in seconds; tests live faster."""

    heartbeat: float = 10
    silence: float = 60  # a worker without heartbeat for so long is taken for dead
    rescue: float = 20  # from one look for jobs of the dead to the next
    poll: float = 5
    retry: int = 5  # a failed job waits 5, then 25, then 125 seconds
    backoff: float = 1  # before the first new try when the worker stopped; then twice as long


NORMAL = Pace()


def job(
    name: str, *, cron: str | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as the job `name`; with `cron` it also runs by the clock of Shanghai."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        if name in _registry:
            raise ValueError(f"two jobs are called {name}")
        _registry[name] = function
        if cron:
            _periodic[name] = in_utc(cron)
        return function

    return register


def in_utc(cron: str) -> str:
    """Turn a time of day in Shanghai into UTC, which the scheduler reckons in.

    Only times of day (`20 0 * * *`) and whatever repeats within one; days would shift too.
    """
    minute, hour, *days = cron.split()
    if days != ["*"] * 3:
        raise ValueError(f"{cron} names days, which only daily jobs may not")
    if hour.isdigit():
        hour = str((int(hour) - UTC_OFFSET_HOURS) % 24)
    elif not hour.startswith("*"):
        raise ValueError(f"{cron} names hours in a way that is not understood")
    return " ".join([minute, hour, *days])


def names() -> frozenset[str]:
    """Return the names of all registered jobs."""
    return frozenset(_registry)


def enqueue(name: str, *, once: str | None = None, at: datetime | None = None, **args: Any) -> None:
    """Add a job to the caller's transaction; rolled back with it.

    `once` is a key under which at most one job waits: a second one adds nothing, but may bring
    its time `at` forward. Who adds under a key waits for a transaction that just did.

    Raises:
        LookupError: no job has this name.

    """
    if name not in _registry:
        raise LookupError(f"no job is called {name!r}: is its slice listed in slices.JOBS?")
    db.session.execute(
        ENQUEUE, {"queue": QUEUE, "task": name, "once": once, "args": json.dumps(args), "at": at}
    )


def run_job(app: Flask, name: str, args: dict[str, Any]) -> None:
    """Run one job now, in an application context and a transaction; unknown names raise."""
    function = _registry[name]
    with app.app_context():
        transactional(function)(**args)
        db.session.remove()


def run_worker(app: Flask, url: str, *, until_empty: bool = False, pace: Pace = NORMAL) -> None:
    """Work until SIGTERM or SIGINT (or, `until_empty`, until nothing waits).

    A lost database is waited for; anything else that stops the worker is raised.
    """
    try:
        asyncio.run(_work(app, url, pace, until_empty=until_empty))
    except BaseException as error:
        log.critical("worker cannot go on", exc_info=error)
        raise


def _library_app(app: Flask, url: str, pace: Pace) -> procrastinate.App:
    conninfo = url.replace("+psycopg", "", 1)
    library = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4)
    )
    retry = procrastinate.RetryStrategy(max_attempts=MOST_RETRIES, exponential_wait=pace.retry)
    for name in _registry:
        cron = _periodic.get(name)
        task = library.task(
            name=name,
            queue=QUEUE,
            retry=retry,
            pass_context=True,
            queueing_lock=name if cron else None,
        )(_runner(app, name))
        if cron:
            library.periodic(cron=cron)(task)
    return library


def _runner(app: Flask, name: str) -> Callable[..., None]:
    def run(context: procrastinate.JobContext, **args: Any) -> None:
        if context.job.queueing_lock:
            with app.app_context(), db.engine.begin() as connection:
                connection.execute(FREE_KEY, {"id": context.job.id})
        if name in _periodic:
            args.pop("timestamp", None)  # the scheduler's own
        run_job(app, name, args)

    return run


async def _work(app: Flask, url: str, pace: Pace, *, until_empty: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    silent_ends, backoff = 0, pace.backoff
    while not stop.is_set():
        begun = loop.time()
        try:
            await _work_once(_library_app(app, url, pace), stop, pace, until_empty=until_empty)
            if until_empty and not _left_over(app):
                return
            silent_ends += 1
        except (psycopg.Error, exceptions.ConnectorException) as error:
            if not isinstance(error.__cause__ or error, PASSING):
                raise
            log.warning("database away, worker waits", extra={"seconds": backoff})
        if loop.time() - begun > STEADY_SECONDS:
            silent_ends, backoff = 0, pace.backoff
        if silent_ends >= MOST_SILENT_ENDS:
            raise RuntimeError("the worker keeps ending by itself; its errors are logged above")
        await _sleep_or_stop(stop, backoff)
        backoff = min(backoff * 2, SLOWEST_BACKOFF)


async def _work_once(
    library: procrastinate.App, stop: asyncio.Event, pace: Pace, *, until_empty: bool
) -> None:
    """Work until told to stop or something fails; raise what failed, if the library tells."""
    async with library.open_async():
        await _rescue(library, pace)
        work = library.run_worker_async(
            queues=[QUEUE],
            install_signal_handlers=False,
            wait=not until_empty,
            concurrency=1,
            delete_jobs="never",
            fetch_job_polling_interval=pace.poll,
            update_heartbeat_interval=pace.heartbeat,
            stalled_worker_timeout=pace.silence,
        )
        parts = [asyncio.ensure_future(part) for part in (work, stop.wait())]
        parts.append(asyncio.ensure_future(_keep_rescuing(library, pace)))
        await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for part in parts:
            part.cancel()
        ends = await asyncio.gather(*parts, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, asyncio.CancelledError):
            raise end


async def _keep_rescuing(library: procrastinate.App, pace: Pace) -> None:
    while True:
        await asyncio.sleep(pace.rescue)
        await _rescue(library, pace)


async def _rescue(library: procrastinate.App, pace: Pace) -> None:
    """Let the jobs of dead workers wait again, or fail when they were tried too often."""
    rescued = await library.connector.execute_query_all_async(
        RESCUE, most=MOST_ATTEMPTS, queue=QUEUE, silence=pace.silence
    )
    for row in rescued:
        log.warning(
            "job of a dead worker",
            extra={"job_id": row["id"], "job": row["task_name"], "now": row["status"]},
        )


def _left_over(app: Flask) -> bool:
    with app.app_context(), db.engine.connect() as connection:
        return bool(connection.execute(LEFT_OVER, {"queue": QUEUE}).scalar_one())


async def _sleep_or_stop(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
