"""The connector of the running Rasa: no state, no empty answers, and nobody without the token."""

import os
import signal
import time
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from launch import keys
from tests.product import Product, database_of


class Wire:
    """Asks the connector as the app does."""

    def __init__(self, product: Product) -> None:
        self.url = f"http://127.0.0.1:{product.environ['SAPA_RASA_PORT']}/webhooks/sapa/webhook"
        self.token = keys.demo_secrets(product.state)["SAPA_RASA_TOKEN"]

    def post(self, token: str = "", **changes: Any) -> httpx.Response:
        turn = {
            "channel": "webchat",
            "sender": "somebody",
            "message_id": "1",
            "message": "apa itu kartu prakerja?",
            "trusted": False,
            "metadata": {"agents_available": False},
            "events": [],
        }
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return httpx.post(self.url, json=turn | changes, headers=headers, timeout=20)

    def ask(self, message: str, **changes: Any) -> Any:
        return self.post(message=message, **changes).raise_for_status().json()


@pytest.fixture(scope="module")
def wire(product: Product) -> Wire:
    return Wire(product)


def test_nobody_asks_without_the_token(wire: Wire) -> None:
    assert wire.post(token="wrong").status_code == 401


def test_the_same_turn_twice_gives_the_same_answer(wire: Wire) -> None:
    first = wire.ask("otp saya gak masuk masuk dari tadi")
    again = wire.ask("otp saya gak masuk masuk dari tadi")
    assert first["messages"] == again["messages"]
    assert first["intent"]["name"] == "issue/otp_not_delivered"


@pytest.fixture
def conversation(product: Product) -> str:
    """The id of a conversation that our API knows."""
    token = httpx.post(f"{product.url}/chat/api/visitors", json={}).json()["token"]
    body = {"client_id": "connector-story", "text": "halo kak, saya mau tanya dong"}
    headers = {"Authorization": f"Bearer {token}"}
    httpx.post(f"{product.url}/chat/api/messages", json=body, headers=headers).raise_for_status()
    engine = create_engine(database_of(product))
    with engine.connect() as connection:
        found = text("SELECT public_id FROM conversation ORDER BY id DESC LIMIT 1")
        return str(connection.scalar(found))


def test_nothing_is_remembered_but_what_is_brought(wire: Wire, conversation: str) -> None:
    told = wire.ask("otp saya gak masuk masuk dari tadi", sender=conversation)
    button = {"message_id": "2", "trusted": True, "sender": conversation}
    with_events = wire.ask("/deny", events=told["events"], **button)
    without = wire.ask("/deny", **button)
    assert with_events["active_form"] == "help_form"
    assert without["active_form"] is None


def test_a_typed_slash_is_not_obeyed(wire: Wire) -> None:
    told = wire.ask("otp saya gak masuk masuk dari tadi")
    after = wire.ask("/restart", message_id="2", events=told["events"])
    assert len(after["events"]) > len(told["events"])
    assert after["messages"]


@pytest.mark.parametrize(
    "changes",
    [
        {"message": ["halo"]},
        {"message": "a" * 5000},
        {"events": "none"},
        {"events": [{"event": "nonsense"}]},
        {"message_id": None},
        {"message": "/no_such_button", "trusted": True},
    ],
)
def test_what_it_cannot_read_is_refused_in_words(wire: Wire, changes: dict[str, Any]) -> None:
    answer = wire.post(**changes)
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_a_failed_action_is_an_error_not_an_empty_answer(wire: Wire, product: Product) -> None:
    """The conversation is not ours, so our API refuses what the action asks for."""
    assert wire.post(message="tiket saya gimana kabarnya?").status_code == 500
    os.kill(product.pid("actions"), signal.SIGKILL)
    assert wire.post(message="otp saya gak masuk masuk dari tadi").status_code == 500
    end = time.monotonic() + 30
    while wire.post(message="otp saya gak masuk masuk dari tadi").status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.5)
