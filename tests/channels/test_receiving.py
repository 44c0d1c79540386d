"""A message in: stored once, masked, sealed, in order."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from channels import reading, vault
from channels.base import Inbound
from channels.models import Conversation, Message, Person, Received
from channels.receiving import next_seq, receive
from channels.webchat.strings import ERRORS
from database import Sessions, transaction, utcnow
from tests.chat import Participant
from tests.fakes import FakeRasa


def test_a_message_is_stored_before_it_is_acknowledged(client: FlaskClient) -> None:
    stored = Participant(client).write("cara daftar gimana ya?")
    with transaction() as session:
        message = session.scalars(select(Message)).one()
    assert (stored["seq"], stored["from"], stored["state"]) == (1, "participant", "stored")
    assert message.seq == 1
    assert message.handled_at is None


def test_the_same_client_id_is_one_message(client: FlaskClient) -> None:
    person = Participant(client)
    first = person.write("halo kak, mau tanya", client_id="same-one-1")
    again = person.write("halo kak, mau tanya", client_id="same-one-1", status=200)
    assert first["seq"] == again["seq"]
    assert len(person.news()["messages"]) == 1


def test_the_same_message_twenty_times_at_once_is_stored_and_answered_once(
    app: Flask, rasa: FakeRasa, work: Callable[[], int]
) -> None:
    token = Participant(app.test_client()).token
    seqs: list[int] = []

    def post() -> None:
        with app.test_client() as client:
            body = {"client_id": "twenty-times", "text": "otp tidak masuk, tolong dibantu kak"}
            headers = {"Authorization": f"Bearer {token}"}
            seqs.append(client.post("/chat/api/messages", json=body, headers=headers).json["seq"])  # type: ignore[index]

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction() as session:
        counts = [
            session.scalar(select(func.count()).select_from(t)) for t in (Message, Person, Received)
        ]
    assert seqs == [1] * 20
    assert counts == [1, 1, 1]
    work()
    heard = Participant(app.test_client(), token).heard()
    assert heard == ["echo: otp tidak masuk, tolong dibantu kak"]


def test_two_first_messages_at_once_make_one_person(app: Flask) -> None:
    def first(number: int) -> None:
        with transaction() as session:
            receive(session, Inbound("webchat", f"first-{number}", "visitor", "halo"), utcnow())

    threads = [threading.Thread(target=first, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction() as session:
        assert session.scalar(select(func.count(Person.id))) == 1
        assert session.scalar(select(func.count(Conversation.id))) == 1
        seqs = session.scalars(select(Message.seq).order_by(Message.seq)).all()
    assert seqs == list(range(1, 9))


def test_numbers_are_given_in_commit_order(app: Flask) -> None:
    """The one who asks second waits for the first to commit: no later look can miss a message."""
    with transaction() as session:
        message, _ = receive(session, Inbound("webchat", "one", "visitor", "halo"), utcnow())
        conversation_id = message.conversation_id
    taken: list[int] = []

    def second() -> None:
        with transaction() as session:
            taken.append(next_seq(session, session.get_one(Conversation, conversation_id)))

    with Sessions() as first, first.begin():
        mine = next_seq(first, first.get_one(Conversation, conversation_id))
        thread = threading.Thread(target=second)
        thread.start()
        first.flush()
        thread.join(0.3)
        assert taken == []  # still waiting for our commit
    thread.join()
    assert (mine, taken) == (2, [3])


def test_words_lie_sealed_and_erasing_the_key_erases_them(client: FlaskClient) -> None:
    Participant(client).write("rahasia perusahaan saya bocor kak, gimana ini")
    with transaction() as session:
        message = session.scalars(select(Message)).one()
        person_id = session.scalars(select(Person.id)).one()
        assert b"rahasia" not in message.body
        vault.destroy_key(session, person_id)
    with transaction() as session:
        message = session.scalars(select(Message)).one()
        assert reading.text_of(session, message, person_id) == (reading.ERASED, ())


def test_numbers_are_masked_and_codes_are_never_stored(client: FlaskClient) -> None:
    person = Participant(client)
    person.write("nik saya 3174091208900001 dan otp saya 482913 kak")
    shown = person.news()["messages"][0]["text"]
    with transaction() as session:
        message = session.scalars(select(Message)).one()
        original = reading.original_of(session, message, 1)
    assert "3174091208900001" not in shown
    assert "482913" not in shown
    assert "3174091208900001" in original
    assert "482913" not in original


def test_a_payload_that_was_never_offered_is_only_words(client: FlaskClient) -> None:
    Participant(client).write("Sudah", payload="/restart")
    with transaction() as session:
        assert session.scalars(select(Message.payload)).one() == ""


@pytest.mark.parametrize("text", ["²", "①", "٣", "9", "0"])
def test_a_lone_digit_that_picks_no_button_is_only_words(client: FlaskClient, text: str) -> None:
    Participant(client).write(text)
    with transaction() as session:
        assert session.scalars(select(Message.payload)).one() == ""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"client_id": "long-enough", "text": ""}, 422),
        ({"client_id": "long-enough", "text": "a" * 4001}, 422),
        ({"client_id": "x", "text": "halo"}, 422),
        ({"client_id": 7, "text": ["halo"]}, 422),
        ([], 422),
    ],
)
def test_bad_input_is_refused_in_words(client: FlaskClient, body: object, status: int) -> None:
    answer = client.post("/chat/api/messages", json=body, headers=Participant(client).headers)
    assert answer.status_code == status
    assert (answer.json or {})["error"] in ERRORS["id"].values()


def test_a_forged_token_is_told_to_get_a_new_one(client: FlaskClient) -> None:
    headers = {"Authorization": "Bearer forged"}
    assert client.get("/chat/api/messages", headers=headers).status_code == 401
    assert client.get("/chat/api/messages").status_code == 401


def test_a_stranger_reads_nothing_of_others(client: FlaskClient) -> None:
    Participant(client).write("ini pesan pribadi saya kak, tolong")
    assert Participant(client).news()["messages"] == []


def test_a_dead_queue_never_refuses_a_message(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    import redis

    import jobs

    monkeypatch.setattr(jobs, "_client", redis.Redis(unix_socket_path="/nowhere/valkey.sock"))
    assert Participant(client).write("apakah pesan ini tetap tersimpan?")["seq"] == 1


def test_what_the_queue_lost_is_taken_up(
    client: FlaskClient, work: Callable[[], int], rasa: object, valkey: object
) -> None:
    from datetime import timedelta

    import jobs
    from inbox import answering

    person = Participant(client)
    person.write("bagaimana cara gabung gelombang?")
    jobs.client().flushdb()  # the queue forgets everything
    assert answering.sweep(utcnow()) == 0  # it may still be under way
    assert answering.sweep(utcnow() + timedelta(seconds=20)) == 1
    work()
    assert person.heard() == ["echo: bagaimana cara gabung gelombang?"]


def test_two_messages_committed_in_reverse_order_are_both_seen(app: Flask) -> None:
    """Whoever reconnects between the two commits sees both: the earlier number commits first."""
    with transaction() as session:
        message, _ = receive(session, Inbound("webchat", "a", "visitor", "halo"), utcnow())
        conversation_id = message.conversation_id
    started = threading.Event()

    def late() -> None:
        started.set()
        with transaction() as session:
            receive(session, Inbound("webchat", "c", "visitor", "yang kedua"), utcnow())

    with Sessions() as early, early.begin():
        receive(early, Inbound("webchat", "b", "visitor", "yang pertama"), utcnow())
        thread = threading.Thread(target=late)
        thread.start()
        started.wait()
        thread.join(0.2)
        with transaction() as session:  # a page reconnects now
            conversation = session.get_one(Conversation, conversation_id)
            seen = [m.seq for m in reading.messages_after(session, conversation, 0)]
    thread.join()
    with transaction() as session:
        conversation = session.get_one(Conversation, conversation_id)
        seen += [m.seq for m in reading.messages_after(session, conversation, seen[-1])]
        assert session.scalar(text("SELECT count(*) FROM message")) == 3
    assert seen == [1, 2, 3]


def test_who_writes_too_fast_is_told_when_to_go_on(client: FlaskClient) -> None:
    person = Participant(client)
    for number in range(62):  # a minute may end meanwhile: two windows' worth at the most
        body = {"client_id": f"quick-{number}", "text": "halo kak, saya mau tanya dong"}
        answer = client.post("/chat/api/messages", json=body, headers=person.headers)
        if answer.status_code == 429:
            break
    assert number >= 30
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    Participant(client).write("orang lain tetap bisa menulis kok")


def test_a_page_is_not_told_to_wait_for_anything_else(client: FlaskClient) -> None:
    person = Participant(client)
    body = {"client_id": "not-limited", "text": "halo"}
    answer = client.post("/chat/api/messages", json=body, headers=person.headers)
    assert "Retry-After" not in answer.headers
