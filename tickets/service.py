"""What is done with tickets: opened, assigned, answered, moved, solved, reopened."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels import outbox, vault
from channels.base import Button
from channels.models import Author, Conversation, Message, Owner
from channels.receiving import lock
from staffing.models import Agent, Team
from staffing.windows import Window
from tickets import ledger, promises
from tickets.models import ACTIVE, NEXT, Priority, Status, Ticket


class TicketError(Exception):
    """What was asked of a ticket cannot be done; the text says why."""


class Conflict(TicketError):
    """Somebody else changed the ticket meanwhile."""


def actor(agent: Agent) -> str:
    """An agent as the ledger names them."""
    return f"agent:{agent.id}"


def find_by_origin(
    session: Session, conversation: Conversation, origin: str, category: str
) -> Ticket | None:
    """The ticket that was opened from this already, if any."""
    return session.scalar(
        select(Ticket).where(
            Ticket.conversation_id == conversation.id,
            Ticket.origin == origin,
            Ticket.category == category,
        )
    )


def open_ticket(  # noqa: PLR0913 one sentence of the business, its choices by keyword
    session: Session,
    conversation: Conversation,
    *,
    category: str,
    details: str,
    team: Team,
    priority: Priority,
    origin: str,
    by: str,
    window: Window,
    now: datetime,
) -> Ticket:
    """Open a ticket with a promise.

    Ask find_by_origin() first, under the conversation's lock: a second ticket of the same origin
    and category is refused by the database."""
    ticket = Ticket(
        person_id=conversation.person_id,
        conversation_id=conversation.id,
        origin=origin,
        category=category,
        team=team,
        priority=priority,
        details=vault.seal(session, conversation.person_id, details.encode()),
        opened_at=now,
        waiting_since=now,
    )
    session.add(ticket)
    session.flush()
    promise = promises.give(session, ticket, window, now)
    ledger.record(
        session, ticket, "opened", by=by, at=now, category=category, team=team, priority=priority
    )
    ledger.record(session, ticket, "promised", by="system", at=now, due=promise.due_at.isoformat())
    return ticket


def details_of(session: Session, ticket: Ticket) -> str:
    """What the participant told. Raises vault.Erased."""
    return vault.unseal(session, ticket.person_id, ticket.details).decode()


def locked(session: Session, ticket_id: int, version: int | None = None) -> Ticket:
    """The ticket, its row locked. Raises Conflict when version is no longer the newest."""
    ticket = session.get_one(
        Ticket, ticket_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if version is not None and ticket.version != version:
        raise Conflict(f"{ticket.number} was changed by somebody else: reload, then decide again")
    return ticket


def move(
    session: Session, ticket: Ticket, to: Status, *, by: str, now: datetime, **data: object
) -> None:
    """The only way a status changes. Raises TicketError where the table NEXT forbids it."""
    if to not in NEXT[ticket.status]:
        raise TicketError(f"{ticket.number} cannot go from {ticket.status} to {to}")
    was, ticket.status = ticket.status, to
    reopened = was is Status.SOLVED and to is Status.OPEN
    _set_clocks(ticket, to, now)
    kind = "reopened" if reopened else "moved"
    ledger.record(session, ticket, kind, by=by, at=now, was=was, to=to, **data)
    if to in (Status.SOLVED, Status.CLOSED):
        release(session, ticket)


def _set_clocks(ticket: Ticket, to: Status, now: datetime) -> None:
    if to is not Status.CLOSED:  # closing keeps the time at which it was solved
        ticket.solved_at = now if to is Status.SOLVED else None
    ticket.closed_at = now if to is Status.CLOSED else None
    ours = to in (Status.NEW, Status.OPEN)
    ticket.waiting_since = (ticket.waiting_since or now) if ours else None


def release(session: Session, ticket: Ticket) -> None:
    """Give the conversation back to the assistant when no other ticket holds it."""
    others = select(func.count(Ticket.id)).where(
        Ticket.conversation_id == ticket.conversation_id,
        Ticket.id != ticket.id,
        Ticket.status.in_(ACTIVE),
    )
    if not session.scalar(others):
        conversation = lock(session, ticket.conversation_id)
        give(session, conversation, Owner.ASSISTANT)


def give(
    session: Session, conversation: Conversation, owner: Owner, agent: Agent | None = None
) -> None:
    """Change who answers in a conversation; a waiting turn of the assistant's ends with it."""
    conversation.owner, conversation.agent_id = owner, agent.id if agent else None
    if owner is not Owner.ASSISTANT:
        conversation.turn_due_at = None
    else:
        conversation.handover_turn = None
        conversation.episode = None  # what people settled meanwhile, the assistant never saw
    outbox.announce(session, conversation, owner=owner)


