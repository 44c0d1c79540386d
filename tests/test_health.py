"""Health and doctor: what is wrong is said in plain words, and nothing personal with it."""

from datetime import timedelta

import pytest
import redis
from flask.testing import FlaskClient

import doctor
import jobs
import settings
from channels.models import Conversation
from database import transaction, utcnow
from tests.chat import Participant
from tests.fakes import FakeRasa


def test_this_process_lives(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


def test_not_ready_without_rasa(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = settings.current().model_copy(update={"rasa_port": 1})
    monkeypatch.setattr(settings, "_current", changed)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert (answer.json or {})["rasa"] is False
    assert (answer.json or {})["database"] is True


def test_not_ready_while_somebody_waits_too_long(client: FlaskClient, rasa: FakeRasa) -> None:
    Participant(client).write("apakah masih lama jawabannya?")
    assert client.get("/readyz").status_code == 200
    with transaction() as session:
        session.get_one(Conversation, 1).turn_due_at = utcnow() - timedelta(minutes=5)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert (answer.json or {})["oldest_overdue_seconds"] > 299


def found(what: str) -> doctor.Finding:
    return next(f for f in doctor.examine(settings.current()) if f.what.startswith(what))


def test_the_doctor_names_what_is_wrong_and_the_remedy(
    client: FlaskClient, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (found("database").wrong, found("migrations").wrong, found("queue").wrong) == ("",) * 3
    assert "add-agent" in found("agents").remedy
    assert "make train" in found("model").remedy
    rasa.stop()
    assert "rasa.log" in found("assistant").remedy
    monkeypatch.setattr(jobs, "_client", redis.Redis(unix_socket_path="/nowhere/valkey.sock"))
    assert "REDIS_URL" in found("queue").remedy
    text, well = doctor.report(doctor.examine(settings.current()))
    assert not well
    assert "WRONG queue: it does not answer" in text
