"""What agents say and change, alone and two at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from channels.models import Conversation, Owner
from database import transaction
from inbox.commands import confirm_payload, reopen_payload
from tests.chat import Participant
from tests.desk.conftest import Desk, agent_of, reread
from tickets import ledger
from tickets.models import NEXT, Status, Ticket

AgentMaker = Callable[..., Desk]
Opener = Callable[..., Ticket]


def test_an_answer_reaches_the_participant(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    answer = rina.opened(ticket).send("answer", text="Halo, kami cek ya.\r\nTunggu sebentar.")
    assert answer.status_code == 200
    assert "Halo, kami cek ya." in answer.text
    said = participant.news()["messages"][-1]
    assert (said["name"], said["text"]) == ("Rina", "Halo, kami cek ya.\nTunggu sebentar.")
    after = reread(ticket)
    assert (after.status, after.assignee_id) == (Status.OPEN, agent_of(rina).id)


def test_an_answer_that_then_waits_for_the_participant(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    rina.opened(ticket).send("answer", text="Pakai HP apa?", wait="1")
    assert reread(ticket).status is Status.WAITING_PARTICIPANT
    participant.write("samsung")
    assert reread(ticket).status is Status.OPEN


def test_the_same_form_twice_is_said_once(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    page, key = rina.opened(ticket), uuid4().hex
    for _ in range(2):
        assert page.send("answer", key=key, text="Sekali saja.").status_code == 200
    assert participant.heard() == ["Sekali saja."]
    page.send("answer", key=key, text="Yang ini lain.")  # changed after an answer that was lost
    assert participant.heard() == ["Sekali saja.", "Yang ini lain."]


def test_a_form_posted_eight_times_at_once_is_said_once(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    page, key = rina.opened(ticket), uuid4().hex

    def send(_: int) -> int:
        return page.send("answer", key=key, text="Sekali saja.").status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(8))) == {200}
    assert participant.heard() == ["Sekali saja."]


def test_a_solve_posted_twice_is_solved_once(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    page, key = rina.opened(ticket), uuid4().hex
    for _ in range(2):
        assert page.send("solve", key=key, text="Beres ya.").status_code == 200
    assert participant.heard() == ["Beres ya."]


def test_two_agents_answer_and_the_second_is_told(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    rina, budi, ticket = agent("Rina"), agent("Budi"), open_ticket()
    first, second = rina.opened(ticket), budi.opened(ticket)
    assert first.send("answer", text="Dari Rina.").status_code == 200
    refused = second.send("answer", text="Dari Budi.")
    assert refused.status_code == 422
    assert "Rina baru saja membalas peserta" in refused.text
    assert "Dari Rina." in refused.text, "the answer to read is shown with the refusal"
    assert participant.heard() == ["Dari Rina."]
    plain = second.send("answer", text="Dari Budi.", htmx=False)
    assert plain.status_code == 422
    assert ">Dari Budi.</textarea>" in plain.text, "what was typed stays typed"
    assert budi.opened(ticket).send("answer", text="Dari Budi.").status_code == 200
    assert participant.heard() == ["Dari Rina.", "Dari Budi."]


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("assign", {"agent": "me"}),
        ("move", {"to": "closed"}),
        ("route", {"team": "ops", "priority": "P1"}),
        ("solve", {"text": "Beres."}),
    ],
)
def test_who_changes_an_older_version_is_told(
    agent: AgentMaker, open_ticket: Opener, form: str, data: dict[str, Any]
) -> None:
    rina, budi, ticket = agent("Rina"), agent("Budi"), open_ticket()
    page = budi.opened(ticket)
    rina.opened(ticket).send("route", team="agents", priority="P4")
    before = reread(ticket)
    refused = page.send(form, **data)
    assert refused.status_code == 409
    assert "baru saja diubah orang lain" in refused.text
    assert 'id="forms"' in refused.text, "with the newest state to decide on"
    after = reread(ticket)
    assert (after.version, after.status) == (before.version, before.status)
    assert budi.opened(ticket).send(form, **data).status_code == 200


def test_a_ticket_is_taken_given_and_put_back(agent: AgentMaker, open_ticket: Opener) -> None:
    rina, budi, ticket = agent("Rina"), agent("Budi"), open_ticket()
    rina.opened(ticket).send("assign", agent="me")
    assert reread(ticket).assignee_id == agent_of(rina).id
    rina.opened(ticket).send("assign", agent=str(agent_of(budi).id))
    assert reread(ticket).assignee_id == agent_of(budi).id
    assert "menyerahkan tiket ke Budi" in rina.opened(ticket).html
    budi.opened(ticket).send("assign", agent="queue")
    assert reread(ticket).assignee_id is None
    assert rina.opened(ticket).send("assign", agent="999").status_code == 422
    assert rina.opened(ticket).send("assign", agent="x").status_code == 422


def test_taking_a_live_chat_takes_its_conversation(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    from tickets.service import give

    rina, ticket = agent("Rina"), open_ticket()
    with transaction() as session:
        give(session, session.get_one(Conversation, ticket.conversation_id), Owner.QUEUE)
    rina.opened(ticket).send("assign", agent="me")
    assert participant.news()["owner"] == "agent"
    rina.opened(ticket).send("assign", agent="queue")
    assert participant.news()["owner"] == "queue"


@pytest.mark.parametrize("start", list(Status))
def test_only_allowed_moves_are_offered_and_taken(
    agent: AgentMaker, open_ticket: Opener, start: Status
) -> None:
    rina = agent("Rina")
    for to in Status:
        ticket = open_ticket()
        with transaction() as session:
            session.get_one(Ticket, ticket.id).status = start
        page = rina.opened(ticket)
        allowed = to in NEXT[start] and to is not Status.SOLVED
        assert (f'<option value="{to}">' in page.html) == allowed
        third: dict[str, Any] = {"party": "bank", "party_name": "BCA", "next_check": "2026-12-01"}
        answer = page.send("move", to=str(to), **third)
        assert answer.status_code == (200 if allowed else 422), f"{start} to {to}"
        assert reread(ticket).status is (to if allowed else start)


def test_waiting_for_a_third_party_needs_to_know_for_whom(
    agent: AgentMaker, open_ticket: Opener
) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    third: dict[str, Any] = {"party": "bank", "party_name": "Bank Contoh", "reference": "CS-77"}
    missing = rina.opened(ticket).send("move", to="waiting_third_party", **third)
    assert missing.status_code == 422
    assert "Isi nama pihak lain" in missing.text
    third["next_check"] = "2026-12-01"
    assert rina.opened(ticket).send("move", to="waiting_third_party", **third).status_code == 200
    assert reread(ticket).status is Status.WAITING_THIRD_PARTY
    page = rina.opened(ticket).html
    assert "Bank Contoh. Rujukan: CS-77. Dicek lagi: 01/12/2026." in page
    with transaction() as session:
        moved = [e for e in ledger.history(session, ticket) if e.kind == "moved"][-1]
    assert (moved.data["party"], moved.data["next_check"]) == ("bank", "2026-12-01")
    assert "Bank Contoh" not in str(moved.data), "the ledger holds codes, never words"


def test_team_and_priority_are_changed_and_recorded(agent: AgentMaker, open_ticket: Opener) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    answer = rina.opened(ticket).send("route", team="ops", priority="P1")
    assert "memindahkan ke tim Operasional, P1" in answer.text
    assert rina.opened(ticket).send("route", team="mars", priority="P1").status_code == 422


def test_solving_says_the_closing_words_with_two_buttons(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    page = rina.opened(ticket)
    assert "Kendalamu sudah kami tangani." in page.html
    page.send("solve", text="Sudah kami perbaiki, coba lagi ya.")
    said = participant.news()["messages"][-1]
    assert said["text"] == "Sudah kami perbaiki, coba lagi ya."
    assert [b["payload"] for b in said["buttons"]] == [
        confirm_payload(ticket),
        reopen_payload(ticket),
    ]
    assert reread(ticket).status is Status.SOLVED


def test_a_closed_ticket_takes_notes_only(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    rina.opened(ticket).send("move", to="closed")
    refused = rina.opened(ticket).send("answer", text="Masih bisa?")
    assert refused.status_code == 422
    assert "Tiket ini sudah ditutup" in refused.text
    assert participant.heard() == []
    assert rina.opened(ticket).send("note", text="catatan akhir").status_code == 200


@pytest.mark.parametrize("text", ["", "   \n ", "a" * 4001])
def test_words_that_cannot_be_sent_are_refused(
    agent: AgentMaker, open_ticket: Opener, participant: Participant, text: str
) -> None:
    rina, ticket = agent("Rina"), open_ticket()
    assert rina.opened(ticket).send("answer", text=text).status_code == 422
    assert participant.heard() == []


def test_an_answer_and_incoming_messages_do_not_block_each_other(
    agent: AgentMaker, open_ticket: Opener, participant: Participant
) -> None:
    """Both lock the conversation and its ticket; in two orders they would deadlock."""
    rina, ticket = agent("Rina"), open_ticket()
    page = rina.opened(ticket)
    page.send("answer", text="mulai")

    def say(n: int) -> int:
        if n % 2:
            return page.send("answer", text=f"balasan {n}").status_code
        participant.write(f"pesan {n}")
        return 200

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(say, range(24))) == {200}
    seqs = [m["seq"] for m in participant.news()["messages"]]
    assert seqs == list(range(1, 27))
