"""JSON for Rasa's actions: what they may know and do, by a token and a message id."""

import hmac
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

import logs
import settings
from api import contacts, errors
from channels.contacts import known
from channels.masking import mask
from channels.models import Conversation
from channels.receiving import lock
from database import transaction, utcnow
from escalation.intake import hand_over, open_triaged
from escalation.triage import title
from staffing.hours import window
from staffing.service import someone_present
from tickets import promises, queue
from tickets.links import status_url
from tickets.models import Ticket
from tickets.words import STATUS_WORDS

bp = Blueprint("bot_api", __name__, url_prefix="/api/conversations/<public_id>")

REASONS = ("asked", "not_understood", "in_danger")
MAX_DETAILS = 4000  # characters


@bp.before_request
def _only_with_the_token() -> None:
    """The action server has no authentication of its own, so everything is checked here."""
    expected = f"Bearer {settings.current().api_token.get_secret_value()}"
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise errors.Unauthorised("a bearer token is needed: see docs/api.md")


def _conversation(session: Session, public_id: str) -> Conversation:
    found = session.scalar(select(Conversation).where(Conversation.public_id == public_id))
    if found is None:
        raise errors.NotFound("no such conversation")
    logs.conversation.set(found.id)
    return found


def _turn() -> int:
    """The message whose turn this call belongs to: the same one again changes nothing."""
    key = request.headers.get("Idempotency-Key", "")
    if not key.isdigit():
        raise errors.Refused("Idempotency-Key must be the message's id")
    return int(key)


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise errors.Refused("a JSON object is needed")
    return body


@bp.get("")
def conversation(public_id: str) -> ResponseReturnValue:
    """What the assistant may know of a conversation."""
    with transaction() as session:
        found = _conversation(session, public_id)
        return {
            "channel": found.channel,
            "agents_available": someone_present(session, window(), utcnow()),
            "service_hours": str(window()),
            "contact": known(session, found),
            "tickets": [_ticket(session, t) for t in queue.of_conversation(session, found)],
        }


def _ticket(session: Session, ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "subject": title(ticket.category),
        "status": ticket.status,
        "status_text": STATUS_WORDS["id"][ticket.status],
        "promise_text": promises.told(session, ticket, utcnow()),
        "status_url": status_url(ticket),
    }


@bp.put("/contact")
def contact(public_id: str) -> ResponseReturnValue:
    """Where the participant wants answers: read from what they typed."""
    text = str(_body().get("text", ""))
    with transaction() as session:
        found = lock(session, _conversation(session, public_id).id)
        return contacts.keep(session, found, text)


@bp.post("/tickets")
def open_one(public_id: str) -> ResponseReturnValue:
    """Open a ticket; the same turn and category again is the same ticket (200)."""
    body, turn = _body(), _turn()
    category = str(body.get("category", ""))
    if not category.startswith(("issue/", "faq/")) and category != "talk_to_agent":
        raise errors.Refused("category must be a label such as issue/login_error")
    with transaction() as session:
        ticket, opened = open_triaged(
            session,
            _conversation(session, public_id),
            category=category,
            details=mask(str(body.get("details", ""))[:MAX_DETAILS]).text,
            origin=str(turn),
            by="participant",
            window=window(),
            now=utcnow(),
        )
        return _ticket(session, ticket), 201 if opened else 200


@bp.post("/handover")
def handover(public_id: str) -> ResponseReturnValue:
    """Give the conversation to people: live when somebody is there, else as a ticket."""
    body, turn = _body(), _turn()
    reason = str(body.get("reason", ""))
    if reason not in REASONS:
        raise errors.Refused(f"reason must be one of {', '.join(REASONS)}")
    with transaction() as session:
        found = _conversation(session, public_id)
        live = someone_present(session, window(), utcnow())
        ticket, opened = hand_over(
            session, found, reason=reason, turn=turn, live=live, window=window(), now=utcnow()
        )
        live = found.handover_turn == turn
        return _ticket(session, ticket) | {"live": live}, 201 if opened else 200
