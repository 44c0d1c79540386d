"""The embedded PostgreSQL: its own cluster, a unix socket in a private folder, no TCP."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from launch import dwelling, keys
from launch.dwelling import Dwelling
from launch.process import Program, group_of, started, wait_until
from launch.words import Failure

NAME = "sapa"
SOCKET = ".s.PGSQL.5432"
SERVER_SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # What participants wrote must not reach a log with a failed statement or its details.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "unix_socket_permissions": "0700",
}
CLUSTER = [
    "--username=postgres",
    "--auth=reject",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-sync",
]
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def prepare(state: Path, *, durable: bool = True) -> Dwelling:
    """Make the cluster if there is none yet. Harmless where one runs already."""
    home = dwelling.find(state)
    if not (home.home / "complete").exists():
        _make_cluster(home, keys.postgres_password(state), durable)
    return home


def program(home: Dwelling, url: str, *, durable: bool = True) -> Program:
    """The server as the supervisor runs it; durable means through a power cut, too."""
    settings = SERVER_SETTINGS | {"unix_socket_directories": str(sockets(home))}
    if not durable:
        settings["fsync"] = "off"
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        argv=[str(home.binaries / "postgres"), "-D", str(home.data), *options],
        env=ENVIRONMENT,
        probe=lambda: answers(url),
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes everything, stops
        grace=30.0,
        user=home.user,
        orphan_signal=signal.SIGINT,
    )


def url(home: Dwelling, state: Path) -> str:
    """The address for SQLAlchemy; carries the password."""
    password = quote(keys.postgres_password(state), safe="")
    folder = quote(str(sockets(home)), safe="/")
    return f"postgresql+psycopg://{NAME}:{password}@/{NAME}?host={folder}"


def sockets(home: Dwelling) -> Path:
    return dwelling.socket_folder(home.home / "socket", SOCKET + ".lock", home.user)


def answers(address: str) -> bool:
    """Whether a session can be opened. Raises Failure if it never will be."""
    import psycopg  # only the app environment has it

    try:
        psycopg.connect(address.replace("+psycopg", "", 1), connect_timeout=2).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise Failure(
                "The embedded database does not take the password in secrets.json: put back"
                " the secrets.json that belongs to it, or `make clean` to start afresh."
            ) from None
        return False
    return True


def _make_cluster(home: Dwelling, password: str, durable: bool) -> None:
    """Run initdb, then make our account and database before anyone can connect.

    The superuser gets no password and so nobody can log in as it.
    """
    shutil.rmtree(home.data, ignore_errors=True)  # left by an initdb that was killed
    _run(home, ["initdb", "-D", str(home.data), *CLUSTER])
    _run(home, ["postgres", "--single", "-F", "-D", str(home.data), "template1"], _sql(password))
    _allow_only_sockets(home)
    if durable:
        _run(home, ["initdb", "-D", str(home.data), "--sync-only", "--sync-method=syncfs"])
    (home.home / "complete").touch()


def _sql(password: str) -> str:
    literal = password.replace("'", "''")
    return (
        # Only a superuser may; from template1 every database of ours inherits it.
        "CREATE EXTENSION vector;\n"
        f"CREATE ROLE {NAME} LOGIN CREATEDB PASSWORD '{literal}';\n"
        f"CREATE DATABASE {NAME} OWNER {NAME};\n"
    )


def _allow_only_sockets(home: Dwelling) -> None:
    rules = home.data / "pg_hba.conf"
    rules.write_text("# Sapa: no network, always with a password.\nlocal all all scram-sha-256\n")


def _run(home: Dwelling, argv: list[str], stdin: str = "") -> None:
    done = subprocess.run(
        [str(home.binaries / argv[0]), *argv[1:]],
        env=ENVIRONMENT,
        cwd="/",
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        user=home.user,
        group=group_of(home.user),
        extra_groups=None if home.user is None else [],
    )
    if done.returncode != 0 or "ERROR:" in done.stderr:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise Failure("The embedded database could not be made: " + " / ".join(last))


def end_earlier(home: Dwelling) -> None:
    """Remove the lock files of a server that is gone, and end one that is not.

    PostgreSQL takes a stale lock file for a living one when its process number has been
    given to another program since. For those who hold the state folder's lock only.
    """
    for lock in (home.data / "postmaster.pid", sockets(home) / f"{SOCKET}.lock"):
        pid = _first_line_as_number(lock)
        if pid is not None and is_ours(pid, home):
            _end(pid)
        if pid is not None:
            lock.unlink(missing_ok=True)


def _first_line_as_number(lock: Path) -> int | None:
    try:
        return abs(int(lock.read_text().splitlines()[0]))
    except (FileNotFoundError, ValueError, IndexError):
        return None


def is_ours(pid: int, home: Dwelling) -> bool:
    """Whether process pid is a server of this very data folder."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(home.data) in words


def _end(pid: int) -> None:
    """Stop a server whose supervisor is gone, by force if it must be."""
    for sign, seconds in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        with suppress(ProcessLookupError):
            os.kill(pid, sign)
        if wait_until(lambda: started(pid) is None, seconds):
            return
