"""Where everything lies: the checkout, its two environments, the state folder."""

import os
from collections.abc import Mapping
from pathlib import Path

from launch.words import Failure

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ROOT / ".sapa" / "env"
APP_PYTHON = ENVIRONMENTS / "app" / "bin" / "python"
RASA_PYTHON = ENVIRONMENTS / "rasa" / "bin" / "python"
MARKER = "README"
MARKER_TEXT = """\
Everything that a running Sapa keeps. `make clean` removes it, after asking.
secrets.json holds the keys: without it the database beside it cannot be read.
"""


def state_dir(environ: Mapping[str, str]) -> Path:
    """The folder of everything that one running Sapa keeps, as an absolute path."""
    return (ROOT / (environ.get("SAPA_STATE_DIR") or ".sapa")).resolve()


def refuse_foreign(state: Path) -> None:
    """Raises Failure if the folder holds other files: we set its rights, and `clean` removes it."""
    if state.exists() and any(state.iterdir()) and not (state / MARKER).exists():
        raise Failure(f"{state} holds other files: give SAPA_STATE_DIR a new or an empty folder.")


def make_state(state: Path) -> Path:
    """Make the state folder and return it.

    Nobody else may list it. Started by root, others may pass through it: the embedded
    PostgreSQL refuses to run as root and has its own folder inside.
    """
    refuse_foreign(state)
    state.mkdir(parents=True, exist_ok=True)
    (state / MARKER).write_text(MARKER_TEXT)
    state.chmod(0o711 if os.geteuid() == 0 else 0o700)
    (state / "logs").mkdir(mode=0o700, exist_ok=True)
    return state
