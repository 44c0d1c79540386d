"""Models and migrations say the same, and the ledger cannot be rewritten."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import InternalError, ProgrammingError

import database
from database import Base


def test_models_and_migrations_agree(app: Flask) -> None:
    with database.engine().connect() as connection:
        options = {"include_schemas": True, "compare_type": True, "include_name": ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def ours(name: str | None, kind: str, parents: object) -> bool:
    return (kind != "schema" or name in (None, "vault")) and name != "alembic_version"


@pytest.mark.parametrize(
    "change", ["UPDATE ticket_event SET kind = 'x'", "DELETE FROM ticket_event"]
)
def test_the_ledger_is_append_only(app: Flask, change: str) -> None:
    add = (
        "INSERT INTO person (created_at) VALUES (now());"
        "INSERT INTO identity (person_id, channel, digest, address, created_at)"
        " VALUES (1, 'x', '', '', now());"
        "INSERT INTO conversation (public_id, person_id, identity_id, channel, locale, owner,"
        " last_seq, delivered_seq, read_seq, agent_read_seq, created_at)"
        " VALUES ('x', 1, 1, 'x', 'id', 'assistant', 0, 0, 0, 0, now());"
        "INSERT INTO ticket (person_id, conversation_id, origin, category, team, priority, status,"
        " details, version, opened_at)"
        " VALUES (1, 1, '1', 'x', 'tech', 'P1', 'new', '', 1, now());"
        "INSERT INTO ticket_event (ticket_id, at, kind, actor, data)"
        " VALUES (1, now(), 'opened', 'system', '{}')"
    )
    with database.engine().begin() as connection:
        connection.execute(text(add))
    with (
        pytest.raises((InternalError, ProgrammingError), match="append-only"),
        database.engine().begin() as connection,
    ):
        connection.execute(text(change))
