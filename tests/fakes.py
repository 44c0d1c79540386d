"""Stand-ins for what lies outside: one per contract, able to fail on demand."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from flask import Request

from channels.base import Button, Inbound, SendError


@dataclass
class FakeChannel:
    """A channel that keeps what was sent."""

    name: str = "fake"
    max_length: int = 1600
    pulls: bool = False
    sent: list[tuple[str, str]] = field(default_factory=list)
    failure: SendError | None = None

    def parse(self, request: Request) -> list[Inbound]:
        return []

    def send(self, to: str, text: str, buttons: Sequence[Button]) -> str:
        if self.failure:
            raise self.failure
        self.sent.append((to, text))
        return f"sent-{len(self.sent)}"


def echo(asked: dict[str, Any]) -> dict[str, Any]:
    """Answers "you said …" and keeps one event a turn."""
    return {
        "messages": [{"text": f"echo: {asked['message']}"}],
        "events": [*asked["events"], {"event": "user", "text": asked["message"]}],
        "intent": {"name": "faq/test", "confidence": 0.9},
        "active_form": None,
    }


@dataclass
class FakeRasa:
    """Speaks the connector's wire over HTTP."""

    token: str
    port: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    answer: Callable[[dict[str, Any]], dict[str, Any]] = echo
    status: int = 200
    delay: float = 0.0
    server: ThreadingHTTPServer | None = None

    @classmethod
    @contextmanager
    def running(cls, token: str) -> "Iterator[FakeRasa]":
        fake = cls(token)
        fake.start()
        yield fake
        fake.stop()

    def start(self) -> None:
        """Listen, on the same port as before when there was one."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                fake.serve(self)

            def do_GET(self) -> None:
                fake._reply(self, 200, {})

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        allowed = handler.headers["Authorization"] == f"Bearer {self.token}"
        self.asked.append(body)
        time.sleep(self.delay)
        self._reply(handler, self.status if allowed else 401, self.answer(body))

    def _reply(self, handler: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        with suppress(BrokenPipeError):  # who asked has given up waiting
            handler.wfile.write(data)
