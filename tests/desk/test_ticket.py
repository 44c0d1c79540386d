"""One ticket: what the agent reads there, and what opening it tells."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from channels import outbox
from channels.models import Author, Conversation
from database import transaction, utcnow
from desk import live
from tests.chat import Participant
from tests.desk.conftest import Desk, agent_of
from tickets import ledger
from tickets.models import Ticket

AgentMaker = Callable[..., Desk]
Opener = Callable[..., Ticket]
NIK = "3174012345678901"


def test_the_whole_conversation_and_what_was_told(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    rina, ticket = agent("Rina"), open_ticket("kode <otp> saya tidak masuk")
    page = rina.opened(ticket).html
    assert "kode &lt;otp&gt; saya tidak masuk" in page
    assert "rincian: kode &lt;otp&gt;" in page
    assert "Kode OTP atau email verifikasi tidak sampai" in page
    assert "membuka tiket" in page
    assert "menjanjikan jawaban sebelum" in page
    participant.write("halo kak")
    news = rina.get(f"/desk/tickets/{ticket.id}/news?seen=1&version={ticket.version}", htmx=True)
    assert "halo kak" in news.text
    assert 'id="m-1"' not in news.text, "shown already"


def test_an_unknown_ticket_says_so(agent: AgentMaker) -> None:
    answer = agent("Rina").get("/desk/tickets/99")
    assert answer.status_code == 404
    assert "Tiket atau halaman ini tidak ada" in answer.text


def test_masked_numbers_are_shown_only_when_asked_for_and_recorded(
    agent: AgentMaker, open_ticket: Opener
) -> None:
    rina, ticket = agent("Rina"), open_ticket(f"NIK saya {NIK} tidak bisa")
    page = rina.opened(ticket).html
    assert NIK not in page
    address = re.search(r'hx-post="(/desk/tickets/\d+/messages/\d+/original)"', page)
    assert address
    assert rina.get(address[1]).status_code == 405, "looking is an act, not a link"
    assert NIK in rina.post(address[1]).text
    assert _kinds(ticket)[-1] == "original_shown"
    assert "melihat pesan asli" in rina.opened(ticket).html


def test_a_message_of_another_conversation_is_not_shown(
    agent: AgentMaker, open_ticket: Opener, client: FlaskClient
) -> None:
    rina, mine = agent("Rina"), open_ticket()
    open_ticket(f"NIK saya {NIK}", category="issue/login_error", writer=Participant(client))
    answer = rina.post(f"/desk/tickets/{mine.id}/messages/2/original")
    assert answer.status_code == 404
    assert NIK not in answer.text
    assert "original_shown" not in _kinds(mine)


def test_notes_are_the_agents_own(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    assert rina.opened(ticket).send("note", text="cek ke bank dulu").status_code == 200
    assert "cek ke bank dulu" in rina.opened(ticket).html
    assert participant.heard() == []
    assert _kinds(ticket)[-1] == "noted"


def test_an_answer_shows_how_far_it_came(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    rina.opened(ticket).send("answer", text="Sedang dicek ya.")
    assert 'tick-sent" id="tick-2"' in rina.opened(ticket).html
    body = {"seq": 2, "read": True}
    participant.client.post("/chat/api/seen", json=body, headers=participant.headers)
    news = rina.get(f"/desk/tickets/{ticket.id}/news?seen=2", htmx=True).text
    assert 'tick-read" id="tick-2" hx-swap-oob="true"' in news


def test_news_are_sent_only_when_there_are_any(agent: AgentMaker, open_ticket: Opener) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    address = f"/desk/tickets/{ticket.id}/news?seen=1&version={ticket.version}"
    first = rina.get(address, htmx=True)
    mark = re.search(r'name="mark" value="(\w+)"', first.text)
    assert mark
    assert 'id="forms"' not in first.text, "what is being filled in is left alone"
    assert rina.get(f"{address}&mark={mark[1]}", htmx=True).status_code == 204


def test_a_page_in_the_background_reads_nothing(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    rina.opened(ticket)
    participant.write("masih di sana?")
    rina.get(f"/desk/tickets/{ticket.id}/news?seen=1&visible=0", htmx=True)
    assert participant.news()["states"]["2"] == "stored"
    rina.get(f"/desk/tickets/{ticket.id}/news?seen=1&visible=1", htmx=True)
    assert participant.news()["states"]["2"] == "read"


def test_who_else_has_the_ticket_open_is_told(agent: AgentMaker, open_ticket: Opener) -> None:
    rina, budi, ticket = agent("Rina"), agent("Budi"), open_ticket()
    live._view(ticket.id, f"{agent_of(rina).id}:tab")
    assert "Rina juga membuka tiket ini" in budi.opened(ticket).html
    assert "juga membuka" not in rina.opened(ticket).html
    live._leave(ticket.id, f"{agent_of(rina).id}:tab")
    assert "juga membuka" not in budi.opened(ticket).html


def test_long_conversations_are_shown_from_their_end(
    agent: AgentMaker, open_ticket: Opener
) -> None:
    rina, ticket = agent("Rina"), open_ticket("yang paling awal")
    with transaction() as session:
        conversation = session.get_one(Conversation, ticket.conversation_id)
        for n in range(230):
            outbox.say(session, conversation, f"balasan {n}", now=utcnow(), author=Author.ASSISTANT)
    page = rina.opened(ticket).html
    assert "balasan 229" in page
    assert ">yang paling awal<" not in page
    before = re.search(r'hx-get="([^"]+older[^"]+)"', page)
    assert before
    assert ">yang paling awal<" in rina.get(before[1], htmx=True).text


def test_typing_is_told_to_the_participant(agent: AgentMaker, open_ticket: Opener) -> None:
    from live import listening

    rina, ticket = agent("Rina"), open_ticket()
    with listening(f"conversation:{ticket.conversation_id}") as listener:
        told: list[dict[str, object]] = []
        for _ in range(20):  # the listening thread may only be starting
            assert rina.post(f"/desk/tickets/{ticket.id}/typing").status_code == 204
            told = listener.wait(0.2)
            if told:
                break
    assert told[0] == {"typing": True, "name": "Rina"}


def _kinds(ticket: Ticket) -> list[str]:
    with transaction() as session:
        return [event.kind for event in ledger.history(session, ticket)]