def assign(
    session: Session, ticket: Ticket, agent: Agent | None, *, by: str, now: datetime
) -> None:
    """Give the ticket to an agent, or back to the queue (None)."""
    if ticket.assignee_id == (agent.id if agent else None):
        return
    ticket.assignee = agent
    ledger.record(session, ticket, "assigned", by=by, at=now, agent=agent.id if agent else None)


def route(
    session: Session, ticket: Ticket, team: Team, priority: Priority, *, by: str, now: datetime
) -> None:
    """Put the ticket to a team, with a priority."""
    if (ticket.team, ticket.priority) == (team, priority):
        return
    was = {"was_team": ticket.team, "was_priority": ticket.priority}
    ticket.team, ticket.priority = team, priority
    ledger.record(session, ticket, "routed", by=by, at=now, team=team, priority=priority, **was)


def answer(
    session: Session,
    ticket: Ticket,
    agent: Agent,
    text: str,
    *,
    now: datetime,
    buttons: Sequence[Button] = (),
) -> Message:
    """Answer the participant as a person: it counts as response and takes the conversation over."""
    if ticket.status is Status.CLOSED:
        raise TicketError(f"{ticket.number} is closed: open a new ticket to write again")
    conversation = lock(session, ticket.conversation_id)
    give(session, conversation, Owner.AGENT, agent)
    said = outbox.say(
        session,
        conversation,
        text,
        now=now,
        author=Author.AGENT,
        agent_id=agent.id,
        name=agent.name,
        buttons=buttons,
    )
    ticket.first_response_at = ticket.first_response_at or now
    promises.keep(session, ticket, now)
    if ticket.assignee_id is None:
        assign(session, ticket, agent, by=actor(agent), now=now)
    ledger.record(session, ticket, "answered", by=actor(agent), at=now, message=said.id)
    if ticket.status in (Status.NEW, Status.SOLVED):
        move(session, ticket, Status.OPEN, by=actor(agent), now=now)
    ticket.waiting_since = None
    return said


def participant_wrote(session: Session, ticket: Ticket, message: Message, now: datetime) -> None:
    """The participant answered on a ticket: it is our turn again; a solved one is reopened."""
    ledger.record(
        session, ticket, "participant_wrote", by="participant", at=now, message=message.id
    )
    ticket.waiting_since = ticket.waiting_since or now
    if ticket.status in (Status.WAITING_PARTICIPANT, Status.SOLVED):
        move(session, ticket, Status.OPEN, by="participant", now=now)


def of_message(session: Session, conversation: Conversation) -> Ticket | None:
    """The ticket a participant's words to people belong to: the newest active, else solved."""
    return session.scalar(
        select(Ticket)
        .where(Ticket.conversation_id == conversation.id, Ticket.status != Status.CLOSED)
        .order_by((Ticket.status == Status.SOLVED), Ticket.id.desc())
        .limit(1)
    )


def received(session: Session, conversation: Conversation, message: Message, now: datetime) -> None:
    """A message has come in: where people own the conversation, it is on their ticket."""
    if conversation.owner is not Owner.ASSISTANT:
        ticket = of_message(session, conversation)
        if ticket:
            participant_wrote(session, locked(session, ticket.id), message, now)
