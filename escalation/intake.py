"""A problem comes in: triaged, opened as a ticket, and given to people where it must be."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from channels.models import Conversation, Owner
from channels.receiving import lock
from escalation.triage import MASS_MINUTES, triage
from staffing.windows import Window
from tickets import ledger, queue
from tickets.models import Ticket
from tickets.service import find_by_origin, give, open_ticket


def open_triaged(
    session: Session,
    conversation: Conversation,
    *,
    category: str,
    details: str,
    origin: str,
    by: str,
    window: Window,
    now: datetime,
) -> tuple[Ticket, bool]:
    """Open a ticket where triage puts it; returns it, and False if it was there already."""
    lock(session, conversation.id)  # two identical calls at once: the second waits and finds it
    if known := find_by_origin(session, conversation, origin, category):
        return known, False
    like = queue.like_since(session, category, now - timedelta(minutes=MASS_MINUTES))
    decided = triage(category, details=details, like_tickets=like)
    ticket = open_ticket(
        session,
        conversation,
        category=category,
        details=details,
        team=decided.team,
        priority=decided.priority,
        origin=origin,
        by=by,
        window=window,
        now=now,
    )
    ledger.record(session, ticket, "triaged", by="system", at=now, reason=decided.reason)
    return ticket, True


def hand_over(
    session: Session,
    conversation: Conversation,
    *,
    reason: str,
    turn: int,
    live: bool,
    window: Window,
    now: datetime,
) -> tuple[Ticket, bool]:
    """Give a conversation to people: always a ticket, and live the conversation itself.

    Not live (nobody is there now), the assistant goes on answering while the ticket waits."""
    category = "in_danger" if reason == "in_danger" else "talk_to_agent"
    ticket, opened = open_triaged(
        session,
        conversation,
        category=category,
        details="",
        origin=str(turn),
        by="participant",
        window=window,
        now=now,
    )
    if opened and live:
        give(session, conversation, Owner.QUEUE)
        conversation.handover_turn = turn
    return ticket, opened
