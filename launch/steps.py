"""Long steps of the set-up: told in plain words, with the time that passes; details in a log."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from subprocess import Popen

from launch.process import Program, spawn, stop
from launch.words import Failure, complain, say

PATIENCE = 30.0
"""Seconds between two signs of life where the output is no terminal."""


def run(label: str, argv: list[str], environ: Mapping[str, str], log: Path) -> None:
    """Run argv, telling label and the time that passes; its own output goes to log.

    Raises Failure, after showing the last lines, if it fails.
    """
    begun = time.monotonic()
    say(f"{label} ...")
    before = log.stat().st_size if log.exists() else 0
    code = _watched(Program(label, argv, environ), log, begun)
    if code != 0:
        complain(tail(log, before))
        raise Failure(f"{label}: that failed (exit code {code}). The whole story is in {log}.")
    say(f"  done in {spoken(time.monotonic() - begun)}.")


def _watched(program: Program, log: Path, begun: float) -> int:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        output.write(f"=== {program.name}: {' '.join(program.argv)}\n".encode())
        output.flush()
        child = spawn(program, output)
    try:
        return _tick(child, begun)
    finally:
        if child.poll() is None:
            stop(child, program)


def _tick(child: Popen[bytes], begun: float) -> int:
    live = sys.stdout.isatty()
    while True:
        try:
            code = child.wait(1.0 if live else PATIENCE)
        except subprocess.TimeoutExpired:
            passed = f"  {spoken(time.monotonic() - begun)} so far"
            print("\r" + passed if live else passed, end="" if live else "\n", flush=True)
        else:
            print("\r\033[K" if live else "", end="", flush=True)
            return code


def tail(log: Path, begin: int, lines: int = 15) -> str:
    """The last lines of what was written to log from begin on, indented."""
    with log.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(begin, size - 8000))
        last = file.read().decode(errors="replace").splitlines()[-lines:]
    return "\n".join(f"    {line}" for line in last)


def spoken(seconds: float) -> str:
    """A time as one says it.

    >>> spoken(7.4), spoken(95)
    ('7 s', '1 min 35 s')
    """
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
