"""The queue shows who waits, in the order of work."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from channels.models import Conversation, Owner
from database import transaction, utcnow
from desk import live
from staffing.models import Agent, Team
from staffing.service import someone_present
from staffing.windows import Window
from tests.chat import Participant
from tests.desk.conftest import Desk, agent_of
from tickets import queue, service
from tickets.models import Promise, Ticket

AgentMaker = Callable[..., Desk]
Opener = Callable[..., Ticket]


def numbers(page: str) -> list[str]:
    return re.findall(r"</span>(SP-\d+)</td>", page)


def test_each_team_sees_its_own(agent: AgentMaker, open_ticket: Opener) -> None:
    budi = agent("Budi", Team.TECH)
    tech, ops = open_ticket(), open_ticket("nik", category="issue/nik_already_used")
    assert numbers(budi.get("/desk").text) == [tech.number], "the agent's own team at first"
    assert numbers(budi.get("/desk?tab=ops").text) == [ops.number]
    assert "Antrean tim Petugas kosong" in budi.get("/desk?tab=agents").text
    assert 'id="tab-tech" href="/desk?tab=tech" aria-current="page">Teknis' in (
        budi.get("/desk?tab=nonsense").text
    )


def test_who_waits_in_a_live_chat_stands_on_top(
    agent: AgentMaker, open_ticket: Opener, client: FlaskClient
) -> None:
    budi = agent("Budi", Team.TECH)
    urgent = open_ticket("data orang lain", category="issue/wrong_profile_shown")
    live = open_ticket("halo", writer=Participant(client))
    with transaction() as session:
        conversation = session.get_one(Conversation, live.conversation_id)
        service.give(session, conversation, Owner.QUEUE)
    page = budi.get("/desk").text
    assert numbers(page) == [live.number, urgent.number]
    assert page.count("Menunggu di chat") == 1


def test_mine_and_finished(agent: AgentMaker, open_ticket: Opener) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    assert "Belum ada tiket di tanganmu" in rina.get("/desk?tab=mine").text
    assert "Belum ada tiket yang selesai" in rina.get("/desk?tab=finished").text
    rina.opened(ticket).send("assign", agent="me")
    assert numbers(rina.get("/desk?tab=mine").text) == [ticket.number]
    rina.opened(ticket).send("solve", text="Sudah kami perbaiki.")
    assert numbers(rina.get("/desk?tab=mine").text) == []
    assert numbers(rina.get("/desk?tab=finished").text) == [ticket.number]


def test_a_ticket_is_found_by_number_and_by_subject(agent: AgentMaker, open_ticket: Opener) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    open_ticket("nik", category="issue/nik_already_used")
    for q in (ticket.number, ticket.number.lower(), str(ticket.id), "kode otp", "OTP"):
        assert numbers(rina.get(f"/desk?q={q}").text) == [ticket.number], q
    assert "Tidak ada tiket yang cocok" in rina.get("/desk?q=xyz").text
    assert "&lt;b&gt;" in rina.get("/desk?q=<b>").text


def test_a_message_nobody_has_read_is_marked(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    budi, ticket = agent("Budi", Team.TECH), open_ticket()
    unread = "Ada pesan yang belum dibaca"
    assert unread in budi.get("/desk").text
    budi.opened(ticket)
    assert unread not in budi.get("/desk").text
    assert participant.news()["states"] == {"1": "read"}
    participant.write("halo?")
    assert unread in budi.get("/desk").text


def test_a_broken_promise_is_told_by_how_much(agent: AgentMaker, open_ticket: Opener) -> None:
    budi, ticket = agent("Budi", Team.TECH), open_ticket()
    assert "sebelum" in budi.get("/desk").text
    with transaction() as session:
        for promise in session.query(Promise):
            promise.due_at = utcnow() - timedelta(minutes=5, seconds=30)
    assert re.search(r'late"><time [^>]+>lewat 5 mnt', budi.get("/desk").text)
    budi.opened(ticket).send("answer", text="Maaf menunggu.")
    assert "lewat" not in budi.get("/desk").text, "answered late: no longer to be hurried"


def test_rows_are_sent_only_when_they_have_changed(agent: AgentMaker, open_ticket: Opener) -> None:
    budi, _ = agent("Budi", Team.TECH), open_ticket()
    first = budi.get("/desk/rows?tab=tech", htmx=True)
    mark = re.search(r'name="mark" value="(\w+)"', first.text)
    assert mark
    again = budi.get(f"/desk/rows?tab=tech&mark={mark[1]}", htmx=True)
    assert again.status_code == 204
    open_ticket("lagi", category="issue/login_error")
    assert budi.get(f"/desk/rows?tab=tech&mark={mark[1]}", htmx=True).status_code == 200


def test_an_open_queue_is_a_sign_of_life(
    agent: AgentMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    rina = agent("Rina")
    always = Window(utcnow().min.time(), utcnow().max.time())
    with transaction() as session:
        session.get_one(Agent, agent_of(rina).id).seen_at = None
    monkeypatch.setattr(live, "HEARTBEAT", 0.01)
    stream = live._queue_news(agent_of(rina).id)
    assert next(stream).startswith("retry")
    with transaction() as session:
        assert not someone_present(session, always, utcnow())
    assert next(stream) == ": hb\n\n"
    with transaction() as session:
        assert someone_present(session, always, utcnow())


def test_an_open_queue_hears_of_changes(
    agent: AgentMaker, open_ticket: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    rina = agent("Rina")
    monkeypatch.setattr(live, "HEARTBEAT", 0.5)
    stream = live._queue_news(agent_of(rina).id)
    next(stream)
    heard = []
    for n in range(10):  # the listening thread may only be starting
        open_ticket(f"masalah {n}")
        heard.append(next(stream))
        if live.LOOK in heard:
            break
    assert live.LOOK in heard


def test_counts(agent: AgentMaker, open_ticket: Opener) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    rina.opened(ticket).send("assign", agent="me")
    with transaction() as session:
        assert queue.counts(session) == {Team.AGENTS: 0, Team.OPS: 0, Team.TECH: 1}
        assert queue.count_of(session, agent_of(rina).id) == 1
