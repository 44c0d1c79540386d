"""The JSON for Rasa's actions: a token, a message id, and the same call twice changes nothing."""

import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from channels.models import Conversation, Owner
from database import transaction, utcnow
from staffing.models import Agent
from staffing.service import add_agent
from tests.chat import Participant
from tests.conftest import SECRETS
from tickets.models import Ticket


@pytest.fixture
def person(client: FlaskClient) -> Participant:
    person = Participant(client)
    person.write("akun saya tidak bisa masuk dari pagi kak")
    return person


@pytest.fixture
def conversation(person: Participant) -> str:
    with transaction() as session:
        return session.scalars(select(Conversation.public_id)).one()


def call(client: FlaskClient, method: str, path: str, body: Any = None, key: str = "1") -> Any:
    headers = {"Authorization": f"Bearer {SECRETS['SAPA_API_TOKEN']}", "Idempotency-Key": key}
    return client.open(f"/api/conversations/{path}", method=method, json=body, headers=headers)


def test_nobody_comes_in_without_the_token(client: FlaskClient, conversation: str) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        assert client.get(f"/api/conversations/{conversation}", headers=headers).status_code == 401


def test_an_unknown_conversation_is_404(client: FlaskClient) -> None:
    assert call(client, "GET", "nobody").status_code == 404


def test_a_ticket_is_opened_once_however_often_it_is_asked_for(
    client: FlaskClient, conversation: str
) -> None:
    body = {"category": "issue/login_error", "details": "sejak pagi, di HP"}
    answers = [call(client, "POST", f"{conversation}/tickets", body) for _ in range(3)]
    assert [a.status_code for a in answers] == [201, 200, 200]
    assert {a.json["number"] for a in answers} == {"SP-000001"}
    assert "pukul" in answers[0].json["promise_text"]
    with transaction() as session:
        assert session.scalar(select(func.count(Ticket.id))) == 1


def test_the_same_ticket_asked_for_at_the_same_moment_is_opened_once(
    app: Flask, conversation: str
) -> None:
    body = {"category": "issue/login_error", "details": "sejak pagi"}
    codes: list[int] = []

    def ask() -> None:
        with app.test_client() as client:
            codes.append(call(client, "POST", f"{conversation}/tickets", body).status_code)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200] * 5 + [201]


@pytest.mark.parametrize(
    ("body", "key"),
    [({"category": "nonsense"}, "1"), ([], "1"), ({"category": "issue/login_error"}, "abc")],
)
def test_bad_calls_are_refused_in_words(
    client: FlaskClient, conversation: str, body: Any, key: str
) -> None:
    answer = call(client, "POST", f"{conversation}/tickets", body, key)
    assert answer.status_code == 422
    assert answer.json["error"]


def test_a_handover_with_nobody_there_is_a_ticket_and_the_assistant_goes_on(
    client: FlaskClient, conversation: str
) -> None:
    answer = call(client, "POST", f"{conversation}/handover", {"reason": "asked"})
    assert (answer.status_code, answer.json["live"]) == (201, False)
    with transaction() as session:
        assert session.scalars(select(Conversation.owner)).one() is Owner.ASSISTANT


def test_a_handover_with_somebody_there_is_live(
    client: FlaskClient, conversation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import api.bot

    noon = utcnow().replace(hour=5, minute=0)  # 12.00 WIB
    monkeypatch.setattr(api.bot, "utcnow", lambda: noon)
    with transaction() as session:
        add_agent(session, email="rina@x.id", name="Rina", password="long-enough-1").seen_at = noon
    first = call(client, "POST", f"{conversation}/handover", {"reason": "asked"})
    again = call(client, "POST", f"{conversation}/handover", {"reason": "asked"})
    assert (first.json["live"], again.json["live"]) == (True, True)
    with transaction() as session:
        session.scalars(select(Agent)).one()
        assert session.scalars(select(Conversation.owner)).one() is Owner.QUEUE


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        ("ke email Budi.S@gmail.com ya", "email", "email b•••@gmail.com"),
        ("wa aja 0812-3456-7890", "whatsapp", "WhatsApp •••7890"),
        ("+62 812 3456 7890", "whatsapp", "WhatsApp •••7890"),
        ("sms ke 081234567890", "sms", "SMS •••7890"),
        ("di sini aja kak", "here", "di chat ini"),
    ],
)
def test_the_address_for_answers_is_read_and_remembered(
    client: FlaskClient, conversation: str, text: str, kind: str, label: str
) -> None:
    answer = call(client, "PUT", f"{conversation}/contact", {"text": text})
    assert answer.json == {"kind": kind, "label": label}
    assert call(client, "GET", conversation).json["contact"] == answer.json


def test_an_address_that_cannot_be_read_is_asked_for_again(
    client: FlaskClient, conversation: str
) -> None:
    answer = call(client, "PUT", f"{conversation}/contact", {"text": "terserah deh"})
    assert answer.status_code == 422
    assert "08xx" in answer.json["error"]
    assert call(client, "GET", conversation).json["contact"] is None


def test_the_status_page_is_signed_and_needs_no_account(
    client: FlaskClient, person: Participant, conversation: str
) -> None:
    body = {"category": "issue/login_error", "details": ""}
    address = call(client, "POST", f"{conversation}/tickets", body).json["status_url"]
    path = address.removeprefix("http://127.0.0.1:8080")
    page = client.get(path)
    assert page.status_code == 200
    assert "SP-000001" in page.text
    assert "akun saya tidak bisa masuk" in page.text
    assert client.get(path + "x").status_code == 404
    answered = client.post(path, data={"text": "ada kabar?", "client_id": "status-reply"})
    assert answered.status_code == 303
    with transaction() as session:
        assert session.scalars(select(Conversation.owner)).one() is Owner.QUEUE
    assert person.news()["messages"][-1]["text"] == "ada kabar?"


def test_a_status_reply_and_a_chat_message_at_once_do_not_wait_for_each_other(
    app: Flask, person: Participant, conversation: str
) -> None:
    with app.test_client() as client:
        body = {"category": "issue/login_error", "details": ""}
        address = call(client, "POST", f"{conversation}/tickets", body).json["status_url"]
    path = address.removeprefix("http://127.0.0.1:8080")
    codes: list[int] = []

    def reply() -> None:
        with app.test_client() as client:
            for number in range(8):
                form = {"text": f"ada kabar {number}?", "client_id": f"status-{number}"}
                codes.append(client.post(path, data=form).status_code)

    def chat() -> None:
        with app.test_client() as client:
            for number in range(8):
                sent = {"client_id": f"chat-at-once-{number}", "text": f"halo kak {number}"}
                answer = client.post("/chat/api/messages", json=sent, headers=person.headers)
                codes.append(answer.status_code)

    threads = [threading.Thread(target=work) for work in (reply, chat, chat)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) <= {200, 201, 303}
    assert codes.count(303) == 8
