"""Only agents come in, and nobody is led elsewhere."""

from collections.abc import Callable

import pytest
from flask import Flask

from database import transaction
from desk.people import OPEN, safe_next
from staffing.models import Agent
from staffing.service import add_agent
from tests.desk.conftest import PASSWORD, Desk, agent_of, hidden
from tickets.models import Ticket

AgentMaker = Callable[..., Desk]


def test_an_agent_logs_in_works_and_logs_out(agent: AgentMaker) -> None:
    rina = agent("Rina")
    assert "Rina" in rina.get("/desk").text
    assert agent_of(rina).seen_at is not None
    assert rina.post("/desk/logout", htmx=False).status_code == 303
    assert rina.get("/desk").status_code == 303


def test_a_wrong_password_and_an_unknown_email_read_the_same(app: Flask) -> None:
    with transaction() as session:
        add_agent(session, email="rina@sapa.test", name="Rina", password=PASSWORD)
    wrong = Desk(app.test_client(), "rina@sapa.test").log_in("not the password")
    unknown = Desk(app.test_client(), "nobody@sapa.test").log_in("not the password")
    assert wrong.status_code == unknown.status_code == 401
    for answer in (wrong, unknown):
        assert "Email atau kata sandi tidak cocok." in answer.text


def test_no_page_of_the_desk_opens_without_a_login(app: Flask) -> None:
    rules = [r for r in app.url_map.iter_rules() if r.rule.startswith("/desk")]
    assert len(rules) > 10
    for rule in rules:
        client = app.test_client()
        values = {name: 1 for name in rule.arguments}
        address = rule.build(values, append_unknown=False)[1]  # type: ignore[index]
        token = hidden(client.get("/desk/login").text, "csrf_token")
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "DELETE", "PATCH"}:
            if rule.endpoint in OPEN:
                continue
            answer = client.open(address, method=method, headers={"X-CSRFToken": token})
            assert answer.status_code == 303, f"{method} {address}"
            assert answer.location.startswith("/desk/login?next=")


def test_a_part_of_a_page_sends_the_whole_browser_to_the_login(app: Flask) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/desk/tickets/7?x=1"}
    answer = app.test_client().get("/desk/rows", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/desk/login?next=/desk/tickets/7?x%3D1"


def test_a_stream_without_a_login_is_refused(app: Flask) -> None:
    headers = {"Accept": "text/event-stream"}
    assert app.test_client().get("/desk/stream", headers=headers).status_code == 401


def test_every_form_needs_its_csrf_token(
    agent: AgentMaker, open_ticket: Callable[..., Ticket], app: Flask
) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    rina.token = "forged"
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/desk") and "POST" in (rule.methods or ()):
            values = {"ticket_id": ticket.id, "message_id": 1}
            address = rule.build(values, append_unknown=False)[1]  # type: ignore[index]
            assert rina.post(address).status_code == 400, address
            assert rina.client.post(address).status_code == 400, address


@pytest.mark.parametrize(
    ("given", "goes_to"),
    [
        ("/desk/tickets/3", "/desk/tickets/3"),
        ("/desk?tab=mine", "/desk?tab=mine"),
        ("https://evil.example/desk/tickets/3", "/desk/tickets/3"),
        ("https://evil.example/", "/desk"),
        ("//evil.example", "/desk"),
        ("/\\evil.example", "/desk"),
        ("\\\\evil.example/desk", "/desk"),
        ("/deskevil", "/desk"),
        ("http://[desk", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("/desk//evil.example", "/desk//evil.example"),
        ("", "/desk"),
    ],
)
def test_the_login_leads_only_to_the_desk(app: Flask, given: str, goes_to: str) -> None:
    with app.test_request_context():
        assert safe_next(given) == goes_to


def test_after_the_login_one_is_where_one_wanted_to_be(app: Flask, agent: AgentMaker) -> None:
    rina = agent("Rina")
    fresh = Desk(app.test_client(), rina.email)
    assert fresh.log_in(next="/desk?tab=mine").location == "/desk?tab=mine"
    other = Desk(app.test_client(), rina.email)
    assert other.log_in(next="https://evil.example/").location == "/desk"


def test_five_tries_a_minute_for_one_email(app: Flask) -> None:
    tries = [Desk(app.test_client(), "rina@sapa.test").log_in("wrong") for _ in range(6)]
    assert [t.status_code for t in tries] == [401] * 5 + [429]
    assert "Terlalu banyak percobaan" in tries[-1].text


def test_ten_tries_a_minute_from_one_address(app: Flask) -> None:
    tries = [Desk(app.test_client(), f"someone{n}@sapa.test").log_in("wrong") for n in range(11)]
    assert [t.status_code for t in tries] == [401] * 10 + [429]


def test_an_agent_who_is_no_longer_active_is_out_at_once(agent: AgentMaker) -> None:
    rina = agent("Rina")
    _change(rina, active=False)
    assert rina.get("/desk").status_code == 303
    assert rina.log_in().status_code == 401


def test_a_new_password_ends_the_old_sessions(agent: AgentMaker) -> None:
    rina = agent("Rina")
    _change(rina, password_hash="another")
    assert rina.get("/desk").status_code == 303


def _change(desk: Desk, **changes: object) -> None:
    with transaction() as session:
        row = session.get_one(Agent, agent_of(desk).id)
        for name, value in changes.items():
            setattr(row, name, value)


def test_what_the_desk_shows_is_not_kept_by_browsers(agent: AgentMaker) -> None:
    answer = agent("Rina").get("/desk")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_the_desk_speaks_the_agents_language(agent: AgentMaker) -> None:
    rina = agent("Rina")
    assert "Meja petugas" in rina.get("/desk").text
    assert rina.post("/desk/locale", htmx=False, next="/desk?tab=mine").location == "/desk?tab=mine"
    assert "Agents&#39; desk" in rina.get("/desk").text
