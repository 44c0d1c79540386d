"""The floor: transactions, what happens after them, locks, and times."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from channels.models import Person
from database import advisory_lock, after_commit, transaction


def test_what_waits_for_the_commit_happens_after_it_and_once(app: Flask) -> None:
    done: list[str] = []
    with transaction() as session:
        after_commit(session, lambda: done.append("after"))
        with session.begin_nested():
            session.add(Person())
        done.append("inside")
    with transaction():
        pass
    assert done == ["inside", "after"]


def test_what_waits_for_a_commit_that_never_comes_is_forgotten(app: Flask) -> None:
    done: list[str] = []
    with pytest.raises(RuntimeError), transaction() as session:
        after_commit(session, lambda: done.append("after"))
        raise RuntimeError
    assert done == []


def test_a_lock_is_held_by_one_and_free_again_afterwards(app: Flask) -> None:
    with advisory_lock("x") as first, advisory_lock("x") as second, advisory_lock("y") as other:
        assert (first, second, other) == (True, False, True)
    with advisory_lock("x") as again:
        assert again


def test_a_time_without_a_zone_never_reaches_the_database(app: Flask) -> None:
    with pytest.raises(StatementError, match="zone"), transaction() as session:
        session.add(Person(created_at=datetime(2026, 1, 1)))  # noqa: DTZ001 the point of it
        session.flush()


def test_times_come_back_in_utc(app: Flask) -> None:
    moment = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=7)))
    with transaction() as session:
        session.add(Person(created_at=moment))
    with transaction() as session:
        found = session.scalars(select(Person.created_at)).one()
    assert (found, found.tzinfo) == (moment, UTC)
