"""Keeps the programs running: starts, watches, restarts and stops them, all in one thread.

One thread, because the kernel ends a child with the thread that started it (see spawn).
"""

import math
import os
import selectors
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE
from types import FrameType
from typing import IO

from launch.child import Child
from launch.lines import Lines
from launch.process import Program, kill_group, spawn
from launch.record import MARK, Record
from launch.words import Failure, say

PROBE_EVERY = 0.2
"""Seconds between two questions to a program that is not up yet."""


class Stopped(Exception):
    """We were asked to stop, by Ctrl-C or a signal."""


class Supervisor:
    """Runs programs until it is told to stop. To be used from the main thread."""

    def __init__(self, state: Path) -> None:
        self._logs = state / "logs"
        self._record = Record(state)
        self._children: dict[str, Child] = {}
        self._selector = selectors.DefaultSelector()
        self._signals = 0
        self._adopted = 0
        self._listen_to_signals()

    def start(self, program: Program) -> None:
        """Start program and keep it running from now on."""
        self._adopt(program, once=False)

    def run_once(self, program: Program) -> None:
        """Run program to its end, the others being watched. Raises Failure if it fails."""
        self._to_its_end(self._adopt(program, once=True))

    def capture(self, program: Program) -> list[str]:
        """As run_once, but what it prints is neither shown nor kept; it is returned."""
        return self._to_its_end(self._adopt(program, once=True, secret=True))

    def _to_its_end(self, child: Child) -> list[str]:
        while child.exit_code is None:
            self._turn(1.0)
        del self._children[child.program.name]
        self._record.forget(child.program.name)
        if child.exit_code != 0:
            raise Failure(child.ending(f"{child.program.name} failed"))
        return list(child.lines.last)

    def wait_until_serving(
        self, names: Iterable[str], seconds: float, tell: Callable[[str], object]
    ) -> None:
        """Wait until every probe answers, and tell each name as it does."""
        waiting = [self._children[name] for name in names]
        end = time.monotonic() + seconds
        while waiting:
            self.watch(PROBE_EVERY)
            for child in [child for child in waiting if child.serves()]:
                waiting.remove(child)
                tell(child.program.name)
            if waiting and time.monotonic() > end:
                late = waiting[0]
                raise Failure(late.ending(f"{late.program.name} did not answer in {seconds:.0f} s"))

    def watch(self, seconds: float = math.inf) -> None:
        """Keep everything running for so long, or until we are asked to stop: raises Stopped."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._turn(min(left, 60.0))

    def stop_all(self) -> None:
        """Stop what runs, last stage first; whatever the disk or the terminal say."""
        for child in self._children.values():
            child.restart_at = None
            child.lines.forgiving = True
        heard = self._signals
        for stage in sorted(
            {child.program.stage for child in self._children.values()}, reverse=True
        ):
            self._stop([c for c in self._children.values() if c.program.stage == stage], heard)
        with suppress(OSError):
            self._record.close()

    def _adopt(self, program: Program, *, once: bool, secret: bool = False) -> Child:
        marked = replace(program, env={**program.env, MARK: self._record.run})
        log = None if secret else self._logs / f"{program.name}.log"
        lines = Lines(program.name, self._adopted, log)
        child = self._children[program.name] = Child(marked, lines, once=once)
        self._adopted += 1
        self._launch(child)
        return child

    def _listen_to_signals(self) -> None:
        self._wake, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self._selector.register(self._wake, selectors.EVENT_READ)
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if sign != signal.SIGHUP or signal.getsignal(sign) != signal.SIG_IGN:  # not under nohup
                signal.signal(sign, self._on_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to be woken up

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1

    def _turn(self, seconds: float) -> None:
        """Wait for something to happen, seconds at most, and see to it."""
        self._pump(min([seconds, *self._until_restarts()]))
        if self._signals:
            raise Stopped
        for child in list(self._children.values()):
            if child.has_ended():
                self._bury(child)
            if child.restart_at is not None and time.monotonic() >= child.restart_at:
                self._launch(child)

    def _until_restarts(self) -> list[float]:
        now = time.monotonic()
        due = [child.restart_at for child in self._children.values() if child.restart_at]
        return [max(0.0, moment - now) for moment in due]

    def _pump(self, seconds: float) -> bool:
        """Show what the children print; returns when anything happens, False if nothing did."""
        events = self._selector.select(seconds)
        for key, _ in events:
            if key.fd == self._wake:
                os.read(self._wake, 4096)
            else:
                self._read(key.fileobj, key.data)  # type: ignore[arg-type]
        return bool(events)

    def _read(self, pipe: IO[bytes], lines: Lines) -> None:
        data = os.read(pipe.fileno(), 65536)
        if data:
            lines.feed(data)
        else:
            self._selector.unregister(pipe)
            pipe.close()
            lines.end()

    def _launch(self, child: Child) -> None:
        child.restart_at = None
        child.begun = time.monotonic()
        child.process = spawn(child.program, PIPE)
        self._record.note(child.program.name, child.process.pid)
        if child.process.stdout is not None:
            self._selector.register(child.process.stdout, selectors.EVENT_READ, child.lines)

    def _bury(self, child: Child) -> None:
        """A child has ended by itself: end what it left, decide whether to start it again."""
        assert child.process is not None
        kill_group(child.process.pid)  # while its number cannot have been given away yet
        child.exit_code = child.process.wait()
        child.process = None
        for _ in range(20):  # its last words, while others may talk for ever
            if not self._pump(0.0):
                break
        if not child.once:
            self._plan_restart(child)

    def _plan_restart(self, child: Child) -> None:
        now = time.monotonic()
        child.count_death(now)
        child.restart_at = now + child.delay
        name, delay = child.program.name, child.delay
        say(f"{name} ended ({child.how()}); starting it again in {delay:.1f} s.")

    def _stop(self, children: list[Child], heard: int) -> None:
        """Stop these together; those that do not obey, or when asked to hurry, by force."""
        living = [child for child in reversed(children) if child.process is not None]
        for child in living:
            child.send(child.program.stop_signal)
        end = time.monotonic() + max([child.program.grace for child in living], default=0.0)
        while not all(child.has_ended() for child in living):
            if time.monotonic() > end or self._signals > heard:
                break
            self._drain(0.2)
        for child in living:
            assert child.process is not None
            kill_group(child.process.pid)
            child.process.wait()
            child.process = None
        self._drain(0.0)

    def _drain(self, seconds: float) -> None:
        """As _pump, when nobody may be there to read any more."""
        with suppress(OSError):
            self._pump(seconds)


def supervise(state: Path, start: Callable[[Supervisor], None]) -> None:
    """Call start, then keep what it started running until we are asked to stop.

    Whatever happens, nothing is left running. Raises Failure for what cannot be helped.
    """
    supervisor = Supervisor(state)
    try:
        start(supervisor)
        supervisor.watch()
    except Stopped:
        with suppress(OSError):  # the terminal may be gone
            say("\nStopping (Ctrl-C once more: at once) ...")
    finally:
        supervisor.stop_all()
