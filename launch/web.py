"""Ports and health pages, asked with nothing but the standard library."""

import http.client
import socket
from collections.abc import Callable

from launch.words import Failure


def refuse_taken_ports(ports: dict[str, tuple[str, int]]) -> None:
    """Raises Failure for the first port that is taken; keys are the settings' names."""
    for setting, (host, port) in ports.items():
        if not is_free(host, port):
            raise Failure(
                f"Port {port} on {host} is already used by another program: end that program,"
                f" or choose another port with {setting} (for example"
                f" `{setting}={port + 1} make run`)."
            )


def is_free(host: str, port: int) -> bool:
    """Whether a server of ours could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            trial.bind((host, port))
        except socket.gaierror:
            raise Failure(f"SAPA_HOST is {host}, which is no address of this machine.") from None
        except PermissionError:
            raise Failure(f"Port {port} is only for root: choose one above 1023.") from None
        except OSError:
            return False
        return True


def page_answers(port: int, path: str, host: str = "127.0.0.1") -> Callable[[], bool]:
    """A probe: does GET path answer 200 within two seconds?"""
    return lambda: status_of(port, path, host) == 200


def status_of(port: int, path: str, host: str = "127.0.0.1") -> int:
    """The status of GET path; 0 if nobody answers. Heeds no proxy settings."""
    connection = http.client.HTTPConnection(host, port, timeout=2.0)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def reachable_host(host: str) -> str:
    """Where we ask a server that listens on host."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
