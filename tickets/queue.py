"""What stands in the queue, in the order in which it is to be worked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from channels.models import Conversation
from staffing.models import Team
from tickets.models import ACTIVE, Promise, Status, Ticket

PAGE = 100  # rows a page shows


def waiting(
    session: Session, *, team: Team | None = None, agent_id: int | None = None
) -> Sequence[Ticket]:
    """Active tickets: ours to act first, then by priority, then who has waited longest."""
    query = (
        select(Ticket)
        .where(Ticket.status.in_(ACTIVE))
        .options(joinedload(Ticket.conversation), joinedload(Ticket.assignee))
        .order_by(
            Ticket.waiting_since.is_(None), Ticket.priority, Ticket.waiting_since, Ticket.opened_at
        )
        .limit(PAGE)
    )
    if team:
        query = query.where(Ticket.team == team)
    if agent_id:
        query = query.where(Ticket.assignee_id == agent_id)
    return session.scalars(query).all()


def finished(session: Session) -> Sequence[Ticket]:
    """Solved and closed tickets, newest first."""
    query = (
        select(Ticket)
        .where(Ticket.status.in_([Status.SOLVED, Status.CLOSED]))
        .options(joinedload(Ticket.conversation), joinedload(Ticket.assignee))
        .order_by(Ticket.solved_at.desc().nulls_last())
        .limit(PAGE)
    )
    return session.scalars(query).all()


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
