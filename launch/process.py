"""Starts a program so that it can never outlive the one who started it."""

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from launch.paths import ROOT

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Program:
    """One program to keep running, and how to tell that it does."""

    name: str
    argv: list[str]
    env: Mapping[str, str]
    probe: Callable[[], bool] | None = None
    """Says whether it serves; None if running is enough. Must answer within a second or two."""
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0
    """Seconds between the stop signal and SIGKILL."""
    nice: int = 0
    user: str | None = None
    """The account it runs under; None for ours."""
    stage: int = 0
    """Programs of a higher stage use those below: they are stopped first."""
    orphan_signal: signal.Signals = signal.SIGKILL
    """What the kernel sends it when we are killed ourselves."""


Output = int | IO[bytes]


def spawn(program: Program, output: Output) -> subprocess.Popen[bytes]:
    """Start program in a session of its own. Call it from the main thread only.

    The kernel ends the child when the *thread* that started it ends, so a helper thread
    would take its children with it.
    """
    parent = os.getpid()
    return subprocess.Popen(
        program.argv,
        env=dict(program.env),
        cwd=ROOT if program.user is None else "/",
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=program.user,
        group=group_of(program.user),
        extra_groups=None if program.user is None else [],
        # We have no other thread that could hold a lock at this moment.
        preexec_fn=lambda: _in_child(program, parent),  # noqa: PLW1509
    )


def _in_child(program: Program, parent: int) -> None:
    die_with_parent(parent, program.orphan_signal)
    os.nice(program.nice)


def die_with_parent(parent: int, sign: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send this process sign when its parent dies."""
    _libc.prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above: no signal would come
        os._exit(1)


def group_of(user: str | None) -> int | None:
    return None if user is None else pwd.getpwnam(user).pw_gid


def stop(child: subprocess.Popen[bytes], program: Program) -> None:
    """End child by its signal, or by SIGKILL when its grace is over; then the rest of its group."""
    with suppress(ProcessLookupError):
        child.send_signal(program.stop_signal)
    with suppress(subprocess.TimeoutExpired):
        child.wait(program.grace)
    kill_group(child.pid)
    child.wait()


def kill_group(pid: int) -> None:
    """SIGKILL whatever is left of the process group that pid led."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """environ without what would lead our own interpreters astray."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith("PYTHON") and name not in ("VIRTUAL_ENV", "PYENV_VERSION")
    }


def executable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def wait_until(true: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Ask again and again until true() holds; False if it did not within seconds."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def started(pid: int) -> int | None:
    """When process pid started, in clock ticks since boot; None if it does not run (any more)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])
