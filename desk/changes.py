"""What an agent changes: who holds a ticket, its status, its team and priority."""

from datetime import date
from typing import TypeVar

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from channels.models import Owner
from database import utcnow
from desk.actions import add_note
from desk.forms import Refused, run
from desk.people import bp, me, translate
from desk.ticket import PARTIES
from staffing.models import Agent, Team
from tickets import service
from tickets.models import NEXT, Priority, Status, Ticket

Choice = TypeVar("Choice", Status, Team, Priority)

LONGEST_NAME = 200  # characters of a third party's name or reference


@bp.post("/tickets/<int:ticket_id>/assign")
def assign(ticket_id: int) -> ResponseReturnValue:
    """Take a ticket, give it to another agent, or put it back into the queue."""

    def work(session: Session, found: Ticket) -> None:
        agent = _chosen_agent(session)
        by = service.actor(me(session))
        service.assign(session, found, agent, by=by, now=utcnow())
        _hand_conversation(session, found, agent)

    return run(ticket_id, "panel", work)


def _chosen_agent(session: Session) -> Agent | None:
    chosen = request.form.get("agent", "")
    if chosen == "queue":
        return None
    number = current_user.id if chosen == "me" else int(chosen) if chosen.isdigit() else 0
    agent = session.get(Agent, number)
    if agent is None or not agent.active:
        raise Refused("refused.agent")
    return agent


def _hand_conversation(session: Session, found: Ticket, agent: Agent | None) -> None:
    """A conversation in people's hands goes with its ticket; the assistant's stays with it."""
    conversation = found.conversation
    if conversation.owner is not Owner.ASSISTANT:
        owner = Owner.AGENT if agent else Owner.QUEUE
        service.give(session, conversation, owner, agent)


@bp.post("/tickets/<int:ticket_id>/move")
def move(ticket_id: int) -> ResponseReturnValue:
    """Change the status; waiting for a third party wants to know for whom, and until when."""

    def work(session: Session, found: Ticket) -> None:
        to = _choice(Status, "to")
        if to is Status.SOLVED or to not in NEXT[found.status]:
            raise Refused("refused.move")
        data = _third_party(session, found) if to is Status.WAITING_THIRD_PARTY else {}
        by = service.actor(me(session))
        service.move(session, found, to, by=by, now=utcnow(), **data)

    return run(ticket_id, "panel", work)


def _choice(kind: type[Choice], name: str) -> Choice:
    try:
        return kind(request.form.get(name, ""))
    except ValueError:
        raise Refused("refused.choice") from None


def _third_party(session: Session, found: Ticket) -> dict[str, object]:
    """Codes and times for the ledger; the words go into a note."""
    party = request.form.get("party", "")
    name = request.form.get("party_name", "").strip()[:LONGEST_NAME]
    reference = request.form.get("reference", "").strip()[:LONGEST_NAME]
    check = _day(request.form.get("next_check", ""))
    if party not in PARTIES or not name or check is None:
        raise Refused("refused.party")
    t = translate()
    text = t(
        "party.note",
        party=t(f"party.{party}"),
        name=name,
        reference=reference or t("party.none"),
        next_check=check.strftime("%d/%m/%Y"),
    )
    written = add_note(session, found, me(session), text)
    return {"party": party, "next_check": check.isoformat(), "note": written.id}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@bp.post("/tickets/<int:ticket_id>/route")
def route(ticket_id: int) -> ResponseReturnValue:
    """Put the ticket to another team, or give it another priority."""

    def work(session: Session, found: Ticket) -> None:
        team, priority = _choice(Team, "team"), _choice(Priority, "priority")
        by = service.actor(me(session))
        service.route(session, found, team, priority, by=by, now=utcnow())

    return run(ticket_id, "panel", work)
