"""Rasa is away: every turn is answered exactly once, and only the urgent reach people."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from channels.models import Conversation, Message, Owner
from database import transaction, utcnow
from inbox import answering, standin
from inbox.standin import ARRIVED, MENU
from tests.chat import Participant
from tests.fakes import FakeRasa
from tickets.models import Ticket

Work = Callable[[], int]

KNOWN = {
    "kapan insentif cair": ("faq/incentive_schedule_timing", 0.9),
    "akun saya dibajak orang": ("issue/account_hijacked", 0.9),
    "otp saya tidak masuk": ("issue/otp_not_delivered", 0.9),
    "saya mau bicara dengan petugas": ("talk_to_agent", 0.9),
    "aku ingin mati saja": ("in_danger", 0.9),
}


class Classifier:
    """Knows four sentences."""

    def label(self, text: str) -> tuple[str, float]:
        return KNOWN.get(text.strip(" ?"), ("faq/other", 0.1))

    def answer(self, label: str) -> str | None:
        return {"faq/incentive_schedule_timing": "Insentif cair bertahap."}.get(label)

    def suggestions(self, text: str, count: int) -> list[tuple[str, str]]:
        return [("faq/incentive_schedule_timing", "Jadwal insentif")]


@pytest.fixture
def gone(rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch) -> FakeRasa:
    """Rasa has refused connections for longer than a restart takes."""
    monkeypatch.setattr(standin, "_classifier", lambda folder: Classifier())
    rasa.stop()
    answering._breaker.failed(utcnow() - timedelta(minutes=1), slow=False)
    return rasa


def test_within_a_restart_turns_wait_and_nobody_is_told_anything(
    client: FlaskClient, rasa: FakeRasa, work: Work
) -> None:
    rasa.stop()
    person = Participant(client)
    person.write("kapan insentif cair?")
    work()
    assert person.heard() == []
    rasa.start()
    with transaction() as session:
        session.get_one(Conversation, 1).turn_due_at = utcnow() - timedelta(seconds=1)
    answering._breaker.succeeded()
    answering.sweep(utcnow())
    work()
    assert person.heard() == ["echo: kapan insentif cair?"]


def test_a_known_question_is_answered_by_the_stand_in(
    client: FlaskClient, gone: FakeRasa, work: Work
) -> None:
    person = Participant(client)
    person.write("kapan insentif cair?")
    work()
    answering.answer(1)
    assert person.heard() == ["Insentif cair bertahap."]


def test_what_is_not_understood_gets_a_menu_whose_numbers_work(
    client: FlaskClient, gone: FakeRasa, work: Work
) -> None:
    person = Participant(client)
    person.write("gimana ini kok begitu terus ya?")
    work()
    person.write("1")
    work()
    assert person.heard() == [MENU, "Insentif cair bertahap."]


def test_a_problem_is_acknowledged_once_and_asked_later_in_order(
    client: FlaskClient, gone: FakeRasa, work: Work
) -> None:
    person = Participant(client)
    person.write("otp saya tidak masuk?")
    work()
    person.write("kapan insentif cair?")
    work()
    assert person.heard() == [ARRIVED]
    gone.start()
    answering._breaker.succeeded()
    answering.answer(1)
    said = ["echo: otp saya tidak masuk?", "echo: kapan insentif cair?"]
    assert person.heard() == [ARRIVED, *said]


def test_only_who_asks_or_is_in_need_enters_the_human_queue(
    client: FlaskClient, gone: FakeRasa, work: Work
) -> None:
    people = {text: Participant(client) for text in (*KNOWN, "entahlah apa ini maksudnya")}
    for text, person in people.items():
        person.write(text + "?")
    work()
    with transaction() as session:
        tickets = session.scalars(select(Ticket.category).order_by(Ticket.category)).all()
        owners = session.scalars(select(Conversation.owner)).all()
    assert tickets == ["in_danger", "issue/account_hijacked", "talk_to_agent"]
    assert set(owners) == {Owner.ASSISTANT}
    assert "SP-0000" in people["akun saya dibajak orang"].heard()[0]
    assert "112" in people["aku ingin mati saja"].heard()[0]


def test_slow_opens_at_once(
    client: FlaskClient, rasa: FakeRasa, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx

    from bot import client as wire

    monkeypatch.setattr(standin, "_classifier", lambda folder: Classifier())
    monkeypatch.setattr(wire, "_http", httpx.Client(timeout=0.3))
    rasa.delay = 1.0
    person = Participant(client)
    person.write("kapan insentif cair?")
    work()
    assert person.heard() == ["Insentif cair bertahap."]


def test_a_turn_that_rasa_fails_at_again_and_again_goes_to_people(
    client: FlaskClient, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standin, "_classifier", lambda folder: Classifier())
    rasa.status = 500
    person = Participant(client)
    person.write("otp saya tidak masuk?")
    with transaction() as session:
        message = session.scalars(select(Message)).one()
        message.tries = answering.MOST_TRIES
        message.created_at = utcnow() - timedelta(minutes=5)
    answering.answer(1)
    with transaction() as session:
        assert session.scalar(select(func.count(Ticket.id))) == 1
    assert "SP-000001" in person.heard()[0]


def test_the_exported_answers_hold_every_faq_that_is_trained() -> None:
    """The stand-in speaks with the same words as the assistant."""
    answers = json.loads(Path(".sapa/models/fallback.json").read_text())  # `make train` made it
    assert sum(label.startswith("faq/") for label in answers) >= 30
