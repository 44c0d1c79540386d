"""What the tests of launch/ share: runs of the toy, and state folders that PostgreSQL reaches."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from launch import clean
from launch.paths import ROOT
from launch.process import started, wait_until


@dataclass
class Toy:
    """A run of tests.launch.toy under test."""

    state: Path
    process: subprocess.Popen[str]
    known: list[int] = field(default_factory=list)

    def pid(self, name: str, other_than: int = 0) -> int:
        """The process of the program called name, once it is another one."""
        found: list[int] = []

        def appears() -> bool:
            found[:] = [pid for pid in self._pids(name) if pid != other_than and started(pid)]
            return bool(found)

        assert wait_until(appears, 5.0), f"{name} never ran"
        return found[0]

    def _pids(self, name: str) -> list[int]:
        try:
            programs = json.loads((self.state / "run.json").read_text())["programs"]
        except (FileNotFoundError, ValueError):
            return []
        return [programs[name]["pid"]] if name in programs else []

    def wait_for(self, text: str) -> str:
        """Read the output until text comes; returns what was read."""
        assert self.process.stdout is not None
        read = ""
        while text not in read:
            line = self.process.stdout.readline()
            assert line, f"ended without {text!r}:\n{read}"
            read += line
        return read

    def rest(self) -> tuple[int, str]:
        """Wait for the end; returns exit code and the output not yet read, errors last."""
        output, errors = self.process.communicate(timeout=20)
        return self.process.returncode, output + errors


StartToy = Callable[..., Toy]


@pytest.fixture
def state() -> Iterator[Path]:
    """An empty state folder that another account can reach, unlike tmp_path."""
    folder = new_state_folder()
    yield folder
    clean.remove(folder)


def new_state_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="sapa-test-"))


@pytest.fixture
def start_toy(state: Path) -> Iterator[StartToy]:
    """Start a toy run with these words; killed with all it started at the end of the test."""
    toys: list[Toy] = []

    def start(*words: str) -> Toy:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.launch.toy", str(state), *words],
            cwd=ROOT, env={**os.environ, "SAPA_TEST_STATE": str(state)}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        toys.append(Toy(state, process))
        return toys[-1]

    yield start
    for toy in toys:
        toy.process.kill()
        toy.process.communicate()


def is_gone(pid: int, seconds: float = 5.0) -> bool:
    """Whether process pid ends within seconds."""
    return wait_until(lambda: started(pid) is None, seconds)


def number_in(file: Path) -> int:
    """The process number that a child wrote there."""
    end = time.monotonic() + 5.0
    while not (file.exists() and file.read_text().strip()):
        assert time.monotonic() < end, f"{file} was never written"
        time.sleep(0.02)
    return int(file.read_text())
