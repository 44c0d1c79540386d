"""The web chat's own routes: pictures, ticks, the stream, and the page without script."""

import io
import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

import settings
from channels import outbox
from channels.models import Attachment, Author, Conversation, Message
from channels.receiving import lock
from channels.webchat import stream
from database import transaction, utcnow
from tests.chat import Participant


def picture(kind: str = "JPEG", size: tuple[int, int] = (300, 200)) -> bytes:
    found = io.BytesIO()
    Image.new("RGB", size, "teal").save(found, kind)
    return found.getvalue()


def upload(person: Participant, data: bytes, client_id: str = "picture-1") -> Any:
    form = {"file": (io.BytesIO(data), "KTP Budi Santoso.jpg"), "client_id": client_id}
    return person.client.post("/chat/api/attachments", data=form, headers=person.headers)


def test_a_picture_is_kept_sealed_and_shown_by_a_signed_address(client: FlaskClient) -> None:
    person = Participant(client)
    sent = upload(person, picture())
    assert sent.status_code == 201
    (shown,) = sent.json["attachments"]
    assert (shown["width"], shown["height"], shown["name"]) == (300, 200, "foto")
    with transaction() as session:
        key = session.scalars(select(Attachment.key)).one()
    raw = (settings.current().media_dir / key).read_bytes()
    assert not raw.startswith((b"\xff\xd8", b"\x89PNG"))
    served = client.get(shown["url"])
    assert Image.open(io.BytesIO(served.data)).size == (300, 200)
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert client.get(shown["url"] + "x").status_code == 401


def test_a_picture_sent_twice_is_one_message(client: FlaskClient) -> None:
    person = Participant(client)
    assert [upload(person, picture()).status_code for _ in range(2)] == [201, 200]
    assert len(person.news()["messages"]) == 1


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"<html><script>alert(1)</script></html>", 422),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422),
        (b"", 422),
        (picture()[:200], 422),
        (b"\xff\xd8\xff" + b"0" * (10 * 1024 * 1024 + 1), 413),
    ],
)
def test_what_is_no_picture_is_refused_in_words(
    client: FlaskClient, data: bytes, status: int
) -> None:
    person = Participant(client)
    answer = upload(person, data)
    assert answer.status_code == status
    assert answer.json["error"]
    assert person.news()["messages"] == []


def test_english_visitors_get_english_errors(client: FlaskClient) -> None:
    headers = Participant(client).headers | {"Accept-Language": "en-GB"}
    body = {"client_id": "long-enough", "text": ""}
    answer = client.post("/chat/api/messages", json=body, headers=headers)
    assert answer.json == {"error": "Please write a message first."}


def say(text: str) -> None:
    with transaction() as session:
        conversation = lock(session, 1)
        outbox.say(session, conversation, text, now=utcnow(), author=Author.SYSTEM)


def test_ticks_tell_both_sides_how_far_a_message_came(client: FlaskClient) -> None:
    person = Participant(client)
    person.write("halo kak, ada orang?")
    say("Ada!")
    assert person.news()["messages"][1]["state"] == "sent"
    client.post("/chat/api/seen", json={"seq": 2, "read": False}, headers=person.headers)
    assert person.news()["messages"][1]["state"] == "delivered"
    client.post("/chat/api/seen", json={"seq": 2, "read": True}, headers=person.headers)
    assert person.news()["messages"][1]["state"] == "read"
    assert person.news()["states"] == {"1": "stored"}
    with transaction() as session:
        session.get_one(Conversation, 1).agent_read_seq = 1
    assert person.news()["states"] == {"1": "read"}


def events(app: Flask, person: Participant, after: int, wanted: int) -> list[tuple[str, str, Any]]:
    """Read the stream until so many messages have come: (id, kind, data)."""
    found: list[tuple[str, str, Any]] = []
    with app.test_request_context():
        from channels.webchat.visitors import visitor_of

        for part in stream.stream(visitor_of(person.token), after):
            fields = dict(line.split(": ", 1) for line in part.splitlines() if ": " in line)
            if fields.get("event") == "message":
                found.append((fields["id"], fields["event"], json.loads(fields["data"])))
            if len(found) == wanted:
                return found
    return found


def test_the_stream_replays_from_any_number_and_wakes_for_what_comes(
    app: Flask, client: FlaskClient
) -> None:
    person = Participant(client)
    person.write("halo kak, ada orang?")
    say("satu")
    assert [e[0] for e in events(app, person, 1, 1)] == ["2"]
    timer = threading.Timer(0.3, say, ["dua"])
    timer.start()
    started = utcnow()
    later = events(app, person, 2, 1)
    timer.join()
    assert [(e[0], e[2]["text"]) for e in later] == [("3", "dua")]
    assert (utcnow() - started).total_seconds() < stream.LOOK  # woken, not found by chance


def test_a_lost_wake_up_is_made_good_by_the_next_look(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    import live

    person = Participant(client)
    person.write("halo kak, ada orang?")
    monkeypatch.setattr(stream, "LOOK", 0.5)
    monkeypatch.setattr(live, "publish", lambda *args, **news: None)
    timer = threading.Timer(0.2, say, ["tanpa bel"])
    timer.start()
    assert events(app, person, 1, 1)[0][2]["text"] == "tanpa bel"
    timer.join()


def post_form(client: FlaskClient, page: str, **fields: Any) -> Any:
    hidden = dict(re.findall(r'name="(csrf|client_id)" value="([^"]*)"', page))
    return client.post("/chat", data=hidden | fields)


def test_the_plain_page_takes_a_message_by_form(client: FlaskClient) -> None:
    page = client.get("/chat").text
    answer = post_form(client, page, text="apa itu kartu prakerja?")
    assert answer.status_code == 303
    assert "apa itu kartu prakerja?" in client.get("/chat").text


def test_the_plain_page_posted_twice_is_one_message(client: FlaskClient) -> None:
    page = client.get("/chat").text
    for _ in range(2):
        post_form(client, page, text="apa itu kartu prakerja?")
    with transaction() as session:
        assert len(session.scalars(select(Message)).all()) == 1


def test_a_form_of_another_site_is_refused(client: FlaskClient) -> None:
    client.get("/chat")
    forged = {"text": "halo kak semuanya", "client_id": "forged-1", "csrf": "forged"}
    assert client.post("/chat", data=forged).status_code == 422
    with transaction() as session:
        assert session.scalars(select(Message)).all() == []


def test_an_unsent_text_is_not_lost_by_an_error(client: FlaskClient) -> None:
    page = client.get("/chat").text
    refused = post_form(client, page, csrf="old", text="cerita panjang saya")
    assert "cerita panjang saya" in refused.text


def test_the_plain_page_stays_light(client: FlaskClient) -> None:
    person_page = client.get("/chat").text
    post_form(client, person_page, text="apa itu kartu prakerja?")
    for number in range(40):
        say(f"jawaban nomor {number}: " + "kata kata " * 30)
    page = client.get("/chat").data
    styles = Path("static/chat/chat.css").stat().st_size
    assert len(page) + styles < 30_000  # uncompressed; no script is fetched


def test_only_allowed_sites_may_hold_the_widget(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = settings.current().model_copy(update={"widget_origins": ["https://a.example"]})
    monkeypatch.setattr(settings, "_current", changed)
    policy = client.get("/chat/embed").headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://a.example" in policy
    assert client.get("/chat").headers["X-Frame-Options"] == "SAMEORIGIN"
