"""A message in: stored once, masked, before anybody is told that it has arrived."""

import json
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from channels import media, reading, vault
from channels.base import Inbound
from channels.masking import mask
from channels.models import (
    Author,
    Conversation,
    Direction,
    Identity,
    Message,
    Person,
    Received,
)
from database import lock_number

Listener = Callable[[Session, Conversation, Message, datetime], None]
_listeners: list[Listener] = []


def on_received(listener: Listener) -> None:
    """Call listener in the transaction that stores a message, so that no kill can part them."""
    _listeners.append(listener)


def receive(session: Session, inbound: Inbound, now: datetime) -> tuple[Message, bool]:
    """Store one inbound message; returns it, and False if we have had it already.

    The same external id any number of times, also at the same moment, is one message."""
    if not claim(session, inbound.channel, inbound.external_id):
        return _known(session, inbound), False
    conversation = find_or_start(session, inbound)
    message = _add(session, conversation, inbound, now)
    session.execute(
        update(Received)
        .where(Received.channel == inbound.channel, Received.external_id == inbound.external_id)
        .values(message_id=message.id)
    )
    for listener in _listeners:
        listener(session, conversation, message, now)
    return message, True


def claim(session: Session, channel: str, external_id: str) -> bool:
    """Claim an id; False when it was taken. A second claim waits for the first one's commit."""
    row = insert(Received).values(channel=channel, external_id=external_id)
    claimed = session.scalar(row.on_conflict_do_nothing().returning(Received.external_id))
    return claimed is not None


def _known(session: Session, inbound: Inbound) -> Message:
    received = session.get_one(Received, (inbound.channel, inbound.external_id))
    return session.get_one(Message, received.message_id)


def find_or_start(session: Session, inbound: Inbound) -> Conversation:
    """The open conversation of a sender, with its person; both are made when new."""
    digest = vault.digest(inbound.channel, inbound.sender)
    # two first messages at once must not make two persons
    session.execute(select(func.pg_advisory_xact_lock(lock_number(digest.hex()))))
    identity = session.scalar(
        select(Identity).where(Identity.channel == inbound.channel, Identity.digest == digest)
    )
    if identity is None:
        identity = add_person(session, inbound.channel, inbound.sender)
    return _open_conversation(session, identity) or _start(session, identity, inbound.locale)


def add_person(session: Session, channel: str, address: str) -> Identity:
    """A person nobody knew, with their key and their first address."""
    person = Person()
    session.add(person)
    session.flush()
    vault.new_key(session, person.id)
    return add_identity(session, person.id, channel, address)


def add_identity(session: Session, person_id: int, channel: str, address: str) -> Identity:
    """One more address of a person, not verified; the same one again is the same row."""
    digest = vault.digest(channel, address)
    found = session.scalar(
        select(Identity).where(
            Identity.person_id == person_id,
            Identity.channel == channel,
            Identity.digest == digest,
        )
    )
    if found:
        return found
    sealed = vault.seal(session, person_id, address.encode())
    identity = Identity(person_id=person_id, channel=channel, digest=digest, address=sealed)
    session.add(identity)
    session.flush()
    return identity


def _open_conversation(session: Session, identity: Identity) -> Conversation | None:
    return session.scalar(
        select(Conversation)
        .where(Conversation.identity_id == identity.id, Conversation.closed_at.is_(None))
        .order_by(Conversation.id.desc())
        .limit(1)
    )


def _start(session: Session, identity: Identity, locale: str) -> Conversation:
    conversation = Conversation(
        person_id=identity.person_id,
        identity_id=identity.id,
        channel=identity.channel,
        locale=locale,
    )
    session.add(conversation)
    session.flush()
    return conversation


def lock(session: Session, conversation_id: int) -> Conversation:
    """The conversation, its row locked to the end of the transaction; short work only.

    FOR NO KEY UPDATE: rows that point at it may still be inserted meanwhile."""
    return session.get_one(
        Conversation, conversation_id, with_for_update={"key_share": True}, populate_existing=True
    )


def next_seq(session: Session, conversation: Conversation) -> int:
    """The next number of a conversation. Given under its row lock: commit order is number order."""
    lock(session, conversation.id)
    conversation.last_seq += 1
    return conversation.last_seq


def _add(session: Session, conversation: Conversation, inbound: Inbound, now: datetime) -> Message:
    seq = next_seq(session, conversation)
    previous = reading.last_text(session, conversation, Direction.IN)
    asked = reading.last_text(session, conversation, Direction.OUT)
    masked = mask(inbound.text, previous=previous, asked=asked)
    person_id = conversation.person_id
    message = Message(
        conversation_id=conversation.id,
        seq=seq,
        direction=Direction.IN,
        author=Author.PARTICIPANT,
        body=vault.seal(session, person_id, json.dumps({"text": masked.text}).encode()),
        original=_original(session, person_id, masked.text, masked.original),
        payload=_offered(session, conversation, inbound),
        external_id=inbound.external_id,
        created_at=now,
        sent_at=inbound.sent_at,
    )
    session.add(message)
    for file in inbound.files:
        media.attach(session, message, file, person_id)
    session.flush()
    return message


OFFERS = 10  # of our last messages, whose buttons may still be pressed


def _offered(session: Session, conversation: Conversation, inbound: Inbound) -> str:
    """The payload of the button that was pressed, or whose number was typed; "" for words.

    Only a payload that we offered in this conversation is believed."""
    typed = inbound.text.strip()
    if not inbound.payload and not (len(typed) == 1 and typed.isdecimal()):
        return ""
    messages = reading.latest_of(session, conversation, Direction.OUT, OFFERS)
    offers = [reading.text_of(session, m, conversation.person_id)[1] for m in messages]
    if inbound.payload:
        offered = {button.payload for buttons in offers for button in buttons}
        return inbound.payload if inbound.payload in offered else ""
    newest = offers[0] if offers else ()
    return newest[int(typed) - 1].payload if 1 <= int(typed) <= len(newest) else ""


def _original(session: Session, person_id: int, text: str, original: str) -> bytes | None:
    return vault.seal(session, person_id, original.encode()) if original != text else None
