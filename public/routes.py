"""Pages that need no account: the demo page and a ticket's status page."""

from typing import Any
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import settings
from channels import reading
from channels.base import Inbound
from channels.models import Owner
from channels.receiving import find_or_start, lock, receive
from channels.webchat import MAX_LENGTH
from channels.webchat.pages import as_plain, in_words
from channels.webchat.strings import locale, translator
from database import transaction, utcnow
from escalation.triage import title
from ratelimit import limiter
from settings import WIB
from staffing.hours import window
from tickets import promises
from tickets.links import BadLink, ticket_id
from tickets.models import Status, Ticket
from tickets.service import give
from tickets.words import STATUS_WORDS

bp = Blueprint("public", __name__)


def _frame() -> dict[str, Any]:
    config = settings.current()
    return {
        "locale": locale(),
        "t": translator(locale()),
        "demo": config.mode == "demo",
        "controller_name": config.controller_name,
        "public_url": config.public_url,
        "chat_url": "/chat",
        "desk_url": "/desk",
    }


@bp.get("/")
def home() -> ResponseReturnValue:
    """A page like a public service's own, with the chat on it; says what this is."""
    return render_template("public/home.html", **_frame(), service_hours=str(window()))


@bp.errorhandler(BadLink)
def _bad_link(error: BadLink) -> ResponseReturnValue:
    return render_template("public/error.html", **_frame(), code=404), 404


@bp.get("/t/<token>")
def status(token: str) -> ResponseReturnValue:
    """A ticket's status, its promise and its conversation."""
    with transaction() as session:
        ticket = session.get_one(Ticket, ticket_id(token))
        return _status_page(session, ticket)


def _status_page(session: Session, ticket: Ticket, error: str = "") -> str:
    language = locale()
    shown = reading.latest_messages(session, ticket.conversation)
    return render_template(
        "public/status.html",
        **_frame(),
        ticket=_facts(session, ticket, language),
        messages=[as_plain(ticket.conversation, message) for message in shown],
        action_url=request.path,
        client_id=str(uuid4()),
        csrf="",  # the address itself is the secret; no cookie acts here
        error=error,
        max_length=MAX_LENGTH,
    )


def _facts(session: Session, ticket: Ticket, language: str) -> dict[str, Any]:
    opened = ticket.opened_at.astimezone(WIB)
    return {
        "number": ticket.number,
        "subject": title(ticket.category),
        "status_text": STATUS_WORDS[language][ticket.status],
        "opened": f"{opened:%d/%m/%Y} {in_words(ticket.opened_at)}",
        "promise_text": promises.told(session, ticket, utcnow()),
        "solved": ticket.status in (Status.SOLVED, Status.CLOSED),
    }


@bp.post("/t/<token>")
@limiter.limit("20 per minute", key_func=lambda: request.path)  # by ticket: people share addresses
def reply(token: str) -> ResponseReturnValue:
    """An answer written on the status page goes to the people who work the ticket."""
    text = request.form.get("text", "").strip()
    client_id = request.form.get("client_id") or str(uuid4())
    with transaction() as session:
        ticket = session.get_one(Ticket, ticket_id(token))
        if not text or len(text) > MAX_LENGTH:
            return _status_page(session, ticket, translator(locale())("error.empty")), 422
        _to_people(session, ticket, text, f"status-{ticket.id}:{client_id}")
    return redirect(request.path, 303)


def _to_people(session: Session, ticket: Ticket, text: str, external_id: str) -> None:
    identity = ticket.conversation.identity
    sender = reading.address_of(session, identity)
    inbound = Inbound(identity.channel, external_id, sender, text)
    # locked in the order of receive(): the other way round, a chat message at the same moment
    # would wait for us while we wait for it
    conversation = lock(session, find_or_start(session, inbound).id)
    if conversation.owner is Owner.ASSISTANT:
        give(session, conversation, Owner.QUEUE)
    session.flush()
    receive(session, inbound, utcnow())


def error_page(code: int) -> ResponseReturnValue:
    """A page for what went wrong; JSON where a program asked."""
    if request.path.startswith(("/api", "/chat/api")):
        text = translator(locale())("error.not_found" if code == 404 else "error.text")
        return {"error": text}, code
    return render_template("public/error.html", **_frame(), code=code), code
