"""Alembic's entry: the models' tables, the database of the settings."""

import os

from alembic import context
from sqlalchemy import create_engine

import tables
from database import Base

assert tables


def run() -> None:
    """Migrate the database at DATABASE_URL, one transaction for all."""
    url = context.get_x_argument(as_dictionary=True).get("url") or os.environ["DATABASE_URL"]
    with create_engine(url).connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_schemas=True,
            include_name=_ours,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


def _ours(name: str | None, kind: str, parents: object) -> bool:
    return kind != "schema" or name in (None, "vault")


run()
