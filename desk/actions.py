"""What an agent says: answers, notes, and the closing words."""

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

import channels
from channels import outbox
from channels.base import Button
from channels.models import Author, Direction, Message
from database import utcnow
from desk.forms import Refused, first_time, refuse_if_closed, refuse_if_stale, run, text_of
from desk.people import bp, me
from desk.words import translator
from inbox.commands import confirm_payload, reopen_payload
from staffing.models import Agent
from tickets import ledger, service
from tickets.models import Status, Ticket

LONGEST_NOTE = 10_000  # characters


@bp.post("/tickets/<int:ticket_id>/answer")
def answer(ticket_id: int) -> ResponseReturnValue:
    """Answer the participant; with `wait`, the ticket then waits for them."""

    def work(session: Session, found: Ticket) -> None:
        if _say(session, found) and request.form.get("wait"):
            _wait_for_participant(session, found)

    return run(ticket_id, "answer", work, checked=False)


def _wait_for_participant(session: Session, found: Ticket) -> None:
    if found.status is not Status.WAITING_PARTICIPANT:
        by = service.actor(me(session))
        service.move(session, found, Status.WAITING_PARTICIPANT, by=by, now=utcnow())


def _say(session: Session, found: Ticket, *, closing: bool = False) -> bool:
    """Say the typed words; False when this form said them already."""
    agent = me(session)
    text = text_of("text", channels.get(found.conversation.channel).max_length)
    if not first_time(session, agent.id, text):
        return False
    refuse_if_closed(found)
    _refuse_if_answered(session, found, agent)
    if closing:
        refuse_if_stale(found)
    buttons = _closing_buttons(found) if closing else ()
    service.answer(session, found, agent, text, now=utcnow(), buttons=buttons)
    return True


def _refuse_if_answered(session: Session, found: Ticket, agent: Agent) -> None:
    """Another agent's answer that this page had not shown is read before a second one is sent."""
    seen = request.form.get("seen", default=0, type=int)
    name = session.scalar(
        select(Message.author_name)
        .where(
            Message.conversation_id == found.conversation_id,
            Message.seq > seen,
            Message.direction == Direction.OUT,
            Message.author == Author.AGENT,
            Message.agent_id != agent.id,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    if name is not None:
        raise Refused("refused.answered", name=name)


@bp.post("/tickets/<int:ticket_id>/note")
def note(ticket_id: int) -> ResponseReturnValue:
    """Write a note that only agents see."""

    def work(session: Session, found: Ticket) -> None:
        text = text_of("text", LONGEST_NOTE)
        if first_time(session, me(session).id, f"note:{text}"):
            add_note(session, found, me(session), text)

    return run(ticket_id, "note", work, checked=False)


def add_note(session: Session, found: Ticket, agent: Agent, text: str) -> Message:
    """Store a note; the ledger knows its number, not its words."""
    now = utcnow()
    written = outbox.note(
        session, found.conversation, text, now=now, agent_id=agent.id, name=agent.name
    )
    session.flush()
    ledger.record(session, found, "noted", by=service.actor(agent), at=now, message=written.id)
    return written


@bp.post("/tickets/<int:ticket_id>/solve")
def solve(ticket_id: int) -> ResponseReturnValue:
    """Say the closing words with "solved / still not" buttons, and move to solved."""

    def work(session: Session, found: Ticket) -> None:
        if _say(session, found, closing=True):
            by = service.actor(me(session))
            service.move(session, found, Status.SOLVED, by=by, now=utcnow())

    return run(ticket_id, "solve", work, checked=False)


def _closing_buttons(found: Ticket) -> tuple[Button, ...]:
    t = translator(found.conversation.locale)
    return (
        Button(t("solve.confirm"), confirm_payload(found)),
        Button(t("solve.reopen"), reopen_payload(found)),
    )
