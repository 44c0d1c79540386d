"""When Rasa is away: wait a little (it restarts in seconds), then answer without it.

One breaker a process; each learns by itself within one ask."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

PATIENCE = timedelta(seconds=20)
"""How long refused connections are only waited for: Rasa restarts in 6-8 s."""

PROBE = timedelta(seconds=5)
"""How long an open breaker waits before it lets one ask through."""


class Verdict(Enum):
    """What to do with a turn."""

    ASK = auto()
    WAIT = auto()  # Rasa is expected back within seconds
    FALL_BACK = auto()


@dataclass
class Breaker:
    """Counts no failures: refused for PATIENCE, or slow once, opens it; one success closes it."""

    down_since: datetime | None = None
    next_probe: datetime | None = None
    slow: bool = False

    def before(self, now: datetime) -> Verdict:
        """What to do with a turn that is due now."""
        if self.down_since is None or self.next_probe is None or now >= self.next_probe:
            return Verdict.ASK
        return self.verdict(now)

    def verdict(self, now: datetime) -> Verdict:
        """What to do with a turn that could not be asked."""
        if self.down_since is None:
            return Verdict.ASK
        waited = now - self.down_since
        return Verdict.FALL_BACK if self.slow or waited >= PATIENCE else Verdict.WAIT

    def failed(self, now: datetime, *, slow: bool) -> None:
        """An ask failed: refused, or (slow) not answered in time."""
        self.down_since = self.down_since or now
        self.slow = self.slow or slow
        open_now = self.verdict(now) is Verdict.FALL_BACK
        self.next_probe = now + PROBE if open_now else now + timedelta(seconds=1)

    def succeeded(self) -> None:
        """Rasa answered: all is well."""
        self.down_since = self.next_probe = None
        self.slow = False
