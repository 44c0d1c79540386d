"""What stands in the queue, in the order in which it is to be worked."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from channels.models import Conversation, Owner
from staffing.models import Team
from tickets.models import ACTIVE, Promise, Status, Ticket

PAGE = 100  # rows a page shows


def waiting(
    session: Session, *, team: Team | None = None, agent_id: int | None = None
) -> Sequence[Ticket]:
    """Active tickets: who waits in a live chat first, then ours to act, by priority and wait."""
    query = _tickets(Ticket.status.in_(ACTIVE)).order_by(
        (Conversation.owner == Owner.QUEUE).desc(),
        Ticket.waiting_since.is_(None),
        Ticket.priority,
        Ticket.waiting_since,
        Ticket.opened_at,
    )
    if team:
        query = query.where(Ticket.team == team)
    if agent_id:
        query = query.where(Ticket.assignee_id == agent_id)
    return session.scalars(query).all()


def finished(session: Session) -> Sequence[Ticket]:
    """Solved and closed tickets, newest first."""
    query = _tickets(Ticket.status.in_([Status.SOLVED, Status.CLOSED]))
    return session.scalars(query.order_by(Ticket.solved_at.desc().nulls_last())).all()


def search(
    session: Session, *, ticket_id: int | None, categories: Collection[str]
) -> Sequence[Ticket]:
    """Tickets of any status with this id or one of these categories, newest first."""
    query = _tickets(or_(Ticket.id == ticket_id, Ticket.category.in_(categories)))
    return session.scalars(query.order_by(Ticket.id.desc())).all()


def _tickets(which: ColumnElement[bool]) -> Select[Ticket]:
    """A page of tickets with what a row shows of them, in one query."""
    return (
        select(Ticket)
        .join(Ticket.conversation)
        .options(contains_eager(Ticket.conversation), joinedload(Ticket.assignee))
        .where(which)
        .limit(PAGE)
    )


def count_of(session: Session, agent_id: int) -> int:
    """How many active tickets an agent holds."""
    query = select(func.count(Ticket.id)).where(
        Ticket.status.in_(ACTIVE), Ticket.assignee_id == agent_id
    )
    return session.scalar(query) or 0


def counts(session: Session) -> dict[Team, int]:
    """How many active tickets each team has."""
    query = (
        select(Ticket.team, func.count(Ticket.id))
        .where(Ticket.status.in_(ACTIVE))
        .group_by(Ticket.team)
    )
    found = {team: count for team, count in session.execute(query)}
    return {team: found.get(team, 0) for team in Team}


def promises_of(session: Session, tickets: Sequence[Ticket]) -> dict[int, datetime]:
    """The due time of each ticket's promise that is not kept yet."""
    query = select(Promise.ticket_id, func.max(Promise.due_at)).where(
        Promise.ticket_id.in_([ticket.id for ticket in tickets]), Promise.kept_at.is_(None)
    )
    return {ticket_id: due for ticket_id, due in session.execute(query.group_by(Promise.ticket_id))}


def of_conversation(session: Session, conversation: Conversation) -> Sequence[Ticket]:
    """The tickets of a conversation's person, newest first."""
    query = select(Ticket).where(Ticket.person_id == conversation.person_id)
    return session.scalars(query.order_by(Ticket.id.desc()).limit(10)).all()


def like_since(session: Session, category: str, since: datetime) -> int:
    """How many tickets of a category were opened since a moment."""
    query = select(func.count(Ticket.id)).where(
        Ticket.category == category, Ticket.opened_at >= since
    )
    return session.scalar(query) or 0
