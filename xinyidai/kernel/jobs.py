"""Background jobs on the same PostgreSQL (Procrastinate), enqueued in the caller's transaction.

A job runs at least once, so it must be idempotent; it takes JSON arguments, and runs in an
application context and a transaction of its own.
"""

import asyncio
import json
import logging
import signal
from collections.abc import Callable
from datetime import datetime
from typing import Any

import procrastinate
from flask import Flask
from procrastinate import exceptions
from psycopg import OperationalError
from sqlalchemy import text

from xinyidai.kernel.db import db, transactional

log = logging.getLogger(__name__)

QUEUE = "xinyidai"
STALLED_SECONDS = 60
MOST_ATTEMPTS = 5
SLOWEST_BACKOFF = 30

DEFER = text(
    """
    select procrastinate_defer_jobs_v1(array[row(
        :queue, :task, 0, null, cast(:once as varchar), cast(:args as jsonb),
        cast(:at as timestamptz))::procrastinate_job_to_defer_v1])
    """
)
WAITING = text(
    "select 1 from procrastinate_jobs where queueing_lock = :once and status = 'todo' limit 1"
)

_registry: dict[str, Callable[..., None]] = {}
_periodic: dict[str, str] = {}


def job(
    name: str, *, cron: str | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as the job `name`; with `cron` it also runs by the clock."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        if name in _registry:
            raise ValueError(f"two jobs are called {name}")
        _registry[name] = function
        if cron:
            _periodic[name] = cron
        return function

    return register


def names() -> frozenset[str]:
    """Return the names of all registered jobs."""
    return frozenset(_registry)


def enqueue(name: str, *, once: str | None = None, at: datetime | None = None, **args: Any) -> None:
    """Add a job to the caller's transaction; rolled back with it.

    `once` is a key under which at most one job waits: a second one is dropped silently.
    """
    if once and db.session.execute(WAITING, {"once": once}).first():
        return
    db.session.execute(
        DEFER,
        {"queue": QUEUE, "task": name, "once": once, "args": json.dumps(args), "at": at},
    )


def run_job(app: Flask, name: str, args: dict[str, Any]) -> None:
    """Run one job now, in an application context and a transaction; unknown names raise."""
    function = _registry[name]
    with app.app_context():
        transactional(function)(**args)
        db.session.remove()


def run_worker(app: Flask, url: str, *, until_empty: bool = False) -> None:
    """Work until SIGTERM or SIGINT (or, `until_empty`, until nothing waits).

    The library's worker returns silently when the database restarts, hence the loop; and nobody
    retries the job of a killed worker, hence the rescue task.
    """
    asyncio.run(_work(app, url, until_empty=until_empty))


def _library_app(app: Flask, url: str) -> procrastinate.App:
    connector = procrastinate.PsycopgConnector(conninfo=url.replace("+psycopg", "", 1))
    library = procrastinate.App(connector=connector)
    for name in _registry:
        task = library.task(
            name=name, queue=QUEUE, retry=procrastinate.RetryStrategy(max_attempts=3)
        )
        deferred = task(_runner(app, name))
        if name in _periodic:
            library.periodic(cron=_periodic[name])(deferred)
    rescue = library.task(name="kernel.rescue", queue=QUEUE, queueing_lock="rescue")(
        _rescuer(library)
    )
    library.periodic(cron="* * * * *")(rescue)
    return library


def _runner(app: Flask, name: str) -> Callable[..., None]:
    def run(**args: Any) -> None:
        run_job(app, name, {key: value for key, value in args.items() if key != "timestamp"})

    return run


def _rescuer(library: procrastinate.App) -> Callable[..., Any]:
    async def rescue(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes it
        stalled = await library.job_manager.get_stalled_jobs(
            seconds_since_heartbeat=STALLED_SECONDS
        )
        for stuck in stalled:
            if stuck.attempts < MOST_ATTEMPTS:
                await library.job_manager.retry_job(stuck)
            else:
                await library.job_manager.finish_job(
                    stuck, procrastinate.jobs.Status.FAILED, delete_job=False
                )
            log.warning("stalled job handled", extra={"job": stuck.task_name})

    return rescue


async def _work(app: Flask, url: str, *, until_empty: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    backoff = 1
    while not stop.is_set():
        try:
            await _work_once(_library_app(app, url), stop, until_empty=until_empty)
            backoff = 1
        except (OperationalError, exceptions.ConnectorException):
            log.warning("database away, worker waits", extra={"seconds": backoff})
            backoff = min(backoff * 2, SLOWEST_BACKOFF)
        if until_empty:
            return
        if not stop.is_set():
            await _sleep_or_stop(stop, backoff)


async def _work_once(library: procrastinate.App, stop: asyncio.Event, *, until_empty: bool) -> None:
    async with library.open_async():
        work = asyncio.create_task(
            library.run_worker_async(
                queues=[QUEUE],
                install_signal_handlers=False,
                wait=not until_empty,
                concurrency=1,
                delete_jobs="never",
            )
        )
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            work.cancel()
        stopping.cancel()
        await asyncio.gather(work, stopping, return_exceptions=True)


async def _sleep_or_stop(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
