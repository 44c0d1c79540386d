"""Messages as the chat page gets them, and what the page sends as a message."""

from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import reading, vault
from channels.base import File, Inbound
from channels.images import reencode
from channels.models import Author, Conversation, Direction, Identity, Owner
from channels.outbox import state_of
from channels.receiving import receive
from channels.webchat import MAX_LENGTH, NAME
from channels.webchat.visitors import sign_file

NAMES = {Author.ASSISTANT: "Asisten Sapa", Author.SYSTEM: "Sapa", Author.PARTICIPANT: ""}


class BadMessage(Exception):
    """What the page sent cannot be taken; the code names a sentence of the chat's strings."""

    def __init__(self, code: str, status: int = 422) -> None:
        super().__init__(code)
        self.code, self.status = code, status


def conversation_of(session: Session, visitor: str) -> Conversation | None:
    """The visitor's open conversation; None before their first message."""
    return session.scalar(
        select(Conversation)
        .join(Identity, Conversation.identity_id == Identity.id)
        .where(
            Identity.channel == NAME,
            Identity.digest == vault.digest(NAME, visitor),
            Conversation.closed_at.is_(None),
        )
        .order_by(Conversation.id.desc())
        .limit(1)
    )


def take(
    session: Session,
    visitor: str,
    *,
    client_id: str,
    text: str,
    now: datetime,
    payload: str = "",
    file: bytes | None = None,
    locale: str = "id",
) -> tuple[Conversation, reading.Shown, bool]:
    """Store what the page sent; False when this client_id is known already.

    Raises BadMessage, and images.BadPicture for a file we do not take."""
    text = text.replace("\x00", "").strip()
    if not (8 <= len(client_id) <= 64):
        raise BadMessage("error.client_id")
    if not text and not file:
        raise BadMessage("error.empty")
    if len(text) > MAX_LENGTH:
        raise BadMessage("error.too_long")
    files = (_picture(file),) if file else ()
    message, new = receive(
        session,
        Inbound(
            channel=NAME,
            external_id=f"{vault.digest(NAME, visitor).hex()[:32]}:{client_id}",
            sender=visitor,
            text=text,
            payload=payload[:200],
            locale=locale if locale in ("id", "en") else "id",
            files=files,
        ),
        now,
    )
    conversation = message.conversation
    return conversation, reading.show(session, message, conversation.person_id), new


def _picture(data: bytes) -> File:
    picture = reencode(data)
    return File(picture.data, picture.media_type, picture.width, picture.height)


def as_json(conversation: Conversation, message: reading.Shown) -> dict[str, Any]:
    """One message as the page's script reads it."""
    mine = message.direction is Direction.IN
    read = message.seq <= conversation.agent_read_seq
    state = ("read" if read else "stored") if mine else state_of(conversation, message)
    return {
        "seq": message.seq,
        "from": message.author,
        "name": message.author_name or NAMES.get(message.author, "Petugas"),
        "text": message.text,
        "at": f"{message.at:%Y-%m-%dT%H:%M:%SZ}",
        "buttons": [vars(button) for button in message.buttons],
        "attachments": [
            {
                "url": url_for("webchat.attachment", token=sign_file(file.id)),
                "type": file.media_type,
                "name": "foto",
                "width": file.width,
                "height": file.height,
                "size": file.size,
            }
            for file in message.attachments
        ],
        "client_id": message.external_id.partition(":")[2] if mine else None,
        "state": state,
    }


def news_of(session: Session, conversation: Conversation | None, after: int) -> dict[str, Any]:
    """Everything a page needs that has seen the messages up to `after`."""
    if conversation is None:
        return {"messages": [], "states": {}, "typing": False, "owner": Owner.ASSISTANT}
    found = reading.messages_after(session, conversation, after)
    return {
        "messages": [as_json(conversation, message) for message in found],
        "states": reading.states_of_own(session, conversation),
        "typing": False,
        "owner": conversation.owner,
    }
