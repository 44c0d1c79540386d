"""The database: sessions, transactions, advisory locks, and times that are always UTC."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Enum, MetaData, create_engine, event, func, select
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Sessions = sessionmaker[Session](expire_on_commit=False)


class UTCDateTime(TypeDecorator[datetime]):
    """A moment, in UTC. Refuses times without a zone, so that none is ever guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone must not reach the database")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None


class Base(DeclarativeBase):
    """What every table shares."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 SQLAlchemy's form
        datetime: UTCDateTime,
        int: BigInteger,
        StrEnum: Enum(
            StrEnum, native_enum=False, length=32, values_callable=lambda e: [m.value for m in e]
        ),
    }


def connect(url: str) -> Engine:
    """Bind Sessions to the database at url; nothing connects before the first query."""
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        hide_parameters=True,  # errors are logged: values stay out of them
        connect_args={"connect_timeout": 5},
    )
    Sessions.configure(bind=engine)
    return engine


def engine() -> Engine:
    """The engine in use. Raises RuntimeError before connect()."""
    bind = Sessions.kw.get("bind")
    if not isinstance(bind, Engine):
        raise RuntimeError("database.connect() has not been called")
    return bind


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: commits at the end, rolls back on any error.

    Called by routes, jobs and commands; services are handed the session and never commit."""
    with Sessions() as session, session.begin():
        yield session


def after_commit(session: Session, action: Callable[[], object]) -> None:
    """Run action once session has committed; never if it rolls back.

    Jobs and wake-ups go out this way, so that nobody looks for a row not yet there."""
    session.info.setdefault("after_commit", []).append(action)


@event.listens_for(Session, "after_commit")
def _run_actions(session: Session) -> None:
    if not session.in_nested_transaction():
        for action in session.info.pop("after_commit", []):
            action()


@event.listens_for(Session, "after_soft_rollback")
def _forget_actions(session: Session, previous: object) -> None:
    if not session.in_nested_transaction():
        session.info.pop("after_commit", None)


def lock_number(name: str) -> int:
    """A name as PostgreSQL's advisory locks want it: a signed 64-bit number."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)


@contextmanager
def advisory_lock(name: str) -> Iterator[bool]:
    """Try to hold the lock called name; yields whether we have it.

    It lives on a connection of its own and no transaction is open meanwhile, so it may be held
    while another server is asked; a killed process frees it at once."""
    number = lock_number(name)
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        held = bool(connection.scalar(select(func.pg_try_advisory_lock(number))))
        try:
            yield held
        finally:
            if held:
                connection.scalar(select(func.pg_advisory_unlock(number)))


def utcnow() -> datetime:
    """Now, in UTC. Services take `now` as a parameter; only the outermost caller asks."""
    return datetime.now(UTC)
