"""Messages as people and programs read them: unsealed, masked, in order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from channels import vault
from channels.base import Button
from channels.models import Attachment, Author, Conversation, Direction, Identity, Message, State

ERASED = "‹dihapus›"
PAGE = 200  # messages one look returns at the most


@dataclass(frozen=True)
class Shown:
    """One message as it is shown."""

    id: int
    seq: int
    direction: Direction
    author: Author
    agent_id: int | None
    author_name: str
    text: str
    buttons: tuple[Button, ...]
    attachments: tuple[Attachment, ...]
    at: datetime
    state: State
    error: str
    external_id: str
    has_original: bool


def text_of(session: Session, message: Message, person_id: int) -> tuple[str, tuple[Button, ...]]:
    """The words and buttons of a message; a plain mark when the person was erased."""
    try:
        body = json.loads(vault.unseal(session, person_id, message.body))
    except vault.Erased:
        return ERASED, ()
    return body["text"], tuple(Button(**button) for button in body.get("buttons", ()))


def original_of(session: Session, message: Message, person_id: int) -> str:
    """The words with personal numbers as written, for an agent who asks. Raises Erased."""
    if message.original is None:
        return text_of(session, message, person_id)[0]
    return vault.unseal(session, person_id, message.original).decode()


def address_of(session: Session, identity: Identity) -> str:
    """The address itself. Raises Erased."""
    return vault.unseal(session, identity.person_id, identity.address).decode()


def show(session: Session, message: Message, person_id: int) -> Shown:
    """One message, unsealed."""
    text, buttons = text_of(session, message, person_id)
    return Shown(
        id=message.id,
        seq=message.seq,
        direction=message.direction,
        author=message.author,
        agent_id=message.agent_id,
        author_name=message.author_name,
        text=text,
        buttons=buttons,
        attachments=tuple(message.attachments),
        at=message.created_at,
        state=message.state,
        error=message.error,
        external_id=message.external_id,
        has_original=message.original is not None,
    )


def messages_after(
    session: Session, conversation: Conversation, after: int, *, notes: bool = False
) -> list[Shown]:
    """Messages with a higher number than `after`, oldest first, PAGE at the most."""
    query = (
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.seq > after)
        .options(selectinload(Message.attachments))
        .order_by(Message.seq)
        .limit(PAGE)
    )
    if not notes:
        query = query.where(Message.direction != Direction.NOTE)
    return [show(session, message, conversation.person_id) for message in session.scalars(query)]


def latest_messages(
    session: Session, conversation: Conversation, *, notes: bool = False, count: int = PAGE
) -> list[Shown]:
    """The newest messages, oldest first."""
    after = max(0, conversation.last_seq - count)
    return messages_after(session, conversation, after, notes=notes)


def latest_of(
    session: Session, conversation: Conversation, direction: Direction, count: int
) -> Sequence[Message]:
    """The newest messages of one direction, newest first."""
    query = select(Message).where(
        Message.conversation_id == conversation.id, Message.direction == direction
    )
    return session.scalars(query.order_by(Message.seq.desc()).limit(count)).all()


def last_text(session: Session, conversation: Conversation, direction: Direction) -> str:
    """The last words in one direction ("" before the first): what a bare number may refer to."""
    newest = latest_of(session, conversation, direction, 1)
    return text_of(session, newest[0], conversation.person_id)[0] if newest else ""


RECENT = 50  # of the participant's own messages, whose ticks may still change


def states_of_own(session: Session, conversation: Conversation) -> dict[int, str]:
    """How far each of the participant's newest messages came: stored, or read by somebody."""
    own = select(Message.seq).where(
        Message.conversation_id == conversation.id,
        Message.direction == Direction.IN,
        Message.seq > conversation.last_seq - RECENT,
    )
    read = conversation.agent_read_seq
    return {seq: "read" if seq <= read else "stored" for seq in session.scalars(own)}
