"""Takes away what set-up and running have made; asks first, because the conversations go too."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from launch.dwelling import outside_home
from launch.paths import ROOT, refuse_foreign, state_dir
from launch.record import end_leftovers, refuse_if_running
from launch.words import Failure, say


def clean(environ: Mapping[str, str]) -> int:
    """Ask, then remove the state folder; the usual one with environments and node_modules."""
    state = state_dir(environ)
    refuse_foreign(state)
    refuse_if_running(state)
    whole = state == ROOT / ".sapa"  # else the environments stay: other folders use them too
    modules = ROOT / "node_modules"
    doomed = [*folders(state), *([modules] if whole else [])]
    doomed = [folder for folder in doomed if folder.exists()]
    if not doomed:
        say("There is nothing to remove.")
        return 0
    say("This removes, with every conversation, ticket and key in it:")
    for folder in doomed:
        say(f"  {folder}")
    if environ.get("CLEAN") != "yes" and not _agreed():
        raise Failure("Nothing was removed.")
    remove(state)
    if whole:
        shutil.rmtree(modules, ignore_errors=True)
    say("Removed.")
    return 0


def _agreed() -> bool:
    try:
        return input("Remove them? Type yes: ").strip() == "yes"
    except EOFError:
        say("(Nobody there to ask: `CLEAN=yes make clean` does not ask.)")
        return False


def folders(state: Path) -> list[Path]:
    """Every folder that belongs to a state folder, itself first."""
    home = outside_home(state)
    return [state, home, *home.parent.glob(f"{home.name}-old-*"), *_short_sockets(state, home)]


def _short_sockets(state: Path, home: Path) -> list[Path]:
    """The folders of sockets whose own place has too long a name."""
    notes = [*state.glob("*/socket-elsewhere"), *home.glob("socket-elsewhere")]
    found = [Path(note.read_text()) for note in notes]
    temporary = Path(tempfile.gettempdir())
    return [folder for folder in found if folder.parent in (temporary, Path("/tmp"))]  # noqa: S108


def remove(state: Path) -> None:
    """Remove what one state folder holds, after ending what a killed run left."""
    if state.exists():
        end_leftovers(state)
    for folder in folders(state)[::-1]:
        shutil.rmtree(folder, ignore_errors=True)
