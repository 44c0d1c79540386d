"""The children's output: prefixed with their coloured names, and kept in size-limited files."""

import logging
import os
import sys
from collections import deque
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

from launch.words import say

COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)
LOG_BYTES = 5_000_000
LOG_FILES = 2
LONGEST_LINE = 64_000


class _LogFile(RotatingFileHandler):
    """A log file that does not hide a full disk."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Called while the error is being handled; logging would print and forget it."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            error.filename = error.filename or self.baseFilename
            raise error


def _open_log(log: Path) -> _LogFile:
    return _LogFile(log, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True)


class Lines:
    """What one program prints, through all its restarts."""

    def __init__(self, name: str, number: int, log: Path | None) -> None:
        """number picks the colour. Without a log its words are only remembered, not shown."""
        colour = COLOURS[number % len(COLOURS)]
        coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._prefix = f"\033[{colour}m{name:<12}|\033[0m " if coloured else f"{name:<12}| "
        self._rest = b""
        self._file = None if log is None else _open_log(log)
        self.last: deque[str] = deque(maxlen=12)
        self.forgiving = False
        """Whether a full disk or a closed terminal is no reason to stop."""

    def feed(self, data: bytes) -> None:
        """Take what was just read; a line is shown once it is whole."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            whole.append(self._rest)
            self._rest = b""
        for line in whole:
            self._put(line.decode(errors="replace").rstrip())

    def end(self) -> None:
        """The program has ended: what is left is a line too."""
        if self._rest:
            self.feed(b"\n")

    def _put(self, line: str) -> None:
        self.last.append(line)
        if self._file is not None:
            self._forgive(say, self._prefix + line)
            self._forgive(self._file.emit, logging.makeLogRecord({"msg": line}))

    def _forgive(self, write: Callable[..., object], what: object) -> None:
        try:
            write(what)
        except OSError:
            if not self.forgiving:
                raise
