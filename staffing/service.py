"""Agents: made, let in, seen; and whether somebody is there to answer now."""

from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from staffing.models import Agent, Role, Team
from staffing.windows import Window

PRESENT = timedelta(seconds=90)
"""How long an agent counts as present after the last sign of life of their page."""

MIN_PASSWORD = 10  # characters

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")  # equal work whether or not the email is known


class StaffingError(Exception):
    """What was asked of the roster cannot be; the text says why."""


def add_agent(
    session: Session,
    *,
    email: str,
    name: str,
    password: str,
    role: Role = Role.AGENT,
    team: Team = Team.AGENTS,
) -> Agent:
    """A new agent. Raises StaffingError for a known email or a short password."""
    email = email.strip().lower()
    if len(password) < MIN_PASSWORD:
        raise StaffingError(f"the password must have at least {MIN_PASSWORD} characters")
    if session.scalar(select(Agent).where(Agent.email == email)):
        raise StaffingError(f"{email} is an agent already")
    agent = Agent(
        email=email, name=name, password_hash=_hasher.hash(password), role=role, team=team
    )
    session.add(agent)
    session.flush()
    return agent


def log_in(session: Session, email: str, password: str) -> Agent | None:
    """The active agent whose password this is; None otherwise, in the same time."""
    agent = session.scalar(select(Agent).where(Agent.email == email.strip().lower()))
    try:
        _hasher.verify(agent.password_hash if agent else _NOBODY, password)
    except VerificationError:
        return None
    return agent if agent and agent.active else None


def any_agents(session: Session) -> bool:
    """Whether the desk has anybody at all."""
    return bool(session.scalar(select(func.count(Agent.id))))


def seen(session: Session, agent_id: int, now: datetime) -> None:
    """A page of this agent showed a sign of life."""
    session.execute(update(Agent).where(Agent.id == agent_id).values(seen_at=now))


def someone_present(session: Session, window: Window, now: datetime) -> bool:
    """Whether the service is open and an agent of the first line is at the desk."""
    if not window.is_open(now):
        return False
    present = select(func.count(Agent.id)).where(
        Agent.active, Agent.team == Team.AGENTS, Agent.seen_at > now - PRESENT
    )
    return bool(session.scalar(present))
