"""The conversation of a ticket as the desk shows it: every message, notes among them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from channels import outbox, reading
from channels.models import Attachment, Conversation, Direction
from channels.receiving import lock
from channels.webchat.visitors import sign_file
from desk.words import Translator
from settings import WIB

TICKS = 20  # of our newest messages, whose delivery may still change


@dataclass(frozen=True)
class Bubble:
    """One message in the page."""

    shown: reading.Shown
    kind: str
    """participant, assistant, agent, system or note."""
    name: str
    state: str
    """How far one of our messages came; "" for all others."""
    new_day: bool

    @property
    def files(self) -> list[dict[str, Any]]:
        return [_file(attachment) for attachment in self.shown.attachments]


def _file(attachment: Attachment) -> dict[str, Any]:
    address = url_for("webchat.attachment", token=sign_file(attachment.id))
    return {"url": address, "width": attachment.width, "height": attachment.height}


def latest(session: Session, conversation: Conversation, t: Translator) -> list[Bubble]:
    """The newest messages."""
    shown = reading.latest_messages(session, conversation, notes=True)
    return _bubbles(conversation, shown, None, t)


def after(session: Session, conversation: Conversation, seq: int, t: Translator) -> list[Bubble]:
    """What a page has not shown yet that has shown everything up to seq."""
    shown = reading.messages_after(session, conversation, max(0, seq - 1), notes=True)
    before = shown.pop(0) if shown and shown[0].seq <= seq else None
    return _bubbles(conversation, shown, before.at if before else None, t)


def before(session: Session, conversation: Conversation, seq: int, t: Translator) -> list[Bubble]:
    """A page of messages older than seq."""
    start = max(0, seq - 1 - reading.PAGE)
    shown = reading.messages_after(session, conversation, start, notes=True)
    return _bubbles(conversation, [m for m in shown if m.seq < seq], None, t)


def _bubbles(
    conversation: Conversation,
    shown: list[reading.Shown],
    previous: datetime | None,
    t: Translator,
) -> list[Bubble]:
    bubbles = []
    for message in shown:
        new_day = previous is None or _day(previous) != _day(message.at)
        bubbles.append(_bubble(conversation, message, new_day, t))
        previous = message.at
    return bubbles


def _bubble(
    conversation: Conversation, message: reading.Shown, new_day: bool, t: Translator
) -> Bubble:
    out = message.direction is Direction.OUT
    return Bubble(
        shown=message,
        kind="note" if message.direction is Direction.NOTE else str(message.author),
        name=message.author_name or t(f"author.{message.author}"),
        state=str(outbox.state_of(conversation, message)) if out else "",
        new_day=new_day,
    )


def _day(moment: datetime) -> object:
    return moment.astimezone(WIB).date()


def ticks(session: Session, conversation: Conversation) -> dict[int, str]:
    """How far our newest messages came, by number: a page that looks again shows it."""
    newest = reading.latest_of(session, conversation, Direction.OUT, TICKS)
    return {message.seq: outbox.state_of(conversation, message) for message in newest}


def mark_read(session: Session, conversation: Conversation, seq: int) -> None:
    """An agent has seen everything up to seq: the participant's page is told so."""
    if conversation.agent_read_seq < seq:
        locked = lock(session, conversation.id)
        locked.agent_read_seq = max(locked.agent_read_seq, seq)
        outbox.announce(session, locked)
