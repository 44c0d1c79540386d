"""The contract of a channel: two verbs, and nothing else in the product names a provider."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from flask import Request


@dataclass(frozen=True)
class Button:
    """A quick reply: what it says, and what it means to us."""

    title: str
    payload: str


@dataclass(frozen=True)
class Inbound:
    """One message as a channel read it; provider's field names stay inside the channel."""

    channel: str
    external_id: str
    """The provider's id: the same id any number of times is one message."""
    sender: str
    text: str
    payload: str = ""
    """What a quick-reply button meant; "" for typed words."""
    locale: str = "id"
    sent_at: datetime | None = None
    files: Sequence["File"] = field(default_factory=tuple)


@dataclass(frozen=True)
class File:
    """A checked file: re-encoded, without metadata."""

    data: bytes
    media_type: str
    width: int = 0
    height: int = 0


class SendError(Exception):
    """A message was not handed over; carries whether it makes sense to try again."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class BadWebhook(Exception):
    """A call that did not come from the provider; answered with 403."""


class Channel(Protocol):
    """The whole duty of a channel."""

    name: str
    max_length: int
    """Characters in one message."""
    pulls: bool
    """The other side fetches what is stored (a page): storing is sending."""

    def parse(self, request: Request) -> list[Inbound]:
        """Read a provider's call; [] if it holds no message. Raises BadWebhook."""

    def send(self, to: str, text: str, buttons: Sequence[Button]) -> str:
        """Hand text over; returns the provider's id. Raises SendError."""
