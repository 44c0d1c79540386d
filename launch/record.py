"""What runs, written down: the lock on a state folder, and the processes of each run.

A supervisor that was killed leaves its record; the next start ends what is left of it.
"""

import fcntl
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from launch.keys import write_private
from launch.process import started, wait_until
from launch.words import Failure, say

MARK = "SAPA_RUN"
"""Environment variable that tells which run a process belongs to."""


@contextmanager
def lock(state: Path, address: str) -> Iterator[None]:
    """Hold the state folder alone. Raises Failure, saying where it runs, if somebody has it."""
    descriptor = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, state)
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{address} (process {os.getpid()})".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def refuse_if_running(state: Path) -> None:
    """Raise Failure if Sapa runs on this state folder at the moment."""
    if (state / "lock").exists():
        descriptor = os.open(state / "lock", os.O_RDWR)
        try:
            _take(descriptor, state)
        finally:
            os.close(descriptor)


def _take(descriptor: int, state: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        where = os.pread(descriptor, 500, 0).decode() or "it is just starting"
        raise Failure(
            f"Sapa is already running on {state}: {where}. Stop it with Ctrl-C where it was"
            " started, or give this one its own SAPA_STATE_DIR, SAPA_PORT, SAPA_RASA_PORT"
            " and SAPA_ACTIONS_PORT."
        ) from None


class Record:
    """The processes of one run, in STATE/run.json: name, process number, time of start."""

    def __init__(self, state: Path) -> None:
        self.path = state / "run.json"
        self.run = os.urandom(8).hex()
        self.programs: dict[str, dict[str, int]] = {}

    def note(self, name: str, pid: int) -> None:
        """Write down that the program called name runs as process pid now."""
        self.programs[name] = {"pid": pid, "started": started(pid) or 0}
        self._write()

    def forget(self, name: str) -> None:
        """The program called name has ended and is not started again."""
        del self.programs[name]
        self._write()

    def _write(self) -> None:
        whole = {"run": self.run, "boot": boot(), "supervisor": os.getpid()}
        write_private(self.path, json.dumps(whole | {"programs": self.programs}, indent=1))

    def close(self) -> None:
        """Everything was stopped: nothing is left to end."""
        self.path.unlink(missing_ok=True)


def end_leftovers(state: Path) -> None:
    """End what a supervisor that was killed has left running on this state folder."""
    try:
        record = json.loads((state / "run.json").read_text())
        run, programs = record["run"], record["programs"].values()
        leaders = {program["pid"]: program["started"] for program in programs}
    except (FileNotFoundError, ValueError, KeyError):
        return
    if record.get("boot") == boot():
        _end([pid for pid in _processes() if _belongs(pid, leaders, run)])
    (state / "run.json").unlink()


def _end(pids: list[int]) -> None:
    if not pids:
        return
    say(f"An earlier run was killed and left {len(pids)} processes: ending them.")
    for sign, seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, sign)
        if wait_until(lambda: not any(started(pid) for pid in pids), seconds):
            return


def _belongs(pid: int, leaders: dict[int, int], run: str) -> bool:
    """Whether process pid was started by that run, directly or by one of its children.

    The number alone proves nothing (it may have been given away since), and PostgreSQL and
    Valkey overwrite their environment with their title: so one or the other must fit.
    """
    if pid in leaders:
        return started(pid) == leaders[pid]
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return f"{MARK}={run}".encode() in environment


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def boot() -> str:
    """A name of this boot: process numbers of another one mean nothing."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
