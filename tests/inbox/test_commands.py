"""What is understood without the assistant: our own buttons, and pictures without a word."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from channels import outbox
from channels.base import Button
from channels.models import Author, Conversation, Owner
from channels.receiving import lock
from database import transaction, utcnow
from escalation.intake import open_triaged
from inbox.commands import CONFIRMED, PICTURE_KEPT, confirm_payload, reopen_payload
from staffing.hours import window
from tests.channels.test_webchat import picture, upload
from tests.chat import Participant
from tests.fakes import FakeRasa
from tickets.models import Status, Ticket, TicketEvent
from tickets.service import move

Work = Callable[[], int]


def solved(person: Participant) -> None:
    """A ticket of this participant is solved, and they are asked whether it is."""
    person.write("akun saya tidak bisa masuk dari pagi kak")
    with transaction() as session:
        conversation = lock(session, 1)
        ticket = open_triaged(
            session,
            conversation,
            category="issue/login_error",
            details="",
            origin="1",
            by="participant",
            window=window(),
            now=utcnow(),
        )[0]
        move(session, ticket, Status.SOLVED, by="agent:1", now=utcnow())
        buttons = [
            Button("Sudah beres", confirm_payload(ticket)),
            Button("Masih bermasalah", reopen_payload(ticket)),
        ]
        outbox.say(
            session,
            conversation,
            "Sudah beres?",
            now=utcnow(),
            author=Author.SYSTEM,
            buttons=buttons,
        )


def test_still_broken_reopens_and_gives_the_conversation_to_people(
    client: FlaskClient, rasa: FakeRasa, work: Work
) -> None:
    person = Participant(client)
    solved(person)
    work()
    person.write("Masih bermasalah", payload="ticket:reopen:1")
    work()
    with transaction() as session:
        assert session.get_one(Ticket, 1).status is Status.OPEN
        assert session.get_one(Conversation, 1).owner is Owner.QUEUE
    assert "SP-000001" in person.heard()[-1]


def test_solved_is_confirmed_on_the_record(client: FlaskClient, rasa: FakeRasa, work: Work) -> None:
    person = Participant(client)
    solved(person)
    work()
    person.write("Sudah beres", payload="ticket:confirm:1")
    work()
    with transaction() as session:
        kinds = session.scalars(select(TicketEvent.kind)).all()
        assert session.get_one(Ticket, 1).status is Status.SOLVED
    assert kinds[-1] == "confirmed"
    assert person.heard()[-1] == CONFIRMED


def test_somebody_elses_ticket_cannot_be_reopened(
    client: FlaskClient, rasa: FakeRasa, work: Work
) -> None:
    solved(Participant(client))
    stranger = Participant(client)
    stranger.write("Masih bermasalah", payload="ticket:reopen:1")
    work()
    with transaction() as session:
        assert session.get_one(Ticket, 1).status is Status.SOLVED


def test_a_picture_without_a_word_gets_a_kind_line(
    client: FlaskClient, rasa: FakeRasa, work: Work
) -> None:
    person = Participant(client)
    upload(person, picture())
    work()
    assert person.heard() == [PICTURE_KEPT]
    assert rasa.asked == []


def test_a_picture_while_something_is_asked_is_an_answer(
    client: FlaskClient, rasa: FakeRasa, work: Work
) -> None:
    def asking(asked: dict[str, object]) -> dict[str, object]:
        return {
            "messages": [{"text": "Ceritakan kendalanya, ya."}],
            "events": [{"event": "x"}],
            "intent": {"name": "issue/login_error", "confidence": 0.9},
            "active_form": "help_form",
        }

    rasa.answer = asking
    person = Participant(client)
    person.write("akun saya tidak bisa masuk kak")
    work()
    upload(person, picture())
    work()
    assert rasa.asked[-1]["message"] == "‹foto›"
