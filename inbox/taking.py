"""What is to be answered next in a conversation: read under its row lock, in order."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from channels import reading, vault
from channels.models import Conversation, Direction, Handler, Message, Owner
from channels.receiving import lock
from inbox import turns

EPISODE_REST = timedelta(minutes=30)
"""After so long a silence the assistant begins a new episode, unless it is asking for something."""

FORM_REST = timedelta(hours=24)
"""The same while it is asking for something."""

PICTURE = "‹foto›"
"""What the assistant reads in a picture's place."""

MOST_EVENTS = 400
"""A longer episode is ended at the next turn that nothing is being asked in."""


@dataclass(frozen=True)
class Turn:
    """One turn to be answered, and all that is needed to answer it."""

    conversation_id: int
    public_id: str
    channel: str
    messages: tuple[int, ...]
    """Ids of its messages, oldest first."""
    text: str
    payload: str
    since: datetime
    tries: int
    acknowledged: bool
    events: list[dict[str, Any]]
    form: str | None
    """What the assistant is asking for; None: nothing."""

    @property
    def id(self) -> int:
        """A turn is called by its last message."""
        return self.messages[-1]


def handle(messages: list[Message], by: Handler, now: datetime) -> None:
    """These messages need no answer any more."""
    for message in messages:
        message.handled_at, message.handled_by = now, by


def unhandled(session: Session, conversation: Conversation) -> list[Message]:
    """What nobody has taken care of, oldest first."""
    query = (
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.direction == Direction.IN,
            Message.handled_at.is_(None),
        )
        .options(selectinload(Message.attachments))
        .order_by(Message.seq)
    )
    return list(session.scalars(query))


def take(session: Session, conversation_id: int, now: datetime) -> Turn | None:
    """The turn to be answered now; None, with the next time set, when there is none."""
    conversation = lock(session, conversation_id)
    messages = unhandled(session, conversation)
    if conversation.owner is not Owner.ASSISTANT:
        handle(messages, Handler.PERSON, now)
        messages = []
    if not messages:
        conversation.turn_due_at = conversation.queued_at = None
        return None
    pieces = [_piece(session, conversation, message) for message in messages]
    turn = turns.first_turn(pieces)
    if not turns.is_over(turn, pieces, now):
        conversation.turn_due_at, conversation.queued_at = turns.due(turn), None
        return None
    return _turn(session, conversation, messages[: len(turn)], turn, now)


def _piece(session: Session, conversation: Conversation, message: Message) -> turns.Piece:
    text = reading.text_of(session, message, conversation.person_id)[0]
    if message.attachments:
        text = f"{text} {PICTURE}".strip()
    return turns.Piece(message.id, text, message.payload, message.complete, message.created_at)


def _turn(
    session: Session,
    conversation: Conversation,
    messages: list[Message],
    pieces: list[turns.Piece],
    now: datetime,
) -> Turn:
    events, form = episode(session, conversation, now)
    last = messages[-1]
    return Turn(
        conversation_id=conversation.id,
        public_id=conversation.public_id,
        channel=conversation.channel,
        messages=tuple(message.id for message in messages),
        text=turns.words(pieces),
        payload=last.payload,
        since=messages[0].created_at,
        tries=last.tries,
        acknowledged=last.acknowledged_at is not None,
        events=events,
        form=form,
    )


def episode(
    session: Session, conversation: Conversation, now: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """The assistant's events and what it is asking for; ([], None) when a new episode begins."""
    if conversation.episode is None or conversation.episode_at is None:
        return [], None
    kept = json.loads(vault.unseal(session, conversation.person_id, conversation.episode))
    rest = FORM_REST if kept["form"] else EPISODE_REST
    too_long = len(kept["events"]) > MOST_EVENTS and not kept["form"]
    if too_long or now - conversation.episode_at > rest:
        return [], None
    return kept["events"], kept["form"]


def keep_episode(
    session: Session,
    conversation: Conversation,
    events: list[dict[str, Any]],
    form: str | None,
    now: datetime,
) -> None:
    """Store the assistant's state, sealed, with the replies that belong to it."""
    body = json.dumps({"events": events, "form": form}).encode()
    conversation.episode = vault.seal(session, conversation.person_id, body)
    conversation.episode_at = now


def finish(conversation: Conversation, messages: list[Message], by: Handler, now: datetime) -> None:
    """The turn is answered; the participant sees that it was read."""
    handle(messages, by, now)
    newest = max(message.seq for message in messages)
    conversation.agent_read_seq = max(conversation.agent_read_seq, newest)


def still_open(session: Session, turn: Turn) -> list[Message]:
    """The messages of the turn; [] when an earlier run has answered them."""
    messages = [session.get_one(Message, message_id) for message_id in turn.messages]
    return [] if any(message.handled_at for message in messages) else messages


def may_speak(conversation: Conversation, turn: Turn) -> bool:
    """Whether the assistant still owns the conversation, or this very turn gave it away."""
    return conversation.owner is Owner.ASSISTANT or conversation.handover_turn == turn.id
