"""Jobs: RQ on Valkey. The queue is only a wake-up; the rows are the truth, the sweeper heals.

One queue a worker process: RQ loses a job for ever when a worker that listens to several dies
right after taking one."""

import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import redis
import redis.retry
from redis.backoff import NoBackoff
from rq import Queue, Retry
from rq.worker import SimpleWorker
from sqlalchemy.orm import Session

from database import after_commit

log = logging.getLogger(__name__)


class QueueName(StrEnum):
    """Queues; each has worker processes of its own."""

    ANSWERS = "answers"  # the assistant's replies: a person is waiting, seconds matter
    DELIVERIES = "deliveries"  # handing messages to channels


JOB_TIMEOUT = 60  # seconds; above every HTTP timeout inside a job
RESULT_TTL = 0  # seconds a finished job is kept: nobody reads results, the rows tell
FAILURE_TTL = 24 * 3600  # seconds a failed job is kept for somebody to look at
CLIENT_OPTIONS: dict[str, Any] = {
    "socket_timeout": 1.0,  # seconds; a request never waits longer for the queue
    "socket_connect_timeout": 1.0,
    "retry": redis.retry.Retry(NoBackoff(), 0),  # the sweeper tries again, a request does not
}
WORKER_TTL = 30  # seconds; short, so that an abandoned job is found by an idle worker

RETRY_DELAYS = (5, 30, 120, 600, 1800, 3600)
"""Seconds before each new try of a delivery: 1 h 43 min in all, then it is given up.

The tries are rows' data (`next_try_at`), kept by the sweeper: they outlive the queue."""

_client: redis.Redis | None = None


def connect(url: str) -> redis.Redis:
    """Use the queue at url (redis://, rediss:// or unix://); returns the client."""
    global _client
    _client = redis.Redis.from_url(url, **CLIENT_OPTIONS)
    return _client


def client() -> redis.Redis:
    """The client in use. Raises RuntimeError before connect()."""
    if _client is None:
        raise RuntimeError("jobs.connect() has not been called")
    return _client


def enqueue(session: Session, queue: QueueName, job: Callable[[int], object], row_id: int) -> None:
    """Queue job(row_id) when session has committed. A failure is logged, the sweeper heals it."""
    after_commit(session, lambda: enqueue_now(queue, job, row_id))


def enqueue_now(queue: QueueName, job: Callable[[int], object], row_id: int) -> bool:
    """Queue job(row_id); False, and a line in the log, when the queue is away."""
    try:
        Queue(queue, connection=client()).enqueue(
            job,
            row_id,
            job_timeout=JOB_TIMEOUT,
            result_ttl=RESULT_TTL,
            failure_ttl=FAILURE_TTL,
            retry=Retry(max=1),
        )
    except redis.RedisError as error:
        log.warning("the queue is away (%s): the sweeper will take it up", type(error).__name__)
        return False
    return True


def work(queue: QueueName, url: str) -> None:
    """Work one queue until told to stop. Runs jobs in this process: theirs are short and safe."""
    connection = redis.Redis.from_url(url)
    worker = SimpleWorker(
        [Queue(queue, connection=connection)],
        connection=connection,
        default_worker_ttl=WORKER_TTL,
        maintenance_interval=10,
    )
    worker.work(logging_level="WARNING")
