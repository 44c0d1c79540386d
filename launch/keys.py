"""The secrets of one installation: made once, kept in one file that only we can read."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from launch.words import Failure


def _encryption_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


MAKERS: dict[str, Callable[[], str]] = {
    "SAPA_SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "SAPA_ENCRYPTION_KEY": _encryption_key,
    "SAPA_API_TOKEN": lambda: secrets.token_urlsafe(48),
    "SAPA_RASA_TOKEN": lambda: secrets.token_urlsafe(48),
}
"""What the demo makes for itself, and production must be given."""

POSTGRES_PASSWORD = "postgres_password"  # noqa: S105 - a key's name, not its value


def path(state: Path) -> Path:
    return state / "secrets.json"


def read(state: Path) -> dict[str, str]:
    """The secrets kept so far; empty before the first start."""
    try:
        kept: dict[str, str] = json.loads(path(state).read_text())
    except FileNotFoundError:
        return {}
    except ValueError:
        raise Failure(
            f"{path(state)} is damaged: put your copy of it back, or `make clean`."
        ) from None
    return kept


def demo_secrets(state: Path) -> dict[str, str]:
    """The four secrets of a demo installation, made at its first start."""
    return {name: keep(state, name, make) for name, make in MAKERS.items()}


def postgres_password(state: Path) -> str:
    """The password of the embedded database, made when first asked for."""
    return keep(state, POSTGRES_PASSWORD, lambda: secrets.token_urlsafe(24))


def keep(state: Path, name: str, make: Callable[[], str]) -> str:
    """The secret called name; made and kept if it is not there yet."""
    kept = read(state)
    if name not in kept:
        kept[name] = make()
        write_private(path(state), json.dumps(kept, indent=1))
    return kept[name]


def write_private(target: Path, text: str) -> None:
    """Write a file of ours whole or not at all, readable by nobody else."""
    draft = target.with_name(target.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
