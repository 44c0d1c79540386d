"""Entry point: the sweeper. Takes up whatever was stored and not handled, twice a second."""

import logging
import signal
import threading
from types import FrameType

from sqlalchemy.exc import SQLAlchemyError

import app
import settings
from channels import outbox
from database import advisory_lock, transaction, utcnow
from inbox import answering
from tickets import promises

log = logging.getLogger(__name__)

EVERY = 0.5  # seconds
_stop = threading.Event()


def _quit(number: int, frame: FrameType | None) -> None:
    _stop.set()


def tick() -> None:
    """One round; each part of it may be repeated without harm."""
    now = utcnow()
    answering.sweep(now)
    outbox.sweep(now)
    with transaction() as session:
        promises.mark_broken(session, now)


def run() -> None:
    """Tick until told to stop. A second schedule waits idly for the first one's lock."""
    while not _stop.is_set():
        try:
            with advisory_lock("schedule") as held:
                while held and not _stop.wait(EVERY):
                    tick()
        except SQLAlchemyError as error:
            log.warning("the database is away: %s", type(error).__name__)
        _stop.wait(1.0)


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _quit)
    app.set_up(settings.load())
    run()


if __name__ == "__main__":
    main()
