"""A ticket's ledger in plain words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.words import Times, Translator
from staffing.models import Agent
from tickets import ledger
from tickets.models import Ticket, TicketEvent

TOLD = frozenset(
    [
        "opened",
        "promised",
        "triaged",
        "moved",
        "reopened",
        "assigned",
        "answered",
        "participant_wrote",
        "confirmed",
        "noted",
        "routed",
        "original_shown",
    ]
)
"""Kinds that have a sentence of their own; others are shown by their code."""

AGENT = "agent:"


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    at: datetime
    who: str
    what: str


def timeline(session: Session, ticket: Ticket, t: Translator, now: datetime) -> list[Line]:
    """Everything that happened to a ticket, newest first."""
    teller = _Teller(t, Times(t, now), _names(session))
    events = ledger.history(session, ticket)
    return [Line(e.at, teller.who(e.actor), teller.what(e)) for e in reversed(events)]


def _names(session: Session) -> dict[int, str]:
    return {number: name for number, name in session.execute(select(Agent.id, Agent.name))}


@dataclass(frozen=True)
class _Teller:
    t: Translator
    times: Times
    names: dict[int, str]

    def who(self, actor: str) -> str:
        if actor.startswith(AGENT):
            return self.name(int(actor.removeprefix(AGENT)))
        return self.t.code("actor", actor)

    def name(self, agent_id: int) -> str:
        return self.names.get(agent_id, f"#{agent_id}")

    def what(self, event: TicketEvent) -> str:
        kind = event.kind if event.kind in TOLD else "other"
        if kind == "assigned" and event.data.get("agent") is None:
            kind = "unassigned"
        return self.t(f"event.{kind}", kind=event.kind, **self._holes(kind, event.data))

    def _holes(self, kind: str, data: dict[str, Any]) -> dict[str, str]:
        if kind == "moved":
            return {hole: self.t.code("status", data[hole]) for hole in ("was", "to")}
        if kind == "promised":
            return {"due": self.times.before(datetime.fromisoformat(data["due"]))}
        if kind == "assigned":
            return {"agent": self.name(data["agent"])}
        if kind == "triaged":
            return {"reason": self.t.code("reason", str(data["reason"]).partition(":")[0])}
        if kind == "routed":
            return {hole: self.t.code(hole, data[hole]) for hole in ("team", "priority")}
        return {}
