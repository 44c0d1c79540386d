"""A whole Sapa of a test's own: `make run`'s programs on other ports and another state folder."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from launch import clean, postgres

ROOT = Path(__file__).parents[1]
START_WITHIN = 180.0  # seconds


@dataclass
class Product:
    """A running Sapa."""

    state: Path
    port: int
    process: "subprocess.Popen[str]"
    environ: dict[str, str]
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def login(self) -> tuple[str, str]:
        """Email and password of the first agent, from what the start printed."""
        found = re.search(r"(\S+@\S+)\s+password: (\S+)", "\n".join(self.lines))
        assert found, self.lines
        return found[1], found[2]

    def pid(self, program: str) -> int:
        record = json.loads((self.state / "run.json").read_text())
        return int(record["programs"][program]["pid"])

    def kill(self, program: str) -> None:
        """kill -9 of one program; the supervisor is to start it anew."""
        os.kill(self.pid(program), signal.SIGKILL)

    def freeze(self, program: str, *, frozen: bool) -> None:
        """Stop a program without ending it (or let it go on): it hangs, as under swap."""
        os.kill(self.pid(program), signal.SIGSTOP if frozen else signal.SIGCONT)

    def memory(self, program: str) -> int:
        """Bytes that a program and its children hold for themselves (proportional share)."""
        whole = psutil.Process(self.pid(program))
        members = [whole, *whole.children(recursive=True)]
        return sum(member.memory_full_info().pss for member in members)

    def programs(self) -> list[str]:
        return list(json.loads((self.state / "run.json").read_text())["programs"])

    def wait_until_ready(self) -> None:
        end = time.monotonic() + START_WITHIN
        while not any("Sapa is ready" in line for line in self.lines):
            assert self.process.poll() is None, "\n".join(self.lines[-40:])
            assert time.monotonic() < end, "\n".join(self.lines[-40:])
            time.sleep(0.2)

    def read_output(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


@contextmanager
def running(**settings: str) -> Iterator[Product]:
    """Start a Sapa with the model that `make train` made; stopped and removed at the end."""
    state = Path(tempfile.mkdtemp(prefix="sapa-product-", dir="/tmp"))
    state.chmod(0o755)
    product = start(state, **settings)
    try:
        product.wait_until_ready()
        yield product
    finally:
        product.stop()
        clean.remove(state)
        shutil.rmtree(state, ignore_errors=True)


def start(state: Path, **settings: str) -> Product:
    """Start a Sapa on this state folder; returns at once."""
    web, rasa, actions = free_ports(3)
    environ = {
        k: v for k, v in os.environ.items() if not k.startswith(("SAPA_", "DATABASE_", "REDIS_"))
    }
    environ |= {
        "SAPA_STATE_DIR": str(state),
        "SAPA_MODELS_DIR": str(ROOT / ".sapa" / "models"),
        "SAPA_PORT": str(web),
        "SAPA_RASA_PORT": str(rasa),
        "SAPA_ACTIONS_PORT": str(actions),
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "launch", "run"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    product = Product(state, web, process, environ)
    threading.Thread(target=product.read_output, daemon=True).start()
    return product


def database_of(product: Product) -> str:
    """The address of a running product's embedded database."""
    return postgres.url(postgres.prepare(product.state), product.state)
