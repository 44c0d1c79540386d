"""`make check` and `make test`: every check in turn, the quick ones first."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from launch import steps, train
from launch.paths import APP_PYTHON, RASA_PYTHON, ROOT, make_state, state_dir
from launch.programs import app_environment, rasa_environment
from launch.words import Failure, say

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
RASA_SIDE = ("bot/components", "bot/actions", "bot/channel.py", "bot/textfeatures.py")


@dataclass(frozen=True)
class Check:
    """One check: what it is called, and what does it (raises Failure)."""

    name: str
    do: Callable[[], None]


def static(environ: Mapping[str, str]) -> list[Check]:
    """What can be said about the code without running it."""
    inside = app_environment(environ, {})
    rasa_types = ["mypy", "--config-file", "bot/mypy.ini", "--python-executable", str(RASA_PYTHON)]
    commands = {
        "lint (ruff check)": ["ruff", "check", "."],
        "layout (ruff format)": ["ruff", "format", "--check", "."],
        "types of the app (mypy)": ["mypy"],
        "types of the Rasa side (mypy)": [*rasa_types, *RASA_SIDE],
    }
    return [
        Check(name, _command([str(APP_PYTHON), "-m", *words], inside))
        for name, words in commands.items()
    ]


def dynamic(environ: Mapping[str, str]) -> list[Check]:
    """What takes a trained assistant, real services and a browser."""
    state = make_state(state_dir(environ))
    inside = app_environment(environ, {"SAPA_STATE_DIR": str(state)})
    bare = rasa_environment(inside, state)
    results = str(state / "rasa" / "results")
    data = ["--domain", "domain.yml", "--data", "bot/data", "--config", "config.yml"]
    stories = ["--e2e", "--stories", "tests/bot", "--fail-on-prediction-errors", "--out", results]
    model = ["--model", str(state / "models")]
    rasa = [str(RASA_PYTHON), "-m", "rasa"]
    return [
        Check("browser", lambda: find_browser(inside, state / "logs" / "setup.log")),
        Check("data (rasa data validate)", _command([*rasa, "data", "validate", *data], bare)),
        Check("training", lambda: train.if_needed(state, inside)),
        Check("stories (rasa test)", _command([*rasa, "test", "core", *model, *stories], bare)),
        Check("tests (pytest)", _command([str(APP_PYTHON), "-m", "pytest"], inside)),
    ]  # fmt: skip


def run(checks: list[Check]) -> int:
    """Go through checks. Raises Failure at the first that fails, naming it."""
    for number, check in enumerate(checks, start=1):
        begun = time.monotonic()
        say(f"\n[{number}/{len(checks)}] {check.name}")
        try:
            check.do()
        except Failure as failure:
            raise Failure(f"{failure}\nFailed: {check.name}.") from failure
        say(f"[{number}/{len(checks)}] ok after {steps.spoken(time.monotonic() - begun)}")
    say(f"\nAll {len(checks)} checks passed.")
    return 0


def find_browser(environ: Mapping[str, str], log: Path) -> None:
    """See that there is a Chromium; root gets one from Debian. Raises Failure."""
    if any(shutil.which(name, path=environ.get("PATH")) for name in BROWSERS):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Failure("The browser tests need Chromium: install it (`apt-get install chromium`).")
    quiet = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps.run("Looking up Debian's packages", ["apt-get", "update"], quiet, log)
    argv = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    steps.run("Installing Chromium (about 1 minute, 0.4 GB)", argv, quiet, log)


def _command(argv: list[str], environ: Mapping[str, str]) -> Callable[[], None]:
    def do() -> None:
        done = subprocess.run(argv, env=dict(environ), cwd=ROOT, check=False)
        if done.returncode != 0:
            words = f"{Path(argv[0]).name} {' '.join(argv[1:])}"
            raise Failure(f"`{words}` says no (exit code {done.returncode}).")

    return do
