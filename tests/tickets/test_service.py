"""Tickets: opened once, moved by one method, answered by people, and every step on record."""

from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from channels.base import Inbound
from channels.models import Conversation, Message, Owner
from channels.receiving import find_or_start, receive
from channels.webchat import NAME
from database import Sessions, transaction, utcnow
from escalation.intake import hand_over, open_triaged
from staffing.hours import window
from staffing.models import Agent, Team
from staffing.service import add_agent
from tickets import ledger, service
from tickets.models import NEXT, Priority, Promise, Status, Ticket, TicketEvent
from tickets.service import Conflict, TicketError


def open_one(session: Session, *, origin: str = "1", category: str = "issue/login_error") -> Ticket:
    conversation = find_or_start(session, Inbound(NAME, "x", "visitor", ""))
    return open_triaged(
        session,
        conversation,
        category=category,
        details="tidak bisa masuk sejak pagi",
        origin=origin,
        by="participant",
        window=window(),
        now=utcnow(),
    )[0]


def rina(session: Session) -> Agent:
    return add_agent(session, email="rina@x.id", name="Rina", password="long-enough-1")


def kinds(session: Session, ticket: Ticket) -> list[str]:
    return [event.kind for event in ledger.history(session, ticket)]


def test_it_is_opened_with_number_team_priority_and_promise(app: Flask) -> None:
    with transaction() as session:
        ticket = open_one(session)
        promise = session.scalars(select(Promise)).one()
        assert (ticket.number, ticket.team, ticket.priority) == ("SP-000001", Team.TECH, "P2")
        assert promise.due_at > ticket.opened_at
        assert kinds(session, ticket) == ["opened", "promised", "triaged"]


def test_the_same_origin_is_the_same_ticket(app: Flask) -> None:
    with transaction() as session:
        assert open_one(session).id == open_one(session).id
        assert open_one(session, origin="2").id != open_one(session).id


def test_the_ledger_holds_no_words(app: Flask) -> None:
    with transaction() as session:
        ticket = open_one(session)
        agent = rina(session)
        service.answer(session, ticket, agent, "kata-kata petugas", now=utcnow())
        rows = session.scalars(select(TicketEvent.data)).all()
    assert "kata" not in str(rows)
    assert "pagi" not in str(rows)


def test_an_agents_answer_is_the_first_response_and_takes_over(app: Flask) -> None:
    with transaction() as session:
        ticket, agent = open_one(session), rina(session)
        said = service.answer(session, ticket, agent, "Halo, saya Rina", now=utcnow())
        conversation = session.get_one(Conversation, ticket.conversation_id)
        promise = session.scalars(select(Promise)).one()
        assert (said.author_name, conversation.owner, ticket.assignee_id) == (
            "Rina",
            Owner.AGENT,
            agent.id,
        )
        assert ticket.first_response_at is not None
        assert promise.kept_at is not None
        assert ticket.status is Status.OPEN


def test_a_promise_that_is_late_is_broken_not_kept(app: Flask) -> None:
    from tickets import promises

    with transaction() as session:
        ticket, agent = open_one(session), rina(session)
        late = utcnow() + timedelta(days=2)
        assert promises.mark_broken(session, late) == 1
        service.answer(session, ticket, agent, "maaf terlambat", now=late)
        promise = session.scalars(select(Promise)).one()
    assert (promise.kept_at, promise.broken_at) == (None, late)


def test_a_reply_reopens_a_solved_ticket(app: Flask) -> None:
    with transaction() as session:
        ticket, agent = open_one(session), rina(session)
        service.answer(session, ticket, agent, "sudah dibetulkan", now=utcnow())
        service.move(session, ticket, Status.SOLVED, by="agent:1", now=utcnow())
        conversation = session.get_one(Conversation, ticket.conversation_id)
        assert conversation.owner is Owner.ASSISTANT
        service.give(session, conversation, Owner.QUEUE)
        receive(session, Inbound(NAME, "again", "visitor", "masih belum bisa kak"), utcnow())
        assert ticket.status is Status.OPEN
        assert kinds(session, ticket)[-1] == "reopened"
        assert ticket.waiting_since is not None


def test_a_participants_answer_ends_the_waiting_for_it(app: Flask) -> None:
    with transaction() as session:
        ticket, agent = open_one(session), rina(session)
        service.answer(session, ticket, agent, "kapan terakhir bisa masuk?", now=utcnow())
        service.move(session, ticket, Status.WAITING_PARTICIPANT, by="agent:1", now=utcnow())
        assert ticket.waiting_since is None
        receive(session, Inbound(NAME, "reply", "visitor", "kemarin sore kak"), utcnow())
        assert ticket.status is Status.OPEN
        message = session.scalars(select(Message).order_by(Message.seq.desc())).first()
        assert message is not None
        assert message.handled_at is not None  # the assistant does not answer it


def test_the_second_of_two_agents_is_told(app: Flask) -> None:
    with transaction() as session:
        ticket = open_one(session)
        version = ticket.version
    with transaction() as session:
        service.move(
            session, service.locked(session, 1, version), Status.OPEN, by="x", now=utcnow()
        )
    with transaction() as session, pytest.raises(Conflict, match="somebody else"):
        service.locked(session, 1, version)


def test_even_without_a_lock_nobody_overwrites_unseen(app: Flask) -> None:
    with transaction() as session:
        open_one(session)
    with Sessions() as one, Sessions() as two:
        mine, theirs = one.get_one(Ticket, 1), two.get_one(Ticket, 1)
        mine.priority = Priority.P1
        one.commit()
        theirs.priority = Priority.P4
        with pytest.raises(StaleDataError):
            two.commit()


def test_a_handover_that_is_live_gives_the_conversation_to_the_queue(app: Flask) -> None:
    with transaction() as session:
        conversation = find_or_start(session, Inbound(NAME, "x", "visitor", ""))
        for _ in range(2):
            ticket, _ = hand_over(
                session,
                conversation,
                reason="asked",
                turn=7,
                live=True,
                window=window(),
                now=utcnow(),
            )
        assert (ticket.id, conversation.owner, conversation.handover_turn) == (1, Owner.QUEUE, 7)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.sampled_from(list(Status)), max_size=8))
def test_a_status_moves_only_as_the_table_says(app: Flask, wanted: list[Status]) -> None:
    with transaction() as session:
        ticket = open_one(session, origin=str(utcnow().timestamp()))
        for to in wanted:
            was, allowed = ticket.status, to in NEXT[ticket.status]
            try:
                service.move(session, ticket, to, by="x", now=utcnow())
            except TicketError:
                assert not allowed
                assert ticket.status is was
            else:
                assert allowed
                assert ticket.status is to
            ours = ticket.status in (Status.NEW, Status.OPEN)
            assert (ticket.waiting_since is not None) is ours
            assert (ticket.solved_at is not None) >= (ticket.status is Status.SOLVED)
