"""The whole of `make run`: from a checkout to a Sapa that answers, and down again."""

import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from launch import keys, postgres, train, valkey
from launch.paths import make_state, state_dir
from launch.programs import app_environment, once, programs
from launch.record import end_leftovers, lock
from launch.supervisor import Supervisor, supervise
from launch.web import reachable_host, refuse_taken_ports, status_of
from launch.words import Failure, say
from settings import Settings, SettingsError, load

SERVES_WITHIN = 180.0
"""Seconds; Rasa alone takes some twenty on a small busy machine."""
READY_WITHIN = 60.0
LEAST_SPACE = 300_000_000
NOT_YET = {"DATABASE_URL": "postgresql+psycopg://embedded", "REDIS_URL": "unix://embedded"}


def run(outer: Mapping[str, str]) -> int:
    """Run Sapa until it is stopped. Raises Failure for what prevents it."""
    begun = time.monotonic()
    os.umask(0o077)
    state = make_state(state_dir(outer))
    environ = inherited(outer, state)
    settings = checked(environ)
    address = f"http://{reachable_host(settings.host)}:{settings.port}"

    def start(supervisor: Supervisor) -> None:
        login = _bring_up(supervisor, settings, environ, state)
        say(_welcome(settings, login, time.monotonic() - begun))

    with lock(state, address):
        end_leftovers(state)
        refuse_taken_ports(ports(settings))
        _refuse_full_disk(state)
        train.if_needed(state, environ)
        supervise(state, start)
    say("Sapa has stopped. What was said is kept; `make run` goes on with it.")
    return 0


def inherited(environ: Mapping[str, str], state: Path) -> dict[str, str]:
    """The environment of our programs; a demo makes its own secrets."""
    demo = environ.get("SAPA_MODE", "demo") == "demo"
    made = keys.demo_secrets(state) if demo else {}
    if demo and "SAPA_PUBLIC_URL" not in environ:
        host = reachable_host(environ.get("SAPA_HOST", ""))
        made["SAPA_PUBLIC_URL"] = f"http://{host}:{environ.get('SAPA_PORT', '8080')}"
    return made | app_environment(environ, {"SAPA_STATE_DIR": str(state)})


def beside(outer: Mapping[str, str]) -> dict[str, str]:
    """The environment for a command beside a running Sapa: its secrets and its services."""
    state = make_state(state_dir(outer))
    environ = inherited(outer, state)
    if keys.POSTGRES_PASSWORD in keys.read(state):  # else it has never run here
        environ = {"DATABASE_URL": postgres.url(postgres.prepare(state), state)} | environ
        environ = {"REDIS_URL": valkey.url(valkey.prepare(state))} | environ
    return NOT_YET | environ


def checked(environ: Mapping[str, str]) -> Settings:
    """The settings. Raises Failure, naming each missing or wrong one."""
    before = dict(os.environ)
    os.environ.update(NOT_YET | dict(environ))
    try:
        return load()
    except SettingsError as error:
        raise Failure(str(error)) from None
    finally:
        os.environ.clear()
        os.environ.update(before)


def ports(settings: Settings) -> dict[str, tuple[str, int]]:
    """Every port that we listen on, by the setting that changes it."""
    return {
        "SAPA_PORT": (settings.host, settings.port),
        "SAPA_RASA_PORT": ("127.0.0.1", settings.rasa_port),
        "SAPA_ACTIONS_PORT": ("127.0.0.1", settings.actions_port),
    }


def _bring_up(
    supervisor: Supervisor, settings: Settings, environ: dict[str, str], state: Path
) -> list[str]:
    """Start everything and wait until it serves; returns what to say of the first login."""
    environ = environ | _start_services(supervisor, environ, state)
    _start_programs(supervisor, settings, environ, state)
    login = supervisor.capture(once("login", ["commands", "first-agent"], environ))
    _wait_until_ready(supervisor, settings)
    return login


def _start_services(
    supervisor: Supervisor, environ: Mapping[str, str], state: Path
) -> dict[str, str]:
    """Start those of PostgreSQL and Valkey that are not elsewhere; returns both addresses."""
    found = {name: environ[name] for name in NOT_YET if environ.get(name)}
    if "DATABASE_URL" not in found:
        home = postgres.prepare(state)
        postgres.end_earlier(home)
        found["DATABASE_URL"] = postgres.url(home, state)
        supervisor.start(postgres.program(home, found["DATABASE_URL"]))
        supervisor.wait_until_serving(["postgres"], 60.0, _tell)
    if "REDIS_URL" not in found:
        socket = valkey.prepare(state)
        found["REDIS_URL"] = valkey.url(socket)
        supervisor.start(valkey.program(state, socket))
        supervisor.wait_until_serving(["valkey"], 60.0, _tell)
    return found


def _start_programs(
    supervisor: Supervisor, settings: Settings, environ: dict[str, str], state: Path
) -> None:
    supervisor.run_once(once("migrations", ["alembic", "upgrade", "head"], environ))
    shutil.rmtree(state / "rasa" / "tmp", ignore_errors=True)  # models unpacked by killed Rasas
    started = programs(settings, environ, state)
    say("Starting " + ", ".join(program.name for program in started) + " (10 to 30 s) ...")
    for program in started:
        supervisor.start(program)
    supervisor.wait_until_serving([program.name for program in started], SERVES_WITHIN, _tell)


def _wait_until_ready(supervisor: Supervisor, settings: Settings) -> None:
    host, end = reachable_host(settings.host), time.monotonic() + READY_WITHIN
    while status_of(settings.port, "/readyz", host) != 200:
        supervisor.watch(0.3)
        if time.monotonic() > end:
            say("Sapa runs, but /readyz does not say ok yet: `make doctor` tells what is wrong.")
            return


def _tell(name: str) -> None:
    say(f"  {name} is up.")


def _welcome(settings: Settings, login: list[str], seconds: float) -> str:
    url = f"http://{reachable_host(settings.host)}:{settings.port}"
    lines = [
        "",
        f"Sapa is ready: {url}   (after {seconds:.0f} s)",
        f"  as a participant   {url}/ (a page with the chat) and {url}/chat (the chat alone)",
        f"  as an agent        {url}/desk",
        *(f"  {line}" for line in login),
        "  to stop            Ctrl-C here",
    ]
    if settings.mode == "demo":
        lines += ["This is a demo, for no real people: do not let real participants use it."]
    return "\n".join([*lines, ""])


def _refuse_full_disk(state: Path) -> None:
    free = shutil.disk_usage(state).free
    if free < LEAST_SPACE:
        raise Failure(
            f"The disk that holds {state} is almost full ({free // 1_000_000} MB free):"
            f" make {LEAST_SPACE // 1_000_000} MB of room, then start again."
        )
