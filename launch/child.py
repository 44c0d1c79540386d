"""One program under watch: its process, its deaths, and how to tell of them."""

import os
import signal
import time
from collections import deque
from dataclasses import dataclass, field
from subprocess import Popen

from launch.lines import Lines
from launch.process import Program
from launch.words import Failure

FIRST_DELAY = 0.2
LONGEST_DELAY = 10.0
TOO_MANY = 6
"""Deaths of one program within WINDOW seconds after which we give up."""
WINDOW = 60.0
SETTLED = 3.0
"""Seconds that a program without a probe must live to count as up."""


@dataclass
class Child:
    """One program under watch, and its process while it has one."""

    program: Program
    lines: Lines
    process: Popen[bytes] | None = None
    restart_at: float | None = None
    begun: float = 0.0
    in_a_row: int = 0
    """Deaths, each within WINDOW seconds of its start."""
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=TOO_MANY))
    exit_code: int | None = None
    once: bool = False
    """Runs to its end and is not started again."""

    @property
    def delay(self) -> float:
        """Seconds to wait before the next start."""
        return min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** (self.in_a_row - 1))

    def count_death(self, now: float) -> None:
        """Remember that it died now. Raises Failure if it has died too often."""
        self.in_a_row = 1 if now - self.begun > WINDOW else self.in_a_row + 1
        self.deaths.append(now)
        if len(self.deaths) == TOO_MANY and now - self.deaths[0] <= WINDOW:
            often = f"{TOO_MANY} times within {WINDOW:.0f} s"
            raise Failure(self.ending(f"{self.program.name} keeps dying ({often}): giving up"))

    def has_ended(self) -> bool:
        """Whether its process is over; leaves it unreaped, so that its number stays taken."""
        if self.process is None:
            return False
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, flags) is not None

    def serves(self) -> bool:
        """Whether it answers; without a probe, whether it has lived for a moment."""
        if self.process is None:
            return False
        if self.program.probe is None:
            return time.monotonic() - self.begun > SETTLED
        return self.program.probe()

    def send(self, sign: signal.Signals) -> None:
        if self.process is not None and not self.has_ended():
            os.kill(self.process.pid, sign)

    def how(self) -> str:
        if self.exit_code is not None and self.exit_code < 0:
            return f"killed by {signal.Signals(-self.exit_code).name}"
        return f"exit code {self.exit_code}"

    def ending(self, said: str) -> str:
        how = "" if self.exit_code is None else f" ({self.how()})"
        last = "\n".join(f"    {line}" for line in self.lines.last)
        return f"{said}{how}. Its last lines:\n{last}" if last else f"{said}{how}."
