"""kill -9 of each program while messages flow: every message is answered exactly once, in order."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import Engine, create_engine, text

from tests.product import Product, database_of

QUESTIONS = (
    "apa itu kartu prakerja?",
    "batas umur daftar prakerja berapa?",
    "lupa password gimana caranya kak?",
    "apakah ada kartu fisiknya ya?",
)
RETRY = 0.3  # seconds a page waits before it posts again
ANSWERED_WITHIN = 90.0  # seconds after the last message


@dataclass
class Writer:
    """A page that writes complete questions one after the other, and never gives one up."""

    url: str
    count: int
    token: str = ""
    written: list[str] = field(default_factory=list)

    def run(self) -> None:
        self.token = self.post("/chat/api/visitors", {})["token"]
        for number in range(self.count):
            asked = QUESTIONS[number % len(QUESTIONS)]
            body = {"client_id": str(uuid4()), "text": asked}
            self.post("/chat/api/messages", body)
            self.written.append(asked)
            time.sleep(0.4)

    def post(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        end = time.monotonic() + ANSWERED_WITHIN
        while time.monotonic() < end:
            try:
                answer = httpx.post(self.url + path, json=body, headers=headers, timeout=10)
                if answer.is_success:
                    return dict(answer.json())
                wait = float(answer.headers.get("Retry-After", RETRY))
            except httpx.HTTPError:
                wait = RETRY
            time.sleep(wait)
        raise AssertionError(f"{path} was not taken within {ANSWERED_WITHIN} s")


@contextmanager
def writers(product: Product, people: int, each: int) -> Iterator[list[Writer]]:
    """People who write while the body of the with-statement does its worst."""
    pages = [Writer(product.url, each) for _ in range(people)]
    threads = [threading.Thread(target=page.run) for page in pages]
    for thread in threads:
        thread.start()
    yield pages
    for thread in threads:
        thread.join()


@pytest.fixture(scope="module")
def database(product: Product) -> Iterator[Engine]:
    engine = create_engine(database_of(product), pool_pre_ping=True)
    yield engine
    engine.dispose()


UNANSWERED = "SELECT count(*) FROM message WHERE direction = 'in' AND handled_at IS NULL"
ANSWERS_PER_TURN = """
SELECT m.conversation_id, m.seq, count(DISTINCT o.created_at), min(o.seq), max(o.seq), count(o.id)
FROM message m LEFT JOIN message o ON o.turn = m.id
WHERE m.direction = 'in' AND m.id > :start GROUP BY m.id, m.conversation_id, m.seq
ORDER BY m.conversation_id, m.seq
"""


def newest(database: Engine) -> int:
    with database.connect() as connection:
        return int(connection.scalar(text("SELECT coalesce(max(id), 0) FROM message")) or 0)


def wait_until_answered(database: Engine) -> None:
    def unanswered() -> int:
        with database.connect() as connection:
            return int(connection.scalar(text(UNANSWERED)) or 0)

    end = time.monotonic() + ANSWERED_WITHIN
    while unanswered():
        assert time.monotonic() < end, f"{unanswered()} messages have no answer"
        time.sleep(0.5)


def check_exactly_once_in_order(database: Engine, start: int, expected: int) -> None:
    with database.connect() as connection:
        rows = connection.execute(text(ANSWERS_PER_TURN), {"start": start}).all()
    assert len(rows) == expected
    last: dict[int, int] = {}
    for conversation, seq, times, first, final, said in rows:
        assert said >= 1, f"message {seq} of {conversation} was never answered"
        assert times == 1, f"message {seq} of {conversation} was answered {times} times"
        assert first > last.get(conversation, 0), f"the answer to {seq} came out of order"
        last[conversation] = final


@pytest.mark.parametrize("program", ["web", "answers-1", "rasa", "valkey", "postgres", "schedule"])
def test_every_message_is_answered_once_whatever_is_killed(
    product: Product, database: Engine, program: str
) -> None:
    start = newest(database)
    with writers(product, people=3, each=8) as pages:
        time.sleep(1.0)
        product.kill(program)
    written = sum(len(page.written) for page in pages)
    until(lambda: httpx.get(f"{product.url}/readyz").status_code == 200)
    wait_until_answered(database)
    check_exactly_once_in_order(database, start, written)


def until(done: Callable[[], bool], seconds: float = 90.0) -> None:
    """Wait for it, whatever it raises meanwhile."""
    end = time.monotonic() + seconds
    while True:
        try:
            if done():
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < end
        time.sleep(0.5)


def test_a_rasa_that_hangs_for_a_while_costs_nobody_an_answer(
    product: Product, database: Engine
) -> None:
    """It takes connections and answers nothing: the stand-in speaks, in order, and once."""
    start = newest(database)
    product.freeze("rasa", frozen=True)
    try:
        with writers(product, people=3, each=5) as pages:
            for words in BY_WORDS:
                write_once(product, words)
        time.sleep(25)
    finally:
        product.freeze("rasa", frozen=False)
    wait_until_answered(database)
    expected = sum(len(page.written) for page in pages) + len(BY_WORDS)
    check_exactly_once_in_order(database, start, expected)
    with database.connect() as connection:
        told = connection.execute(text(OUTCOMES), {"start": start}).all()
        queue = connection.scalar(text("SELECT count(*) FROM conversation WHERE owner = 'queue'"))
    assert ("fallback", None) in told
    assert {category for _, category in told} - {None} == {
        category for category in BY_WORDS.values() if category
    }
    assert queue == 0


BY_WORDS = {
    "akun saya dibajak orang, password sama nomor hp nya diganti!": "issue/account_hijacked",
    "saya mau bicara langsung dengan petugas, tolong sambungkan": "talk_to_agent",
    "otp saya gak masuk masuk dari tadi pagi kak": None,  # waits for Rasa, not for people
}
OUTCOMES = """
SELECT DISTINCT m.handled_by, t.category
FROM message m LEFT JOIN ticket t ON t.origin = m.id::text
WHERE m.id > :start AND m.direction = 'in'
"""


def write_once(product: Product, words: str) -> None:
    """One more person, who writes one thing."""
    page = Writer(product.url, 0)
    page.run()
    body = {"client_id": str(uuid4()), "text": words}
    page.post("/chat/api/messages", body)
