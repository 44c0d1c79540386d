"""The assistant answers: once, in order, and never over a person's head."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from channels.models import Conversation, Direction, Handler, Message, Owner
from database import transaction, utcnow
from inbox import answering
from staffing.models import Agent
from staffing.service import add_agent
from tests.chat import Participant
from tests.fakes import FakeRasa, echo
from tickets.service import give

Work = Callable[[], int]


def test_a_complete_question_is_answered_at_once(
    client: FlaskClient, rasa: FakeRasa, work: Work
) -> None:
    person = Participant(client)
    person.write("kapan insentif cair?")
    work()
    assert person.heard() == ["echo: kapan insentif cair?"]


def test_a_burst_of_fragments_gets_one_answer(
    client: FlaskClient, rasa: FakeRasa, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Participant(client)
    for fragment in ("min", "tolong", "akunku gabisa login"):
        person.write(fragment)
    assert answering.sweep(utcnow()) == 0  # not yet: more may come
    later = utcnow() + timedelta(seconds=4)
    monkeypatch.setattr(answering, "utcnow", lambda: later)
    assert answering.sweep(later) == 1
    work()
    assert [asked["message"] for asked in rasa.asked] == ["min\ntolong\nakunku gabisa login"]
    assert person.heard() == ["echo: min\ntolong\nakunku gabisa login"]


def test_turns_are_answered_in_order_by_any_number_of_workers(
    client: FlaskClient, rasa: FakeRasa
) -> None:
    person = Participant(client)
    for number in range(6):
        person.write(f"ini pertanyaan nomor {number} ya kak?")
    rasa.delay = 0.05  # long enough for the others to come along
    workers = [threading.Thread(target=answering.answer, args=(1,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    answering.answer(1)
    assert person.heard() == [f"echo: ini pertanyaan nomor {n} ya kak?" for n in range(6)]
    assert len(rasa.asked) == 6  # nobody asked what another was asking


def test_a_job_that_runs_twice_answers_once(
    client: FlaskClient, rasa: FakeRasa, work: Work
) -> None:
    person = Participant(client)
    person.write("apa itu kartu prakerja?")
    work()
    answering.answer(1)
    assert len(person.heard()) == 1


def test_rasa_is_asked_with_no_transaction_open(client: FlaskClient, rasa: FakeRasa) -> None:
    """Rasa's actions call us back: a row lock held meanwhile would stop them for ever."""
    person = Participant(client)
    person.write("tolong buatkan tiket untuk saya kak")
    locked: list[bool] = []

    def call_back(asked: dict[str, Any]) -> dict[str, Any]:
        with transaction() as session:
            query = select(Conversation).with_for_update(nowait=True)
            locked.append(session.scalar(query) is not None)
        return echo(asked)

    rasa.answer = call_back
    answering.answer(1)
    assert locked == [True]


@pytest.fixture
def agent(app: object) -> Agent:
    with transaction() as session:
        return add_agent(session, email="rina@x.id", name="Rina", password="long-enough-1")


def test_a_reply_that_comes_after_a_person_took_over_is_dropped_and_noted(
    client: FlaskClient, rasa: FakeRasa, agent: Agent
) -> None:
    person = Participant(client)
    person.write("kenapa akun saya diblokir?")

    def slow(asked: dict[str, Any]) -> dict[str, Any]:
        with transaction() as session:
            give(session, session.get_one(Conversation, 1), Owner.AGENT, agent)
        return echo(asked)

    rasa.answer = slow
    answering.answer(1)
    with transaction() as session:
        notes = session.scalars(select(Message).where(Message.direction == Direction.NOTE)).all()
        handled = session.scalars(select(Message.handled_by).where(Message.seq == 1)).one()
    assert person.heard() == []
    assert len(notes) == 1
    assert handled is Handler.PERSON


def test_a_person_who_owns_it_is_not_talked_over(
    client: FlaskClient, rasa: FakeRasa, work: Work, agent: Agent
) -> None:
    person = Participant(client)
    person.write("halo kak, saya mau tanya")
    work()
    with transaction() as session:
        give(session, session.get_one(Conversation, 1), Owner.AGENT, agent)
    person.write("masih ada orang di sana kak?")
    work()
    assert len(rasa.asked) == 1


def test_the_episode_goes_with_every_ask_and_ends_after_a_rest(
    client: FlaskClient, rasa: FakeRasa, work: Work
) -> None:
    person = Participant(client)
    for text in ("pertanyaan pertama saya apa?", "pertanyaan kedua saya apa?"):
        person.write(text)
        work()
    with transaction() as session:
        session.get_one(Conversation, 1).episode_at = utcnow() - timedelta(hours=1)
    person.write("pertanyaan ketiga saya apa?")
    work()
    assert [len(asked["events"]) for asked in rasa.asked] == [0, 1, 0]


def test_a_button_that_was_offered_is_trusted_also_by_its_number(
    client: FlaskClient, rasa: FakeRasa, work: Work
) -> None:
    def offer(asked: dict[str, Any]) -> dict[str, Any]:
        answer = echo(asked)
        buttons = [{"title": "Sudah", "payload": "/affirm"}, {"title": "Belum", "payload": "/deny"}]
        answer["messages"][0]["buttons"] = buttons
        return answer

    rasa.answer = offer
    person = Participant(client)
    person.write("otp saya tidak masuk dari tadi kak")
    work()
    person.write("Belum", payload="/deny")
    work()
    person.write("1")
    work()
    assert [(a["message"], a["trusted"]) for a in rasa.asked[1:]] == [
        ("/deny", True),
        ("/affirm", True),
    ]


def test_long_answers_come_as_bubbles_and_buttons_stay_with_the_last(
    client: FlaskClient, rasa: FakeRasa, work: Work
) -> None:
    rasa.answer = lambda asked: (
        echo(asked)
        | {
            "messages": [
                {"text": "satu\n\ndua", "buttons": [{"title": "Ya", "payload": "/affirm"}]}
            ]
        }
    )
    person = Participant(client)
    person.write("ceritakan langkah-langkahnya dong kak?")
    work()
    said = [m for m in person.news()["messages"] if m["from"] == "assistant"]
    assert [(m["text"], len(m["buttons"])) for m in said] == [("satu", 0), ("dua", 1)]
