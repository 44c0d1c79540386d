"""The ledger: every change of a ticket is one row, announced in the same transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import live
from database import after_commit
from tickets.models import Ticket, TicketEvent

Listener = Callable[[Session, Ticket, TicketEvent], None]
_listeners: list[Listener] = []

DESK = "desk"
"""The topic that open queue pages watch."""


def on_event(listener: Listener) -> None:
    """Call listener in the transaction of every event: no kill can part the two."""
    _listeners.append(listener)


def record(
    session: Session, ticket: Ticket, kind: str, *, by: str, at: datetime, **data: Any
) -> TicketEvent:
    """Write down what happened. `data` holds ids, codes and times, never words."""
    event = TicketEvent(ticket_id=ticket.id, at=at, kind=kind, actor=by, data=data)
    session.add(event)
    session.flush()
    for listener in _listeners:
        listener(session, ticket, event)
    after_commit(session, lambda: live.publish(DESK, ticket=ticket.id))
    return event


def history(session: Session, ticket: Ticket) -> list[TicketEvent]:
    """Everything that happened to a ticket, oldest first."""
    found = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    return list(session.scalars(found))
