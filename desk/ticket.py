"""One ticket: its whole conversation, what is known of it, and what can be done."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

import channels
from channels import contacts, reading, vault
from channels.masking import mask
from channels.models import Conversation, Message
from database import transaction, utcnow
from desk import bubbles, live
from desk.people import bp, me, translate
from desk.timeline import timeline
from desk.words import translator
from escalation.triage import title
from staffing.models import Agent, Team
from tickets import ledger, promises, queue, service
from tickets.models import NEXT, Priority, Status, Ticket

PARTIES = ("bank", "training", "identity", "other")


@bp.get("/tickets/<int:ticket_id>")
def ticket(ticket_id: int) -> ResponseReturnValue:
    """The page of one ticket. Opening it tells the participant that it was read."""
    with transaction() as session:
        return whole_page(session, session.get_one(Ticket, ticket_id))


def whole_page(
    session: Session, found: Ticket, *, problem: str = "", at: str = "", draft: str = ""
) -> str:
    """The page with a form's problem and its typed text, where there is one."""
    shown = bubbles.latest(session, found.conversation, translate())
    if shown:
        bubbles.mark_read(session, found.conversation, shown[-1].shown.seq)
    return render_template(
        "desk/ticket.html",
        **view(session, found),
        bubbles=shown,
        older=bool(shown) and shown[0].shown.seq > 1,
        key=new_key(),
        closing=translator(found.conversation.locale)("solve.words"),
        max_length=channels.get(found.conversation.channel).max_length,
        problem=problem,
        at=at,
        draft=draft,
    )


def view(session: Session, found: Ticket) -> dict[str, Any]:
    """What every part of the page shows of a ticket."""
    now = utcnow()
    agents = session.scalars(select(Agent).where(Agent.active).order_by(Agent.name)).all()
    return {
        "ticket": found,
        "subject": title(found.category),
        "facts": _facts(session, found, now),
        "timeline": timeline(session, found, translate(), now),
        "viewers": _viewers(found.id, {agent.id: agent.name for agent in agents}),
        "agents": [agent for agent in agents if agent.id != current_user.id],
        "next": [status for status in Status if _may_move(found, status)],
        "teams": list(Team),
        "priorities": list(Priority),
        "parties": PARTIES,
        "today": now.date().isoformat(),
    }


def _may_move(found: Ticket, to: Status) -> bool:
    """Solved has a form of its own: it asks for the closing words."""
    return to in NEXT[found.status] and to is not Status.SOLVED


def _viewers(ticket_id: int, names: dict[int, str]) -> list[str]:
    others = live.viewers(ticket_id) - {current_user.id}
    return sorted(names[number] for number in others if number in names)


def _facts(session: Session, found: Ticket, now: datetime) -> dict[str, Any]:
    promise = promises.current(session, found) if found.first_response_at is None else None
    others = queue.of_conversation(session, found.conversation)
    return {
        "details": _details(session, found),
        "contact": _contact(session, found.conversation),
        "owner": _owner(session, found.conversation),
        "due": promise.due_at if promise else None,
        "late": bool(promise and promise.due_at < now),
        "others": [(other, title(other.category)) for other in others if other.id != found.id],
    }


def _details(session: Session, found: Ticket) -> str:
    """What the participant told, masked once more: it came by the assistant, not as a message."""
    try:
        return mask(service.details_of(session, found)).text
    except vault.Erased:
        return reading.ERASED


def _contact(session: Session, conversation: Conversation) -> str:
    known, t = contacts.known(session, conversation), translate()
    if known is None:
        return t("ticket.contact_unknown")
    return t("ticket.contact_here") if known["kind"] == "here" else known["label"]


def _owner(session: Session, conversation: Conversation) -> str:
    agent = session.get(Agent, conversation.agent_id) if conversation.agent_id else None
    return translate()(f"owner.{conversation.owner}", name=agent.name if agent else "")


def new_key() -> str:
    """The key of a rendered form: what is posted twice with it is stored once."""
    return uuid4().hex


@bp.get("/tickets/<int:ticket_id>/news")
def news(ticket_id: int) -> ResponseReturnValue:
    """What has changed for a page that looks again; 204 when nothing has."""
    with transaction() as session:
        found = session.get_one(Ticket, ticket_id)
        read = request.args.get("visible") == "1"
        return news_part(session, found, read=read)


def news_part(session: Session, found: Ticket, *, read: bool = True) -> Response:
    """Parts for a page that has shown everything up to `seen` and the forms of `version`."""
    values = request.values
    seen, version = _number(values.get("seen")), _number(values.get("version"))
    fresh = bubbles.after(session, found.conversation, seen, translate())
    upto = fresh[-1].shown.seq if fresh else seen
    if read:
        bubbles.mark_read(session, found.conversation, min(upto, found.conversation.last_seq))
    part = render_template(
        "desk/_news.html",
        **view(session, found),
        bubbles=fresh,
        seen=upto,
        ticks=bubbles.ticks(session, found.conversation),
        forms=version != found.version,
    )
    mark = hashlib.sha256(part.encode()).hexdigest()[:16]
    if request.method == "GET" and not fresh and mark == values.get("mark"):
        return make_response("", 204)
    return make_response(part + render_template("desk/_mark.html", mark=mark))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 16 else 0


@bp.get("/tickets/<int:ticket_id>/older")
def older(ticket_id: int) -> ResponseReturnValue:
    """Messages before those the page shows."""
    with transaction() as session:
        found = session.get_one(Ticket, ticket_id)
        shown = bubbles.before(
            session, found.conversation, _number(request.args.get("before")), translate()
        )
        return render_template(
            "desk/_older.html",
            ticket=found,
            bubbles=shown,
            older=bool(shown) and shown[0].shown.seq > 1,
        )


@bp.post("/tickets/<int:ticket_id>/messages/<int:message_id>/original")
def original(ticket_id: int, message_id: int) -> ResponseReturnValue:
    """The words with personal numbers as written; that they were shown is recorded."""
    with transaction() as session:
        found = session.get_one(Ticket, ticket_id)
        message = session.scalars(
            select(Message).where(
                Message.id == message_id, Message.conversation_id == found.conversation_id
            )
        ).one()
        ledger.record(
            session,
            found,
            "original_shown",
            by=service.actor(me(session)),
            at=utcnow(),
            message=message.id,
        )
        text = _original(session, message, found.person_id)
        return render_template("desk/_original.html", text=text)


def _original(session: Session, message: Message, person_id: int) -> str:
    try:
        return reading.original_of(session, message, person_id)
    except vault.Erased:
        return reading.ERASED
