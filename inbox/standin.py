"""The stand-in while Rasa is away: cheap answers, a numbered menu, or a promise to come back.

Only those who ask for a person, or bring something urgent, enter the human queue: it would
drown otherwise."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

import settings
from bot.fallback import Fallback
from channels import outbox
from channels.base import Button
from channels.models import Author, Conversation, Handler, Message
from channels.receiving import lock
from database import transaction, utcnow
from escalation.intake import hand_over, open_triaged
from inbox.saying import say_bubbles
from inbox.taking import Turn, finish, may_speak, still_open
from staffing.hours import window
from tickets import promises
from tickets.models import Ticket

SURE = 0.6
"""From this confidence on the cheap classifier's answer is given."""

URGENT = frozenset({"issue/account_hijacked", "issue/wrong_profile_shown", "in_danger"})
SMALLTALK = frozenset({"greeting", "thanks", "goodbye", "praise", "bot_identity", "job_trends"})
NOTICE_EVERY = timedelta(minutes=30)
RETRY = timedelta(seconds=5)

ARRIVED = (
    "Pesanmu sudah kami terima dan tersimpan. Asisten sedang lambat sebentar; "
    "begitu pulih, pesanmu langsung dijawab di sini. Tidak perlu kirim ulang, ya."
)
MENU = "Asisten sedang lambat, tapi aku masih bisa bantu dengan ini. Pilih salah satu:"
PERSON = Button("Bicara dengan petugas", "/talk_to_agent")
DANGER = (
    "Terima kasih sudah mau bercerita. Kamu tidak sendirian. Kalau kamu atau orang di dekatmu "
    "dalam bahaya sekarang, hubungi 112, gratis dari nomor mana pun. Untuk bicara dengan tenaga "
    "kesehatan jiwa, hubungi layanan SEJIWA di 119, lalu tekan 8.\n\n"
)
HANDED = (
    "Baik, aku teruskan ke petugas. Nomor tiketmu {number}, dan petugas akan menjawab {promise}."
)


@cache
def _classifier(folder: Path) -> Fallback:
    return Fallback.load(folder)


def answer(turn: Turn, *, hopeless: bool) -> bool:
    """Answer a turn without Rasa; False when it can only be acknowledged and waits.

    hopeless: Rasa is up but fails at this very turn again and again; a person takes it."""
    now = utcnow()
    with transaction() as session:
        conversation = lock(session, turn.conversation_id)
        messages = still_open(session, turn)
        if not messages or not may_speak(conversation, turn):
            return True
        said = _words(session, conversation, turn, hopeless=hopeless, now=now)
        if said is None:
            _acknowledge(session, conversation, messages, now)
            return False
        say_bubbles(session, conversation, [said], turn, now)
        finish(conversation, messages, Handler.FALLBACK, now)
    return True


def _words(
    session: Session, conversation: Conversation, turn: Turn, *, hopeless: bool, now: datetime
) -> tuple[str, list[Button]] | None:
    classifier = _classifier(settings.current().models_dir)
    label, confidence = _label(classifier, turn)
    if hopeless or (confidence >= SURE and label in URGENT | {"talk_to_agent"}):
        ticket = _to_people(session, conversation, turn, label, now)
        promise = _promise(session, ticket, now)
        return (DANGER if label == "in_danger" else "") + promise, []
    if turn.form or (confidence >= SURE and label.startswith("issue/")):
        return None  # the assistant goes on with it where it stands
    text = classifier.answer(label) if confidence >= SURE else None
    if text:
        return text, []
    if turn.payload or (confidence >= SURE and label not in SMALLTALK and label != "out_of_scope"):
        return None
    return MENU, [*_options(classifier, turn), PERSON]


def _label(classifier: Fallback, turn: Turn) -> tuple[str, float]:
    if turn.payload:
        return turn.payload.removeprefix("/"), 1.0
    return classifier.label(turn.text)


def _options(classifier: Fallback, turn: Turn) -> list[Button]:
    return [
        Button(title, f"/{label}") for label, title in classifier.suggestions(turn.text, count=4)
    ]


def _to_people(
    session: Session, conversation: Conversation, turn: Turn, label: str, now: datetime
) -> Ticket:
    if label.startswith("issue/") and label in URGENT:
        return open_triaged(
            session,
            conversation,
            category=label,
            details=turn.text,
            origin=str(turn.id),
            by="participant",
            window=window(),
            now=now,
        )[0]
    reason = "in_danger" if label == "in_danger" else "asked"
    return hand_over(
        session,
        conversation,
        reason=reason,
        turn=turn.id,
        live=False,
        window=window(),
        now=now,
    )[0]


def _promise(session: Session, ticket: Ticket, now: datetime) -> str:
    due = promises.told(session, ticket, now) or "secepatnya"
    return HANDED.format(number=ticket.number, promise=due)


def _acknowledge(
    session: Session, conversation: Conversation, messages: list[Message], now: datetime
) -> None:
    """Say once in an outage that it has arrived; the turn stays open and is asked again."""
    for message in messages:
        message.acknowledged_at = message.acknowledged_at or now
    last_notice = conversation.outage_notice_at
    if last_notice is None or now - last_notice > NOTICE_EVERY:
        conversation.outage_notice_at = now
        outbox.say(session, conversation, ARRIVED, now=now, author=Author.SYSTEM)
    conversation.turn_due_at, conversation.queued_at = now + RETRY, None
