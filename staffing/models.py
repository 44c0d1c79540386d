"""The people who answer: agents, their teams and roles."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from database import Base, utcnow


class Team(StrEnum):
    AGENTS = "agents"  # first line: answers participants
    OPS = "ops"  # operations: data, disbursement, partners
    TECH = "tech"  # technology: the systems themselves


class Role(StrEnum):
    AGENT = "agent"
    ADMIN = "admin"


class Agent(Base):
    """Somebody who works at the desk."""

    __tablename__ = "agent"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    """In lower case: what they log in with."""
    name: Mapped[str]
    """What participants see: usually the first name."""
    password_hash: Mapped[str]
    """argon2id."""
    role: Mapped[Role] = mapped_column(default=Role.AGENT)
    team: Mapped[Team] = mapped_column(default=Team.AGENTS)
    locale: Mapped[str] = mapped_column(default="id")
    active: Mapped[bool] = mapped_column(default=True)
    seen_at: Mapped[datetime | None]
    """When a page of theirs last showed a sign of life."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
