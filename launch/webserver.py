"""Gunicorn's configuration: the web processes, which must not outlive their master."""

from typing import Protocol

from launch.process import die_with_parent

worker_class = "gevent"
# Open event streams never end by themselves; browsers come back at once, so don't wait long.
graceful_timeout = 3
control_socket_disable = True


class Worker(Protocol):
    """What of gunicorn's worker is needed here."""

    ppid: int


def post_fork(_server: object, worker: Worker) -> None:
    """Called by gunicorn in each new worker."""
    die_with_parent(worker.ppid)
