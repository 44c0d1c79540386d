"""The embedded PostgreSQL and Valkey, really started, killed and started again."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from launch import clean, dwelling, keys, postgres, services
from launch.paths import make_state
from launch.process import wait_until
from launch.words import Failure
from tests.launch.conftest import is_gone, new_state_folder


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """One state folder for the tests that need no new one: making the cluster takes a second."""
    folder = new_state_folder()
    yield folder
    clean.remove(folder)


def test_both_answer_and_nobody_else_gets_in(shared: Path) -> None:
    database, queue, stop = services.start(shared)
    try:
        with connect(database) as connection:
            asked = "select current_setting('timezone'), current_setting('server_encoding')"
            assert connection.execute(asked).fetchone() == ("UTC", "UTF8")
            assert connection.execute("select count(*) from pg_extension").fetchone() == (2,)
        assert Redis.from_url(queue).ping()
        with pytest.raises(psycopg.OperationalError, match="password"):
            connect(database.replace(keys.postgres_password(shared), "guessed"))
        for folder in (shared / "postgres" / "socket", shared / "valkey" / "socket"):
            assert folder.stat().st_mode & 0o077 == 0
        assert keys.path(shared).stat().st_mode & 0o777 == 0o600
    finally:
        stop()


def test_a_killed_postgres_loses_nothing_and_starts_again(shared: Path) -> None:
    database, _, stop = services.start(shared)
    with connect(database) as connection:
        connection.execute("create table said (words text)")
        connection.execute("insert into said values ('halo')")
        kill(postmaster(shared))
    stop()
    database, _, stop = services.start(shared)
    with connect(database) as connection:
        assert connection.execute("select words from said").fetchone() == ("halo",)
    stop()


def test_a_lock_file_naming_a_living_stranger_does_not_prevent_the_start(shared: Path) -> None:
    _, _, stop = services.start(shared)
    kill(postmaster(shared))
    stop()
    home = dwelling.find(shared)
    stranger = subprocess.Popen(["sleep", "60"], user=home.user)
    try:
        lock = home.data / "postmaster.pid"
        lines = lock.read_text().splitlines()
        lock.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        services.start(shared)[2]()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_killed_valkey_keeps_its_data(shared: Path) -> None:
    _, queue, stop = services.start(shared)
    client = Redis.from_url(queue)
    client.rpush("jobs", "one", "two")
    kill(int(client.info("server")["process_id"]))
    stop()
    _, queue, stop = services.start(shared)
    assert Redis.from_url(queue).lrange("jobs", 0, -1) == [b"one", b"two"]
    stop()


def test_a_failed_statement_leaves_no_words_in_the_log(shared: Path) -> None:
    database, _, stop = services.start(shared)
    with connect(database) as connection:
        connection.execute("create table once (words text unique)")
        connection.execute("insert into once values ('my secret')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into once values ('my secret')")
    stop()
    log = (shared / "logs" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "my secret" not in log


def test_keys_that_do_not_fit_the_database_are_named(shared: Path) -> None:
    services.start(shared)[2]()
    kept = keys.path(shared).read_text()
    keys.path(shared).unlink()
    with pytest.raises(Failure, match=r"put back the secrets\.json"):
        services.start(shared)
    keys.path(shared).write_text(kept)
    services.start(shared)[2]()


def test_an_interrupted_initdb_is_made_again(state: Path) -> None:
    home = dwelling.find(make_state(state))
    home.data.mkdir()
    (home.data / "PG_VERSION").write_text("18\n")
    services.start(state)[2]()


def test_a_long_path_gets_short_sockets(state: Path) -> None:
    deep = state / ("d" * 60) / ("e" * 60)
    if os.geteuid() == 0:
        state.chmod(0o711)
    database, queue, stop = services.start(deep)
    try:
        connect(database).close()
        assert Redis.from_url(queue).ping()
        found = clean.folders(deep)
        assert len([folder for folder in found if folder.name.startswith("sapa-")]) == 3
    finally:
        stop()
        clean.remove(deep)
    assert not any(folder.exists() for folder in found)


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A state folder in a place that only we can enter, as in a clone below /root."""
    (tmp_path / "closed").mkdir(mode=0o700)
    yield tmp_path / "closed" / "state"
    clean.remove(tmp_path / "closed" / "state")


def home_of(closed: Path) -> Path:
    """Where its database must be: root's runs under another account, which cannot enter."""
    return dwelling.outside_home(closed) if os.geteuid() == 0 else closed / "postgres"


def test_a_state_folder_that_postgres_cannot_reach(
    closed: Path, capsys: pytest.CaptureFixture[str], private_files: None
) -> None:
    database, _, stop = services.start(closed)
    connect(database).execute("create table left_behind ()").connection.close()
    stop()
    said = f"the database is kept in {home_of(closed)}" in capsys.readouterr().out
    assert said == (os.geteuid() == 0)
    database, _, stop = services.start(closed)
    assert knows_left_behind(database)
    stop()
    shutil.rmtree(closed)
    database, _, stop = services.start(closed)
    assert not knows_left_behind(database), "its keys went with the state folder"
    stop()
    clean.remove(closed)
    assert not list(dwelling.OUTSIDE.glob(dwelling.outside_home(closed).name + "*"))


def knows_left_behind(database: str) -> bool:
    with connect(database) as connection:
        found = connection.execute("select to_regclass('left_behind')").fetchone()
    return found != (None,)


@pytest.fixture
def private_files() -> Iterator[None]:
    """The mask under which `make run` works."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_a_server_that_outlived_its_supervisor_is_ended(shared: Path) -> None:
    """Such as one whose record was lost: two servers on one data folder would ruin it."""
    home, log = prepared(shared)
    argv = postgres.program(home, "").argv
    with log.open("wb") as output:
        orphan = subprocess.Popen(
            argv, cwd="/", user=home.user, env=postgres.ENVIRONMENT, stdout=output, stderr=output
        )
    assert wait_until((home.data / "postmaster.pid").exists, 5.0)
    assert orphan.poll() is None
    postgres.prepare(shared)
    assert orphan.poll() is None, "asking for its address must not end it"
    postgres.end_earlier(home)
    assert orphan.wait(5) is not None


def prepared(state: Path) -> tuple[dwelling.Dwelling, Path]:
    services.start(state)[2]()
    return dwelling.find(state), state / "logs" / "orphan.log"


def postmaster(state: Path) -> int:
    pid = dwelling.find(state).data / "postmaster.pid"
    return int(pid.read_text().splitlines()[0])


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert is_gone(pid)
