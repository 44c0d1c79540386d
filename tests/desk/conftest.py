"""Agents at the desk, and participants who have a ticket there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from channels.models import Conversation
from database import transaction, utcnow
from escalation.intake import open_triaged
from staffing import service
from staffing.hours import window
from staffing.models import Agent, Team
from staffing.service import add_agent
from tests.chat import Participant
from tickets.models import Ticket

PASSWORD = "a long enough password"


def hidden(page: str, name: str, form: str = "") -> str:
    """The value of a hidden field, the first one after `form` in the page."""
    start = page.index(form) if form else 0
    found = re.search(rf'name="{name}" value="([^"]*)"', page[start:])
    assert found, f"no field {name} after {form!r}"
    return found[1]


@dataclass
class Desk:
    """An agent's browser."""

    client: FlaskClient
    email: str
    token: str = ""

    def log_in(self, password: str = PASSWORD, next: str = "") -> TestResponse:
        self.token = hidden(self.client.get("/desk/login").text, "csrf_token")
        data = {"csrf_token": self.token, "email": self.email, "password": password, "next": next}
        answer = self.client.post("/desk/login", data=data)
        if answer.status_code == 303:
            self.token = self.meta(self.client.get("/desk").text)
        return answer

    @staticmethod
    def meta(page: str) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found
        return found[1]

    def get(self, address: str, *, htmx: bool = False) -> TestResponse:
        return self.client.get(address, headers={"HX-Request": "true"} if htmx else {})

    def post(self, address: str, *, htmx: bool = True, **data: Any) -> TestResponse:
        headers = {"X-CSRFToken": self.token} | ({"HX-Request": "true"} if htmx else {})
        return self.client.post(address, data=data, headers=headers)

    def opened(self, ticket: Ticket) -> "Page":
        answer = self.get(f"/desk/tickets/{ticket.id}")
        assert answer.status_code == 200
        return Page(self, f"/desk/tickets/{ticket.id}", answer.text)


@dataclass
class Page:
    """A ticket's page as it was when it was opened; its forms send what they knew then."""

    desk: Desk
    address: str
    html: str

    def send(self, form: str, *, htmx: bool = True, key: str = "", **data: Any) -> TestResponse:
        known = {
            "version": hidden(self.html, "version"),
            "seen": hidden(self.html, "seen"),
            "key": key or uuid4().hex,
        }
        return self.desk.post(f"{self.address}/{form}", htmx=htmx, **(known | data))


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords of tests are hashed with little work."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(service, "_hasher", quick)


@pytest.fixture
def agent(app: Flask) -> Callable[..., Desk]:
    """Make an agent and log them in."""

    def make(name: str = "Rina", team: Team = Team.AGENTS) -> Desk:
        email = f"{name.lower()}@sapa.test"
        with transaction() as session:
            add_agent(session, email=email, name=name, password=PASSWORD, team=team)
        desk = Desk(app.test_client(), email)
        assert desk.log_in().status_code == 303
        return desk

    return make


@pytest.fixture
def participant(client: FlaskClient) -> Participant:
    return Participant(client)


@pytest.fixture
def open_ticket(participant: Participant) -> Callable[..., Ticket]:
    """A ticket of the participant, who has written about it."""

    def make(
        text: str = "otp saya gak masuk masuk",
        category: str = "issue/otp_not_delivered",
        writer: Participant | None = None,
    ) -> Ticket:
        (writer or participant).write(text)
        with transaction() as session:
            newest = select(Conversation).order_by(Conversation.id.desc()).limit(1)
            conversation = session.scalars(newest).one()
            ticket, _ = open_triaged(
                session,
                conversation,
                category=category,
                details=f"rincian: {text}",
                origin=uuid4().hex,
                by="participant",
                window=window(),
                now=utcnow(),
            )
            return ticket

    return make


def reread(ticket: Ticket) -> Ticket:
    with transaction() as session:
        return session.get_one(Ticket, ticket.id)


def agent_of(desk: Desk) -> Agent:
    with transaction() as session:
        return session.scalars(select(Agent).where(Agent.email == desk.email)).one()
