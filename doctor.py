"""The doctor: looks an installation over and says in plain words what is wrong, and the remedy."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import redis
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

import database
import jobs
from api import health
from bot import client
from channels.models import Message
from database import transaction, utcnow
from settings import Settings, missing_in_production
from staffing.service import any_agents

LEAST_FREE = 1_000_000_000
"""Bytes of free disk below which we warn."""


@dataclass(frozen=True)
class Finding:
    """What is wrong, and what to do about it; nothing is wrong when `wrong` is ""."""

    what: str
    wrong: str = ""
    remedy: str = ""


def examine(config: Settings) -> list[Finding]:
    """Everything that can be looked at from here, in the order in which to mend it."""
    return [_look(what, check, config) for what, check in CHECKS.items()]


def _look(what: str, check: "Check", config: Settings) -> Finding:
    try:
        return check(config)
    except SQLAlchemyError:
        return Finding(what, "cannot be read without the database", "mend that first")


def _database(config: Settings) -> Finding:
    try:
        with transaction() as session:
            session.execute(select(1))
    except SQLAlchemyError:
        return Finding(
            "database", "it does not answer", "start Sapa (`make run`), or mend DATABASE_URL"
        )
    return Finding("database")


def _migrations(config: Settings) -> Finding:
    newest = ScriptDirectory.from_config(Config("alembic.ini")).get_current_head()
    with database.engine().connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current != newest:
        return Finding("migrations", f"at {current}, not {newest}", "run `alembic upgrade head`")
    return Finding("migrations")


def _queue(config: Settings) -> Finding:
    try:
        jobs.client().ping()
    except redis.RedisError:
        remedy = "start Sapa, or mend REDIS_URL; nothing is lost meanwhile, answers come late"
        return Finding("queue", "it does not answer", remedy)
    return Finding("queue")


def _rasa(config: Settings) -> Finding:
    if client.is_up(config.rasa_url):
        return Finding("assistant")
    return Finding(
        "assistant",
        f"Rasa does not answer at {config.rasa_url}",
        f"look into {config.state_dir}/logs/rasa.log; the stand-in answers meanwhile",
    )


def _model(config: Settings) -> Finding:
    missing = [
        name
        for name in ("sapa.tar.gz", "fallback.npz", "fallback.json")
        if not (config.models_dir / name).exists()
    ]
    if missing:
        return Finding("model", f"{', '.join(missing)} is not there", "run `make train`")
    return Finding("model")


def _overdue(config: Settings) -> Finding:
    late = health.state()["oldest_overdue_seconds"]
    if late is None:
        return Finding("answers", "cannot be read without the database", "mend that first")
    if late > health.OLDEST.total_seconds():
        remedy = "see whether the workers and the schedule run (logs/answers-1.log, schedule.log)"
        return Finding("answers", f"the oldest is {late:.0f} s overdue", remedy)
    return Finding("answers")


def _undelivered(config: Settings) -> Finding:
    with transaction() as session:
        query = select(func.count(Message.id)).where(Message.next_try_at < utcnow())
        waiting = session.scalar(query) or 0
    if waiting > 100:
        remedy = "see logs/deliveries-1.log for the provider's errors"
        return Finding("deliveries", f"{waiting} messages wait to be delivered", remedy)
    return Finding("deliveries")


def _agents(config: Settings) -> Finding:
    with transaction() as session:
        found = any_agents(session)
    if not found:
        return Finding(
            "agents", "nobody can log in", "run `python3 -m launch app commands add-agent`"
        )
    return Finding("agents")


def _disk(config: Settings) -> Finding:
    free = shutil.disk_usage(config.state_dir).free
    if free < LEAST_FREE:
        return Finding("disk", f"{free // 1_000_000} MB free", f"make room for {config.state_dir}")
    return Finding("disk")


def _rights(config: Settings) -> Finding:
    secrets = config.state_dir / "secrets.json"
    if secrets.exists() and secrets.stat().st_mode & 0o077:
        return Finding("secrets", "others may read secrets.json", f"run `chmod 600 {secrets}`")
    return Finding("secrets")


def _production(config: Settings) -> Finding:
    missing = missing_in_production(config)
    if config.mode == "demo":
        needed = ", ".join(f"SAPA_{name.upper()}" for name in missing) or "nothing more"
        return Finding(f"mode: a demo, for no real people (production would need: {needed})")
    return Finding("mode: production")


Check = Callable[[Settings], Finding]

CHECKS: dict[str, Check] = {
    "mode": _production,
    "disk": _disk,
    "secrets": _rights,
    "database": _database,
    "migrations": _migrations,
    "queue": _queue,
    "model": _model,
    "assistant": _rasa,
    "answers": _overdue,
    "deliveries": _undelivered,
    "agents": _agents,
}


def report(findings: Iterable[Finding]) -> tuple[str, bool]:
    """The findings as text, and whether all is well."""
    lines, well = [], True
    for finding in findings:
        well = well and not finding.wrong
        mark = "ok   " if not finding.wrong else "WRONG"
        lines.append(f"{mark} {finding.what}" + (f": {finding.wrong}" if finding.wrong else ""))
        if finding.remedy:
            lines.append(f"      -> {finding.remedy}")
    lines.append("All is well." if well else "Mend what is marked WRONG, from the top.")
    return "\n".join(lines), well
