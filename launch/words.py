"""What the person at the terminal reads, and the one error that ends a command."""

import errno
import sys


class Failure(Exception):
    """Ends the command with one plain sentence for the person at the terminal."""


def say(text: str) -> None:
    """Print one line at once, also where the output is a pipe."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Print why the command ends, apart from its ordinary output."""
    print(text, file=sys.stderr, flush=True)


def disk_trouble(error: OSError) -> str | None:
    """The sentence for a disk that takes no more; None if error is about something else."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f" (while writing {error.filename})" if error.filename else ""
        return f"The disk is full{where}: make room, then start again. Nothing was lost."
    if error.errno == errno.EROFS:
        return f"Nothing can be written to {error.filename}: the disk is mounted read-only."
    return None
