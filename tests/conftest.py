"""A real PostgreSQL and Valkey for the whole run; empty tables for every test."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from alembic import command
from alembic.config import Config
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

import app as product_app
import channels
import database
import jobs
import settings
from inbox import answering
from inbox.breaker import Breaker
from launch import clean, services
from tests.fakes import FakeChannel, FakeRasa
from tests.product import Product, running

SECRETS = {
    "SAPA_SECRET_KEY": "s" * 40,
    "SAPA_API_TOKEN": "a" * 40,
    "SAPA_RASA_TOKEN": "r" * 40,
    "SAPA_ENCRYPTION_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}

EMPTY_TABLES = """
DO $$ DECLARE t text; BEGIN
    SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') INTO t FROM pg_tables
    WHERE schemaname IN ('public', 'vault') AND tablename <> 'alembic_version';
    EXECUTE 'TRUNCATE ' || t || ' RESTART IDENTITY';
END $$
"""


@pytest.fixture(scope="session")
def backing() -> Iterator[dict[str, str]]:
    """DATABASE_URL and REDIS_URL of servers of this run's own, migrated."""
    folder = Path(tempfile.mkdtemp(prefix="sapa-test-", dir="/tmp"))
    folder.chmod(0o755)
    database_url, redis_url, stop = services.start(folder)
    migrate(database_url)
    yield {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SAPA_STATE_DIR": str(folder)}
    database.engine().dispose()
    stop()
    clean.remove(folder)


def migrate(url: str) -> None:
    config = Config("alembic.ini")
    config.cmd_opts = type("Options", (), {"x": [f"url={url}"]})()
    command.upgrade(config, "head")


@pytest.fixture(scope="session")
def whole_app(backing: dict[str, str]) -> Flask:
    """The web application, built once: set-up registers listeners."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (backing | SECRETS).items():
            patch.setenv(name, value)
        return product_app.create_app(settings.load())


@pytest.fixture
def app(whole_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The web application on empty tables and an empty queue."""
    with database.engine().begin() as connection:
        connection.execute(text(EMPTY_TABLES))
    jobs.client().flushdb()
    monkeypatch.setattr(answering, "_breaker", Breaker())
    return whole_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def valkey(app: Flask) -> redis.Redis:
    return jobs.client()


@pytest.fixture
def rasa(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRasa]:
    """A stand-in that speaks the connector's wire over HTTP; the real one has its own tests."""
    with FakeRasa.running(token=SECRETS["SAPA_RASA_TOKEN"]) as fake:
        changed = settings.current().model_copy(update={"rasa_port": fake.port})
        monkeypatch.setattr(settings, "_current", changed)
        yield fake


@pytest.fixture
def channel(app: Flask) -> FakeChannel:
    """A channel that pushes, and can fail on demand."""
    fake = FakeChannel()
    channels.register(fake)
    return fake


@pytest.fixture
def work(app: Flask) -> Callable[[], int]:
    """Run every queued job to the end, as a worker would; returns how many there were."""
    from rq import Queue
    from rq.worker import SimpleWorker

    def run() -> int:
        client, done = jobs.client(), 0
        for name in jobs.QueueName:
            queue = Queue(name, connection=client)
            done += queue.count
            SimpleWorker([queue], connection=client).work(burst=True, logging_level="ERROR")
        return done

    return run


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """A whole running Sapa, with the model that `make test` trained, shared by all stories."""
    with running(SAPA_SERVICE_HOURS="00:00-23:59") as started:  # stories do not wait for morning
        yield started
