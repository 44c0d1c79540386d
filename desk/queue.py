"""The queue: who waits for whom, by team, kept fresh while it is open."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from channels.models import Conversation, Owner
from database import transaction
from desk.people import bp
from escalation import triage
from staffing.models import Team
from tickets import queue as tickets
from tickets.models import ACTIVE, Ticket

MINE, FINISHED = "mine", "finished"
TABS = (*Team, MINE, FINISHED)
NUMBER = re.compile(r"(?:sp-?\s*)?0*(\d{1,12})", re.IGNORECASE)
SHORTEST = 2  # characters of a subject that are searched for


@dataclass(frozen=True)
class Row:
    """One line of the queue."""

    ticket: Ticket
    subject: str
    live: bool
    """The participant waits in the chat for a person, now."""
    unread: bool
    due: datetime | None


@bp.get("")
def queue() -> ResponseReturnValue:
    """The queue of a team, one's own tickets, or the finished ones."""
    with transaction() as session:
        return render_template("desk/queue.html", **_view(session))


@bp.get("/")
def queue_with_slash() -> ResponseReturnValue:
    """As some people type it."""
    return redirect(url_for("desk.queue"), 308)


@bp.get("/rows")
def rows() -> ResponseReturnValue:
    """The rows alone, for pages that look again; 204 while they are as the page has them."""
    with transaction() as session:
        view = _view(session)
        part = render_template("desk/_rows.html", **view)
    mark = hashlib.sha256(part.encode()).hexdigest()[:16]
    if mark == request.args.get("mark"):
        return "", 204
    return part + render_template("desk/_rows_mark.html", mark=mark, unread=view["unread"])


def _view(session: Session) -> dict[str, Any]:
    tab, q = _tab(), request.args.get("q", "").strip()[:100]
    found = _search(session, q) if q else _of_tab(session, tab)
    shown = _rows(session, found)
    counts = {str(team): count for team, count in tickets.counts(session).items()}
    return {
        "tab": tab,
        "q": q,
        "tabs": TABS,
        "counts": counts | {MINE: tickets.count_of(session, current_user.id)},
        "rows": shown,
        "unread": sum(row.unread for row in shown),
        "full": len(found) == tickets.PAGE,
    }


def _tab() -> str:
    asked = request.args.get("tab", "")
    return asked if asked in TABS else str(current_user.team)


def _of_tab(session: Session, tab: str) -> Sequence[Ticket]:
    if tab == FINISHED:
        return tickets.finished(session)
    if tab == MINE:
        return tickets.waiting(session, agent_id=current_user.id)
    return tickets.waiting(session, team=Team(tab))


def _search(session: Session, q: str) -> Sequence[Ticket]:
    """By number (SP-000123, 123) or a part of the subject."""
    number = NUMBER.fullmatch(q)
    like = q.lower() if len(q) >= SHORTEST else None
    categories = [
        category
        for category, rule in triage.rules().items()
        if category and like and like in rule.title.lower()
    ]
    return tickets.search(
        session, ticket_id=int(number[1]) if number else None, categories=categories
    )


def _rows(session: Session, found: Sequence[Ticket]) -> list[Row]:
    dues = tickets.promises_of(session, [t for t in found if t.first_response_at is None])
    return [
        Row(
            ticket=ticket,
            subject=triage.title(ticket.category),
            live=ticket.status in ACTIVE and ticket.conversation.owner is Owner.QUEUE,
            unread=ticket.status in ACTIVE and is_unread(ticket.conversation),
            due=dues.get(ticket.id) if ticket.status in ACTIVE else None,
        )
        for ticket in found
    ]


def is_unread(conversation: Conversation) -> bool:
    """Whether there is something no agent has looked at."""
    return conversation.last_seq > conversation.agent_read_seq
