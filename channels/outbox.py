"""A message out: stored first, then handed to its channel, and tried again as the error says."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

import channels
import live
from channels import reading, vault
from channels.base import Button, SendError
from channels.models import Author, Conversation, Direction, Message, State
from channels.receiving import lock, next_seq
from database import after_commit, transaction, utcnow
from jobs import RETRY_DELAYS, QueueName, enqueue, enqueue_now

ORDER = list(State)  # delivery only ever moves forward in this order
CLAIM = timedelta(seconds=90)
"""How long a delivery may be under way before the sweeper takes it up again."""


def say(  # noqa: PLR0913 one sentence of the business, its choices by keyword
    session: Session,
    conversation: Conversation,
    text: str,
    *,
    now: datetime,
    author: Author,
    agent_id: int | None = None,
    name: str = "",
    buttons: Sequence[Button] = (),
    turn: int | None = None,
) -> Message:
    """Store a message to the participant and see to its delivery after the commit."""
    message = _store(session, conversation, Direction.OUT, text, now, buttons)
    message.author, message.agent_id, message.author_name = author, agent_id, name
    message.turn = turn
    if channels.get(conversation.channel).pulls:
        message.state = State.SENT
    else:
        message.next_try_at = now
    session.flush()
    if message.next_try_at:
        enqueue(session, QueueName.DELIVERIES, deliver, message.id)
    return message


def note(
    session: Session,
    conversation: Conversation,
    text: str,
    *,
    now: datetime,
    agent_id: int | None = None,
    name: str = "",
) -> Message:
    """Write a note between agents; the participant never sees it."""
    message = _store(session, conversation, Direction.NOTE, text, now, ())
    message.author = Author.AGENT if agent_id else Author.SYSTEM
    message.agent_id, message.author_name = agent_id, name
    return message


def _store(
    session: Session,
    conversation: Conversation,
    direction: Direction,
    text: str,
    now: datetime,
    buttons: Sequence[Button],
) -> Message:
    body = {"text": text, "buttons": [vars(button) for button in buttons]}
    message = Message(
        conversation_id=conversation.id,
        seq=next_seq(session, conversation),
        direction=direction,
        author=Author.SYSTEM,
        body=vault.seal(session, conversation.person_id, json.dumps(body).encode()),
        created_at=now,
    )
    session.add(message)
    announce(session, conversation)
    return message


def announce(session: Session, conversation: Conversation, **news: object) -> None:
    """Wake the pages that show this conversation, once the transaction is committed."""
    topic = f"conversation:{conversation.id}"
    after_commit(session, lambda: live.publish(topic, **news))


def deliver(message_id: int) -> None:
    """Job: hand a message to its channel. Safe to run twice: a claim is taken first."""
    claimed = _claim(message_id, utcnow())
    if claimed is None:
        return
    channel, address, text, buttons = claimed
    try:  # no transaction is open here: a slow provider must not hold a connection
        external_id = channels.get(channel).send(address, text, buttons)
    except SendError as error:
        _failed(message_id, error, utcnow())
    else:
        _sent(message_id, external_id)


def _locked(session: Session, message_id: int) -> Message:
    return session.get_one(Message, message_id, with_for_update={"key_share": True})


def _claim(message_id: int, now: datetime) -> tuple[str, str, str, tuple[Button, ...]] | None:
    with transaction() as session:
        message = _locked(session, message_id)
        if message.next_try_at is None or message.next_try_at > now:
            return None
        message.next_try_at = now + CLAIM
        message.tries += 1
        conversation = message.conversation
        text, buttons = reading.text_of(session, message, conversation.person_id)
        address = reading.address_of(session, conversation.identity)
        return conversation.channel, address, text, buttons


def _sent(message_id: int, external_id: str) -> None:
    with transaction() as session:
        message = _locked(session, message_id)
        message.external_id, message.error, message.next_try_at = external_id, "", None
        move(message, State.SENT)


def _failed(message_id: int, error: SendError, now: datetime) -> None:
    """Record why; set the next try, or give up when it is permanent or was tried often enough."""
    with transaction() as session:
        message = _locked(session, message_id)
        message.error = str(error)
        if error.permanent or message.tries > len(RETRY_DELAYS):
            message.next_try_at = None
            move(message, State.FAILED)
        else:
            message.next_try_at = now + timedelta(seconds=RETRY_DELAYS[message.tries - 1])


def move(message: Message, to: State) -> bool:
    """Move the delivery state forward; False, and no change, when it is there or beyond."""
    if ORDER.index(to) <= ORDER.index(message.state):
        return False
    message.state = to
    return True


def seen(session: Session, conversation: Conversation, seq: int, *, read: bool) -> None:
    """The participant's page has received (or shown) our messages up to seq."""
    lock(session, conversation.id)  # two pages may tell at once, and neither may set it back
    upto = min(seq, conversation.last_seq)
    before = (conversation.delivered_seq, conversation.read_seq)
    conversation.delivered_seq = max(conversation.delivered_seq, upto)
    if read:
        conversation.read_seq = max(conversation.read_seq, upto)
    if before != (conversation.delivered_seq, conversation.read_seq):
        announce(session, conversation, states=True)


def state_of(conversation: Conversation, message: reading.Shown | Message) -> State:
    """How far one of our messages came, with what the participant's page told."""
    if message.seq <= conversation.read_seq:
        return State.READ
    if message.seq <= conversation.delivered_seq:
        return State.DELIVERED
    return message.state


def sweep(now: datetime) -> int:
    """Queue every delivery that is due; returns how many. The queue may have lost them."""
    with transaction() as session:
        due = session.scalars(
            select(Message.id).where(Message.next_try_at <= now - timedelta(seconds=2)).limit(500)
        ).all()
    for message_id in due:
        enqueue_now(QueueName.DELIVERIES, deliver, message_id)
    return len(due)
