"""Server-sent events of one conversation: replayed from the database, wake-ups by live."""

import json
import time
from collections.abc import Iterator
from typing import Any

import live
from channels.webchat import messages
from database import transaction

LONGEST = 300.0  # seconds of one stream; then the page connects anew (deploys, expired tokens)
LOOK = 5.0  # seconds between looks when no wake-up comes: those are lossy
HEARTBEAT = 15.0  # seconds
RETRY = 3000  # milliseconds until the page reconnects


def stream(visitor: str, after: int) -> Iterator[str]:
    """Events from the message after `after` on. Holds no database connection while it waits."""
    yield f"retry: {RETRY}\n\n"
    end = time.monotonic() + LONGEST
    page = _Page(visitor, after)
    yield from page.look()
    while page.topic is None and time.monotonic() < end:  # before the first message
        time.sleep(1)
        yield from page.look()
    with live.listening(page.topic or "nobody") as listener:
        while time.monotonic() < end:
            yield from page.look()
            for news in listener.wait(LOOK):
                if news.get("typing"):
                    yield event("typing", {"on": True, "name": news.get("name", "Asisten Sapa")})


class _Page:
    """What one page has been told already."""

    def __init__(self, visitor: str, after: int) -> None:
        self.visitor, self.after = visitor, after
        self.topic: str | None = None
        self.told: dict[str, Any] = {}
        self.spoke_at = time.monotonic()

    def look(self) -> Iterator[str]:
        with transaction() as session:
            conversation = messages.conversation_of(session, self.visitor)
            news = messages.news_of(session, conversation, self.after)
            if conversation:
                self.topic = f"conversation:{conversation.id}"
        for message in news["messages"]:
            self.after = message["seq"]
            yield event("message", message, message["seq"])
        yield from self._changed("states", news["states"])
        yield from self._changed("owner", {"owner": news["owner"]})
        yield from self._heartbeat(spoke=bool(news["messages"]))

    def _changed(self, kind: str, value: dict[str, Any]) -> Iterator[str]:
        if value and self.told.get(kind) != value:
            self.told[kind] = value
            yield event(kind, value)

    def _heartbeat(self, *, spoke: bool) -> Iterator[str]:
        now = time.monotonic()
        if spoke:
            self.spoke_at = now
        elif now - self.spoke_at > HEARTBEAT:
            self.spoke_at = now
            yield ": hb\n\n"


def event(kind: str, data: dict[str, Any], number: int | None = None) -> str:
    """One event in the wire's form."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
