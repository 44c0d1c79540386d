"""When a turn is due, and the job that answers: strictly in order, under one lock."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

import live
import logs
import settings
from bot.client import Ask, BotUnavailable, Failure, Reply, ask
from channels import outbox, reading
from channels.base import Button
from channels.models import Conversation, Direction, Handler, Message, Owner
from channels.receiving import lock
from database import advisory_lock, transaction, utcnow
from inbox import commands, standin, turns
from inbox.breaker import PATIENCE, Breaker, Verdict
from inbox.saying import say_bubbles
from inbox.taking import (
    Turn,
    finish,
    handle,
    keep_episode,
    may_speak,
    still_open,
    take,
)
from jobs import QueueName, enqueue, enqueue_now
from staffing.hours import window
from staffing.service import someone_present

log = logging.getLogger(__name__)

LOST = timedelta(seconds=15)
"""A queued answer that has not come after this long is queued again."""

MOST_TRIES = 20
"""A turn that failed so often while Rasa is up is given to people."""

DROPPED = "Jawaban asisten tidak dikirim: percakapan sudah diambil alih petugas."

_breaker = Breaker()


def received(session: Session, conversation: Conversation, message: Message, now: datetime) -> None:
    """A message has come in: set when it is answered, or leave it to the people who own it."""
    if conversation.owner is not Owner.ASSISTANT:
        handle([message], Handler.PERSON, now)
        return
    text = reading.text_of(session, message, conversation.person_id)[0]
    asked = reading.last_text(session, conversation, Direction.OUT)
    message.complete = turns.is_complete(
        text, payload=message.payload, files=len(message.attachments), asked=asked
    )
    wanted = now if message.complete else now + turns.PAUSE
    waiting = conversation.turn_due_at
    conversation.turn_due_at = waiting if waiting and waiting <= now else wanted
    if message.complete:
        wake(session, conversation, now)


def wake(session: Session, conversation: Conversation, now: datetime) -> None:
    """Queue the answer of a conversation."""
    conversation.queued_at = now
    enqueue(session, QueueName.ANSWERS, answer, conversation.id)


def answer(conversation_id: int) -> None:
    """Job: answer everything that is due in a conversation. Safe to run twice, or at once."""
    with logs.about(conversation_id), advisory_lock(f"answer:{conversation_id}") as held:
        if not held:
            return  # its holder looks once more after letting go
        while turn := _next(conversation_id):
            if not answer_turn(turn):
                break
    if _is_due(conversation_id):
        enqueue_now(QueueName.ANSWERS, answer, conversation_id)


def _next(conversation_id: int) -> Turn | None:
    with transaction() as session:
        return take(session, conversation_id, utcnow())


def _is_due(conversation_id: int) -> bool:
    with transaction() as session:
        due = session.scalar(
            select(Conversation.turn_due_at).where(Conversation.id == conversation_id)
        )
        return due is not None and due <= utcnow()


def answer_turn(turn: Turn) -> bool:
    """Answer one turn by a command, Rasa or the stand-in; False when it has to wait."""
    if commands.is_command(turn):
        return commands.run(turn)
    if _breaker.before(utcnow()) is not Verdict.ASK:
        return _without_rasa(turn, _breaker.verdict(utcnow()))
    try:
        live.publish(f"conversation:{turn.conversation_id}", typing=True)
        reply = _ask(turn)  # no transaction is open here
    except BotUnavailable as error:
        return _without_rasa(turn, _learn(turn, error))
    _breaker.succeeded()
    return _keep(turn, reply)


def _ask(turn: Turn) -> Reply:
    config = settings.current()
    with transaction() as session:
        available = someone_present(session, window(), utcnow())
    asked = Ask(
        channel=turn.channel,
        conversation=turn.public_id,
        turn=turn.id,
        text=turn.payload or turn.text,
        trusted=bool(turn.payload),
        events=turn.events,
        agents_available=available,
    )
    return ask(config.rasa_url, config.rasa_token.get_secret_value(), asked)


def _learn(turn: Turn, error: BotUnavailable) -> Verdict:
    """What a failed ask means for this turn, and for those after it."""
    now = utcnow()
    log.warning("turn %s was not answered: %s", turn.id, error)
    if error.failure is Failure.BROKEN:  # this turn's trouble, not everybody's
        return Verdict.FALL_BACK if now - turn.since > PATIENCE else Verdict.WAIT
    _breaker.failed(now, slow=error.failure is Failure.SLOW)
    return _breaker.verdict(now)


def _without_rasa(turn: Turn, verdict: Verdict) -> bool:
    if verdict is Verdict.WAIT or (turn.acknowledged and turn.tries < MOST_TRIES):
        return _postpone(turn)
    return standin.answer(turn, hopeless=turn.tries >= MOST_TRIES and _breaker.down_since is None)


def _postpone(turn: Turn) -> bool:
    """Ask again a little later, each time a little later still."""
    now = utcnow()
    with transaction() as session:
        conversation = lock(session, turn.conversation_id)
        session.get_one(Message, turn.id).tries += 1
        wait = min(1.0 + 0.5 * turn.tries, 5.0)
        conversation.turn_due_at = now + timedelta(seconds=wait)
        conversation.queued_at = None
    return False


def _keep(turn: Turn, reply: Reply) -> bool:
    """Store the replies, the episode and the end of the turn in one transaction."""
    now = utcnow()
    with transaction() as session:
        conversation = lock(session, turn.conversation_id)
        messages = still_open(session, turn)
        if not messages:
            return True
        if not may_speak(conversation, turn):
            outbox.note(session, conversation, DROPPED, now=now)
            handle(messages, Handler.PERSON, now)
            return True
        say_bubbles(session, conversation, said_by(reply), turn, now)
        keep_episode(session, conversation, list(reply.events), reply.active_form, now)
        finish(conversation, messages, Handler.ASSISTANT, now)
    return True


def said_by(reply: Reply) -> list[tuple[str, list[Button]]]:
    """What Rasa's reply says, with the buttons of each message."""
    return [
        (
            message.get("text") or "",
            [Button(b["title"], b["payload"]) for b in message.get("buttons") or []],
        )
        for message in reply.messages
    ]


def sweep(now: datetime) -> int:
    """Queue every conversation whose turn is due and not being worked; returns how many."""
    query = (
        select(Conversation)
        .where(
            Conversation.turn_due_at <= now,
            or_(Conversation.queued_at.is_(None), Conversation.queued_at < now - LOST),
        )
        .order_by(Conversation.turn_due_at)
        .limit(500)
        .with_for_update(skip_locked=True, key_share=True)
    )
    with transaction() as session:
        due = session.scalars(query).all()
        for conversation in due:
            conversation.queued_at = now
    for conversation in due:
        enqueue_now(QueueName.ANSWERS, answer, conversation.id)
    return len(due)
