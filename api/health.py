"""/healthz: this process lives. /readyz: everything it needs is there."""

from datetime import timedelta
from typing import Any

import redis
from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

import jobs
import settings
from bot import client
from channels.models import Conversation
from database import transaction, utcnow

bp = Blueprint("health", __name__)

OLDEST = timedelta(seconds=60)
"""How long an answer may be overdue before we are no longer ready."""


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """This process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Every part, and 503 when one is missing. Holds nothing personal."""
    found = state()
    return found, 200 if found["ready"] else 503


def state() -> dict[str, Any]:
    """What is there, and by how many seconds the oldest unanswered turn is overdue."""
    overdue = _overdue()
    parts = {"database": overdue is not None, "queue": _queue(), "rasa": _rasa()}
    late = overdue is not None and overdue > OLDEST.total_seconds()
    return {"ready": all(parts.values()) and not late, **parts, "oldest_overdue_seconds": overdue}


def _overdue() -> float | None:
    """Seconds; 0 when nothing is; None when the database is away."""
    try:
        with transaction() as session:
            session.execute(text("SET LOCAL statement_timeout = 2000"))
            oldest = session.scalar(select(func.min(Conversation.turn_due_at)))
    except SQLAlchemyError:
        return None
    return max(0.0, (utcnow() - oldest).total_seconds()) if oldest else 0.0


def _queue() -> bool:
    try:
        return bool(jobs.client().ping())
    except redis.RedisError:
        return False


def _rasa() -> bool:
    return client.is_up(settings.current().rasa_url)
