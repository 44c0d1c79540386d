"""Web chat: our own page and widget. The page fetches what is stored; nothing is pushed."""

from collections.abc import Sequence

from flask import Request

from channels.base import Button, Inbound

NAME = "webchat"
MAX_LENGTH = 4000  # characters of one message
MAX_UPLOAD = 10 * 1024 * 1024  # bytes of one picture


class WebChat:
    """The channel of our own pages."""

    name = NAME
    max_length = MAX_LENGTH
    pulls = True

    def parse(self, request: Request) -> list[Inbound]:
        """Our pages post to routes of their own (channels.webchat.api), not to a webhook."""
        return []

    def send(self, to: str, text: str, buttons: Sequence[Button]) -> str:
        """Nothing to do: storing is sending, the commit wakes the page."""
        return ""
