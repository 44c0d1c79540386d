"""Finds a Python 3.10, which Rasa needs; the app itself runs on a newer one."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from launch.process import clean_environment
from launch.words import Failure, say

TELL = "import ctypes, ensurepip, ssl, sqlite3, sys, venv; print('%d.%d' % sys.version_info[:2])"
"""Run by a candidate: names its version, or fails where a virtual environment would."""

NONE_FOUND = (
    "Rasa needs Python 3.10, and none was found. Install it (`pyenv install 3.10`, or uv, which"
    " then does it by itself), or say where it is with SAPA_RASA_PYTHON=/path/to/python3.10."
)


def python_310(environ: Mapping[str, str]) -> str:
    """The interpreter for Rasa's environment. Raises Failure, telling what to do."""
    named = environ.get("SAPA_RASA_PYTHON")
    if named:
        if version_of(named, environ) != "3.10":
            raise Failure(f"SAPA_RASA_PYTHON is {named}, which is not a working Python 3.10.")
        return named
    for candidate in _candidates(environ):
        if version_of(candidate, environ) == "3.10":
            return candidate
    raise Failure(NONE_FOUND)


def _candidates(environ: Mapping[str, str]) -> Iterator[str]:
    """Where one may be, the likeliest first; asks uv to fetch one only when all else failed."""
    on_path = shutil.which("python3.10", path=environ.get("PATH"))
    if on_path:
        yield on_path  # may be a pyenv shim that only says "command not found"
    yield from _pyenv_versions(environ)
    uv = shutil.which("uv", path=environ.get("PATH"))
    if uv:
        say("Fetching Python 3.10 with uv ...")
        _output([uv, "python", "install", "3.10"], environ)
        yield _output([uv, "python", "find", "3.10"], environ)


def _pyenv_versions(environ: Mapping[str, str]) -> list[str]:
    root = environ.get("PYENV_ROOT") or os.path.join(environ.get("HOME", "/"), ".pyenv")
    found = Path(root, "versions").glob("3.10.*/bin/python3.10")
    return [str(path) for path in sorted(found, key=_patch, reverse=True)]


def _patch(interpreter: Path) -> int:
    """12 of .../versions/3.10.12/bin/python3.10; -1 of anything odd, such as 3.10-dev."""
    last = interpreter.parent.parent.name.rpartition(".")[2]
    return int(last) if last.isdigit() else -1


def version_of(interpreter: str, environ: Mapping[str, str]) -> str:
    """Its version as "3.10"; "" if it does not really run."""
    return _output([interpreter, "-c", TELL], environ)


def _output(argv: list[str], environ: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            argv, env=clean_environment(environ), capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
