"""Tickets, the ledger of what happened to them, and the promises given on them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from channels.models import Conversation
from database import Base, utcnow
from staffing.models import Agent, Team


class Status(StrEnum):
    NEW = "new"  # nobody has looked at it
    OPEN = "open"  # it is our turn
    WAITING_PARTICIPANT = "waiting_participant"  # we asked something
    WAITING_THIRD_PARTY = "waiting_third_party"  # a bank, a training platform
    SOLVED = "solved"  # we say so; a reply reopens it
    CLOSED = "closed"  # for good


class Priority(StrEnum):
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


NEXT: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset(Status) - {Status.NEW},
    Status.OPEN: frozenset(Status) - {Status.NEW, Status.OPEN},
    Status.WAITING_PARTICIPANT: frozenset(Status) - {Status.NEW, Status.WAITING_PARTICIPANT},
    Status.WAITING_THIRD_PARTY: frozenset(Status) - {Status.NEW, Status.WAITING_THIRD_PARTY},
    Status.SOLVED: frozenset({Status.OPEN, Status.CLOSED}),
    Status.CLOSED: frozenset(),
}
"""Where each status may go; from solved to open is a reopening."""

ACTIVE = frozenset(Status) - {Status.SOLVED, Status.CLOSED}


class Ticket(Base):
    """A problem somebody has, until it is solved."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("conversation_id", "origin", "category"),
        Index(
            "ix_ticket_queue",
            "team",
            "priority",
            "opened_at",
            postgresql_where=text("status NOT IN ('solved', 'closed')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    origin: Mapped[str]
    """What it was opened from (a message's id): asked for twice, it is opened once."""
    category: Mapped[str]
    """A label of the assistant's: issue/..., faq/... or talk_to_agent."""
    team: Mapped[Team]
    priority: Mapped[Priority]
    status: Mapped[Status] = mapped_column(default=Status.NEW)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), index=True)
    details: Mapped[bytes]
    """What the participant told about it, sealed under their key."""
    version: Mapped[int] = mapped_column(default=1)
    """Rises with every change: who saves on top of an older one is told so."""

    opened_at: Mapped[datetime] = mapped_column(default=utcnow)
    first_response_at: Mapped[datetime | None]
    """When a person first answered; the assistant's answers never count."""
    waiting_since: Mapped[datetime | None]
    """Since when the participant waits for us; None: it is not our turn."""
    solved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    conversation: Mapped[Conversation] = relationship()
    assignee: Mapped[Agent | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy's form

    @property
    def number(self) -> str:
        """What people call it, like SP-000123."""
        return f"SP-{self.id:06d}"


class TicketEvent(Base):
    """One thing that happened to a ticket. Append-only; holds ids, codes and times, no words."""

    __tablename__ = "ticket_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str]
    """Who did it: participant, assistant, system, or agent:<id>."""
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class Promise(Base):
    """A time we named to a participant. A row, so that it can be kept, broken and reported."""

    __tablename__ = "promise"
    __table_args__ = (
        Index(
            "ix_promise_open",
            "due_at",
            postgresql_where=text("kept_at IS NULL AND broken_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    what: Mapped[str]
    """What was promised: first_answer."""
    due_at: Mapped[datetime]
    calculation: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """From what the time was computed."""
    given_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]
    broken_at: Mapped[datetime | None]
