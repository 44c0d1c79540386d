"""Buttons that we understand without the assistant: "it is solved", "it is not"."""

from datetime import datetime

from sqlalchemy.orm import Session

from channels import outbox
from channels.models import Author, Conversation, Handler, Owner
from channels.receiving import lock
from database import transaction, utcnow
from inbox.taking import PICTURE, Turn, finish, still_open
from tickets import ledger
from tickets.models import Status, Ticket
from tickets.service import give, locked, move

PREFIX = "ticket:"
PICTURE_KEPT = (
    "Fotonya sudah kami terima dan bisa dilihat petugas. Aku sendiri belum bisa membaca gambar: "
    "ceritakan kendalamu dengan kata-kata, ya."
)
CONFIRMED = "Senang mendengarnya! Kalau ada yang lain, tulis saja di sini."
REOPENED = (
    "Baik, tiket {number} kami buka lagi dan petugas melanjutkannya. "
    "Tulis di sini apa yang masih bermasalah, ya."
)
TOO_LATE = "Tiket ini sudah ditutup. Ceritakan kendalanya di sini, nanti kubuatkan tiket baru."


def confirm_payload(ticket: Ticket) -> str:
    """The payload of "yes, it is solved"."""
    return f"{PREFIX}confirm:{ticket.id}"


def reopen_payload(ticket: Ticket) -> str:
    """The payload of "no, it still does not work"."""
    return f"{PREFIX}reopen:{ticket.id}"


def is_command(turn: Turn) -> bool:
    """Whether the turn is understood here: one of our buttons, or pictures without a word.

    While the assistant is asking for something, a picture is an answer to that."""
    only_pictures = set(turn.text.split()) == {PICTURE} and turn.form is None
    return turn.payload.startswith(PREFIX) or only_pictures


def run(turn: Turn) -> bool:
    """Do what the button says and answer; the turn is handled."""
    now = utcnow()
    with transaction() as session:
        conversation = lock(session, turn.conversation_id)
        messages = still_open(session, turn)
        if messages:
            text = _do(session, conversation, turn.payload, now) if turn.payload else PICTURE_KEPT
            outbox.say(session, conversation, text, now=now, author=Author.SYSTEM, turn=turn.id)
            finish(conversation, messages, Handler.COMMAND, now)
    return True


def _do(session: Session, conversation: Conversation, payload: str, now: datetime) -> str:
    _, verb, number = payload.split(":")
    ticket = locked(session, int(number))
    if ticket.status is Status.CLOSED:
        return TOO_LATE
    if verb == "confirm":
        ledger.record(session, ticket, "confirmed", by="participant", at=now)
        return CONFIRMED
    if ticket.status is Status.SOLVED:
        move(session, ticket, Status.OPEN, by="participant", now=now)
    give(session, conversation, Owner.QUEUE)
    return REOPENED.format(number=ticket.number)
