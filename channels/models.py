"""People, the addresses they write from, their conversations and messages."""

from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database import Base, utcnow


class Person(Base):
    """Somebody who writes to us. Holds no name and no address: those are sealed elsewhere."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class PersonKey(Base):
    """The key under which a person's words and files are sealed; deleting it erases them."""

    __tablename__ = "person_key"
    __table_args__ = {"schema": "vault"}  # noqa: RUF012 SQLAlchemy's form

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Identity(Base):
    """An address of a person on a channel. One phone may serve several persons."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("channel", "digest", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str]
    digest: Mapped[bytes]
    """Keyed digest of the address, to find it by."""
    address: Mapped[bytes]
    """The address itself, sealed."""
    verified_at: Mapped[datetime | None]
    """When the person proved that the address is theirs; None: only said so."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Owner(StrEnum):
    """Who answers in a conversation. Stands here, not in Rasa."""

    ASSISTANT = "assistant"
    QUEUE = "queue"  # handed to people, nobody has taken it yet
    AGENT = "agent"


class Conversation(Base):
    """What one person and we say to each other on one channel."""

    __tablename__ = "conversation"
    __table_args__ = (
        Index(
            "ix_conversation_due", "turn_due_at", postgresql_where=text("turn_due_at IS NOT NULL")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=lambda: str(uuid4()))
    """The id other programs and pages see: not guessable."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id"), index=True)
    channel: Mapped[str]
    locale: Mapped[str] = mapped_column(default="id")
    owner: Mapped[Owner] = mapped_column(default=Owner.ASSISTANT)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    """The agent who owns it; None unless owner is `agent`."""
    handover_turn: Mapped[int | None]
    """The message whose turn gave the conversation to people: that turn's words are still said."""

    last_seq: Mapped[int] = mapped_column(default=0)
    delivered_seq: Mapped[int] = mapped_column(default=0)
    """Up to which of our messages have arrived at the participant's page."""
    read_seq: Mapped[int] = mapped_column(default=0)
    """Up to which of our messages the participant has seen."""
    agent_read_seq: Mapped[int] = mapped_column(default=0)
    """Up to which message an agent has looked at the conversation."""

    episode: Mapped[bytes | None]
    """The assistant's events of this episode, sealed; None: a new one begins."""
    episode_at: Mapped[datetime | None]
    contact: Mapped[str | None]
    """Where answers shall go: "here", or the id of an identity; None: not asked yet."""

    turn_due_at: Mapped[datetime | None]
    """From when on the assistant owes an answer; None: it owes none."""
    queued_at: Mapped[datetime | None]
    """When that was last queued: what is not handled some seconds later is queued again."""
    outage_notice_at: Mapped[datetime | None]
    """When it was last told that the assistant is away."""

    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    closed_at: Mapped[datetime | None]

    identity: Mapped[Identity] = relationship()


class Direction(StrEnum):
    IN = "in"
    OUT = "out"
    NOTE = "note"  # between agents; never shown to the participant


class Author(StrEnum):
    PARTICIPANT = "participant"
    ASSISTANT = "assistant"
    AGENT = "agent"
    SYSTEM = "system"


class Handler(StrEnum):
    """Who took care of an inbound message."""

    ASSISTANT = "assistant"
    FALLBACK = "fallback"  # the cheap classifier, while Rasa was away
    PERSON = "person"
    COMMAND = "command"  # a button that we understand without the assistant


class State(StrEnum):
    """Delivery of a message, in the order in which it may move: never backwards."""

    STORED = "stored"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


class Message(Base):
    """One message. Its words never change after it is stored, only how far it came."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        Index(
            "ix_message_unhandled",
            "conversation_id",
            postgresql_where=text("direction = 'in' AND handled_at IS NULL"),
        ),
        Index(
            "ix_message_undelivered",
            "next_try_at",
            postgresql_where=text("next_try_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    seq: Mapped[int]
    """Number in the conversation, in commit order: the event id of live updates."""
    direction: Mapped[Direction]
    author: Mapped[Author]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    author_name: Mapped[str] = mapped_column(default="")
    """The agent's name as the participant read it then; "" for all others."""
    body: Mapped[bytes]
    """Sealed JSON: text (masked), buttons."""
    original: Mapped[bytes | None]
    """Sealed text with personal numbers as written (codes and passwords are gone from it too);
    None when nothing was masked."""
    payload: Mapped[str] = mapped_column(default="")
    """What the pressed button meant; "" for typed words."""
    external_id: Mapped[str] = mapped_column(default="")

    state: Mapped[State] = mapped_column(default=State.STORED)
    error: Mapped[str] = mapped_column(default="")
    """Why it was not delivered; "" if it was, or is still on its way."""
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    """When delivery is due; None: done, given up, or nothing to deliver."""

    turn: Mapped[int | None]
    """Of an answer: the inbound message that ended the turn it answers."""
    complete: Mapped[bool] = mapped_column(default=True)
    """Of an inbound message: whether it ends a turn by itself."""
    acknowledged_at: Mapped[datetime | None]
    """When the participant was told that it has arrived and is answered later."""
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[Handler | None]

    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    sent_at: Mapped[datetime | None]
    """The provider's time of an inbound message."""

    conversation: Mapped[Conversation] = relationship()
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id")


class Received(Base):
    """What has been received already: narrow, so that messages may be partitioned by month."""

    __tablename__ = "received"

    channel: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(default=utcnow)


class Attachment(Base):
    """A file of a message; its bytes lie sealed in the media folder under `key`."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(unique=True)
    media_type: Mapped[str]
    size: Mapped[int]
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
