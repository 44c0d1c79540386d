"""A message out: stored, handed over, tried again as the error says, never backwards."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from channels import SendError, outbox
from channels.base import Inbound
from channels.models import Author, Conversation, Message, State
from channels.receiving import find_or_start
from database import transaction, utcnow
from jobs import RETRY_DELAYS
from tests.fakes import FakeChannel

Work = Callable[[], int]
BUSY = SendError("the provider is busy", permanent=False)


def say(text: str = "halo") -> int:
    with transaction() as session:
        conversation = find_or_start(session, Inbound("fake", "x", "+62811", ""))
        return outbox.say(session, conversation, text, now=utcnow(), author=Author.SYSTEM).id


def stored(message_id: int) -> Message:
    with transaction() as session:
        return session.scalars(select(Message).where(Message.id == message_id)).one()


def test_it_is_handed_over_once(channel: FakeChannel, work: Work) -> None:
    message_id = say()
    work()
    outbox.deliver(message_id)
    assert channel.sent == [("+62811", "halo")]
    assert (stored(message_id).state, stored(message_id).external_id) == (State.SENT, "sent-1")


def test_nothing_is_handed_over_when_the_transaction_fails(
    channel: FakeChannel, work: Work
) -> None:
    with pytest.raises(RuntimeError), transaction() as session:
        conversation = find_or_start(session, Inbound("fake", "x", "+62811", ""))
        outbox.say(session, conversation, "halo", now=utcnow(), author=Author.SYSTEM)
        raise RuntimeError
    assert work() == 0
    assert channel.sent == []


def test_a_busy_provider_is_asked_again_later_with_the_reason_kept(
    channel: FakeChannel, work: Work
) -> None:
    message_id = say()
    channel.failure = BUSY
    work()
    waiting = stored(message_id)
    assert (waiting.state, waiting.error) == (State.STORED, "the provider is busy")
    assert waiting.next_try_at is not None
    channel.failure = None
    with transaction() as session:
        session.get_one(Message, message_id).next_try_at = utcnow() - timedelta(seconds=3)
    assert outbox.sweep(utcnow()) == 1
    work()
    assert stored(message_id).state is State.SENT
    assert stored(message_id).error == ""


def test_a_dead_address_is_given_up_at_once(channel: FakeChannel, work: Work) -> None:
    message_id = say()
    channel.failure = SendError("no such number", permanent=True)
    work()
    assert (stored(message_id).state, stored(message_id).next_try_at) == (State.FAILED, None)


def test_a_busy_provider_is_given_up_after_the_last_delay(channel: FakeChannel) -> None:
    message_id = say()
    channel.failure = BUSY
    for _ in range(len(RETRY_DELAYS) + 1):
        with transaction() as session:
            session.get_one(Message, message_id).next_try_at = utcnow()
        outbox.deliver(message_id)
    assert (stored(message_id).state, stored(message_id).next_try_at) == (State.FAILED, None)


@pytest.mark.parametrize(
    ("was", "to", "moved"),
    [
        (State.SENT, State.DELIVERED, True),
        (State.READ, State.DELIVERED, False),
        (State.DELIVERED, State.SENT, False),
        (State.FAILED, State.DELIVERED, True),
        (State.SENT, State.SENT, False),
    ],
)
def test_delivery_only_ever_moves_forward(was: State, to: State, moved: bool) -> None:
    message = Message(state=was)
    assert outbox.move(message, to) is moved
    assert message.state is (to if moved else was)


def test_ticks_follow_what_the_page_tells(channel: FakeChannel) -> None:
    say()
    say("lagi")
    with transaction() as session:
        conversation = session.get_one(Conversation, 1)
        outbox.seen(session, conversation, 2, read=False)
        outbox.seen(session, conversation, 1, read=True)
        outbox.seen(session, conversation, 99, read=False)
        assert (conversation.delivered_seq, conversation.read_seq) == (2, 1)
