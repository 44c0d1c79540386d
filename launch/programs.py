"""The programs of a running Sapa beside its two services, and the environment each is given."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from launch.paths import RASA_PYTHON
from launch.process import Program
from launch.web import page_answers, reachable_host

KEPT_FROM_RASA = ("SAPA_SECRET_KEY", "SAPA_ENCRYPTION_KEY", "DATABASE_URL", "REDIS_URL")
RASA_QUIETLY = {
    "RASA_TELEMETRY_ENABLED": "false",  # it reports home otherwise, at crashes too
    "OMP_NUM_THREADS": "1",  # it would take every core for each sentence
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore::DeprecationWarning",  # of its own old parts, hundreds of lines
}


class Ports(Protocol):
    """What of settings.Settings is needed here."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def rasa_port(self) -> int: ...
    @property
    def actions_port(self) -> int: ...
    @property
    def web_workers(self) -> int: ...
    @property
    def answer_workers(self) -> int: ...


def programs(settings: Ports, environ: Mapping[str, str], state: Path) -> list[Program]:
    """All of them, those that take longest to start first."""
    bare = rasa_environment(environ, state)
    return [
        _rasa(settings, bare, state),
        _actions(settings, bare),
        *_workers(settings, environ),
        _web(settings, environ),
    ]


def once(name: str, words: list[str], environ: Mapping[str, str]) -> Program:
    """A command of the app that runs to its end: `python -m` and words."""
    return Program(name, [sys.executable, "-m", *words], environ, stage=1)


def rasa_environment(environ: Mapping[str, str], state: Path) -> dict[str, str]:
    """environ for Rasa and its actions: without our keys, with their files in our folder."""
    caches = state / "rasa"
    (caches / "tmp").mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in environ.items() if name not in KEPT_FROM_RASA}
    folders = {"RASA_CACHE_DIRECTORY": "cache", "TMPDIR": "tmp", "MPLCONFIGDIR": "tmp"}
    ports = {"SAPA_ACTIONS_PORT": environ.get("SAPA_ACTIONS_PORT", "5055")}  # for endpoints.yml
    return (
        kept
        | RASA_QUIETLY
        | ports
        | {name: str(caches / folder) for name, folder in folders.items()}
    )


def _rasa(settings: Ports, environ: dict[str, str], state: Path) -> Program:
    argv = [str(RASA_PYTHON), "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(settings.rasa_port)]
    files = ["--credentials", "credentials.yml", "--endpoints", "endpoints.yml"]
    return Program(
        name="rasa",
        argv=[*argv, "--model", str(state / "models"), *files],
        env=environ,
        probe=page_answers(settings.rasa_port, "/"),
        nice=10,
        stage=1,
    )


def _actions(settings: Ports, environ: dict[str, str]) -> Program:
    api = f"http://{reachable_host(settings.host)}:{settings.port}"
    argv = [str(RASA_PYTHON), "-m", "rasa_sdk", "--actions", "bot.actions"]
    return Program(
        name="actions",
        argv=[*argv, "-p", str(settings.actions_port)],
        env={"SAPA_API_URL": api} | environ | {"SANIC_HOST": "127.0.0.1"},
        probe=page_answers(settings.actions_port, "/health"),
        stage=1,
    )


def _workers(settings: Ports, environ: Mapping[str, str]) -> list[Program]:
    """One process a queue: a worker of two queues can lose a job when it dies."""
    answers = [f"answers-{number}" for number in range(1, settings.answer_workers + 1)]
    commands = [(name, ["-m", "worker", "answers"]) for name in answers]
    commands += [("deliveries-1", ["-m", "worker", "deliveries"]), ("schedule", ["-m", "schedule"])]
    return [Program(name, [sys.executable, *words], environ, stage=2) for name, words in commands]


def _web(settings: Ports, environ: Mapping[str, str]) -> Program:
    options = {
        "--config": "python:launch.webserver",
        "--workers": str(settings.web_workers),
        "--bind": f"{settings.host}:{settings.port}",
    }
    words = [word for option in options.items() for word in option]
    return Program(
        name="web",
        argv=[sys.executable, "-m", "gunicorn", *words, "app:create_app()"],
        env=environ,
        probe=page_answers(settings.port, "/healthz", reachable_host(settings.host)),
        stage=3,
    )


def app_environment(environ: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """What our own programs inherit: nothing that would mislead Python, output at once."""
    from launch.process import clean_environment

    return clean_environment(environ) | {"PYTHONUNBUFFERED": "1", "LANG": "C.UTF-8"} | dict(more)
