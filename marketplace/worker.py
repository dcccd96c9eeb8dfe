"""The worker: runs jobs and timers, and commits what each did."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

import procrastinate
from flask import Flask
from procrastinate import JobContext, signals
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.middleware import SyncTaskMiddleware
from procrastinate.worker import Worker
from psycopg.conninfo import conninfo_to_dict

from marketplace.config import REACH_DATABASE
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import acting_as
from marketplace.foundation.database import timeouts
from marketplace.foundation.database.queue import WorkerConnector, queue
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.foundation.database.timeouts import AsyncDeadlineConnection
from marketplace.foundation.metrics import measured_job
from marketplace.mail import jobs as mail
from marketplace.mail import transport
from marketplace.timers import TIMERS

T = TypeVar("T")
HEARTBEAT, DEAD_AFTER = 5.0, 15.0  # seconds
FIRST = 10  # whatever else waits, what has a time of its own goes before it


@queue.periodic(cron="* * * * * */15")
@queue.task(name="worker.timers", queue="timers", queueing_lock="worker.timers", priority=FIRST)
def tick(timestamp: int) -> None:
    """Runs the timers every 15 seconds."""
    run_timers(clock.now())


def run_timers(now: datetime) -> dict[str, int]:
    """Each timer in its own transaction: one that fails does not hold up the others. How many things each moved."""
    done: dict[str, int] = {}
    failed: list[BaseException] = []
    for name, timer in TIMERS.items():
        try:
            with clock.set_to(now), acting_as("timer"):
                done[name] = timer(now)
                db.session.commit()
        except Exception as error:
            db.session.rollback()
            failed.append(error)
    if failed:
        raise failed[0]
    return done


@queue.periodic(cron="* * * * * */15")
@queue.task(name="worker.rescue", queue="timers", pass_context=True, priority=FIRST)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Jobs of a killed worker are taken up again; each is safe to run twice."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
        try:
            await manager.retry_job(job)
        except ConnectorException:
            # Its successor already waits under the same lock: this one is over.
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)


def in_transaction(app: Flask) -> SyncTaskMiddleware:
    """Returns the middleware that runs each job in the app's context and in one transaction."""

    def middleware(call_next: Callable[[], T], context: JobContext, _worker: Worker) -> T:
        with app.app_context(), acting_as("worker"), measured_job(context.job.task_name):
            use_role(DatabaseRole.WORKER)
            try:
                result = call_next()
                db.session.commit()
                return result
            except BaseException:
                db.session.rollback()
                raise

    return middleware


def run(app: Flask, *, wait: bool = True) -> None:
    """Works until told to stop; with `wait=False` until nothing is due."""
    timeouts.limit_process(app, timeouts.WORKER)
    with queue.replace_connector(_connector(app)) as worker_queue:
        try:
            asyncio.run(_work(app, worker_queue, wait=wait))
        finally:
            transport.quit_all()


def lanes() -> Iterator[tuple[list[str], int]]:
    """Which queues share how many places: a mail server that hangs takes those of mail only, retries their own."""
    everything_else = {task.queue for task in queue.tasks.values()} - {mail.FIRST, mail.MAIL, mail.LATER}
    yield [*sorted(everything_else), mail.FIRST], 2
    yield [mail.FIRST, mail.MAIL], 6
    yield [mail.LATER], 2


async def _work(app: Flask, worker_queue: procrastinate.App, *, wait: bool) -> None:
    """One procrastinate worker a lane, in one process: they start, stop and fail together."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(sum(places for _queues, places in lanes())))
    async with worker_queue.open_async():
        workers = [
            Worker(
                worker_queue,
                queues=queues,
                concurrency=places,
                wait=wait,
                fetch_job_polling_interval=1.0,
                shutdown_graceful_timeout=8.0,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=DEAD_AFTER,
                delete_jobs="successful",
                install_signal_handlers=False,
                task_middleware=[in_transaction(app)],
            )
            for queues, places in lanes()
        ]

        def stop() -> None:
            for worker in workers:
                worker.stop()

        with signals.on_stop(stop):
            await _together(workers, stop=stop, wait=wait)


async def _together(workers: list[Worker], *, stop: Callable[[], None], wait: bool) -> None:
    """Where one ends, by an error or because it lost the database, the others end too and the process with them."""
    running = [asyncio.create_task(worker.run()) for worker in workers]
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED if wait else asyncio.FIRST_EXCEPTION)
    if wait or any(task.done() and task.exception() for task in running):
        stop()
    await asyncio.gather(*running)


def _connector(app: Flask) -> WorkerConnector:
    """The queue's own connections use the system's role and wait no longer for the database than the jobs' do."""
    url = str(app.config["DIRECT_DATABASE_URL"] or app.config["SQLALCHEMY_DATABASE_URI"])
    given = conninfo_to_dict(url).get("options") or ""
    options = f"{given} {timeouts.as_options(timeouts.WORKER)}".strip()
    connection = {**REACH_DATABASE, "application_name": "marketplace", "options": options}
    return WorkerConnector(
        conninfo=url, min_size=1, max_size=6, kwargs=connection, connection_class=AsyncDeadlineConnection
    )
