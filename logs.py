"""Logs: one JSON object a line, by structlog, also for what libraries log.

Nobody logs words, addresses or numbers of participants; a last filter masks what slips through."""

import logging
import re
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

import structlog

conversation: ContextVar[int | None] = ContextVar("conversation", default=None)
"""The conversation this thread of work is about: on every line it writes."""


@contextmanager
def about(conversation_id: int) -> Iterator[None]:
    """Put the conversation on every line that is logged inside."""
    token = conversation.set(conversation_id)
    try:
        yield
    finally:
        conversation.reset(token)


DIGITS = re.compile(r"(?<![\w.:-])\+?\d(?:[ .\-]?\d){8,19}(?![\w.:-])")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def _context(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if (number := conversation.get()) is not None:
        event["conversation"] = number
    return event


def _mask(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in ("event", "exception"):
        if isinstance(event.get(key), str):
            event[key] = DIGITS.sub("‹number›", EMAIL.sub("‹email›", event[key]))
    return event


def configure(level: str, out: TextIO | None = None) -> None:
    """Write every log line as JSON to out; None: standard output."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _context,
        structlog.processors.format_exc_info,
        _mask,
    ]
    handler = logging.StreamHandler(out or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "rq.worker", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
