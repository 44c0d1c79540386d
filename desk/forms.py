"""What every form of a ticket's page has in common: taken once, refused in words."""

from collections.abc import Callable

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import vault
from channels.receiving import claim, lock
from database import transaction
from desk import ticket as page
from desk.people import is_htmx, translate
from tickets import service
from tickets.models import Status, Ticket

DESK = "desk"
"""As what the desk's forms stand in the table of what has been received."""

Work = Callable[[Session, Ticket], None]


class Refused(Exception):
    """What was asked cannot be done; key names the sentence that says why."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def run(ticket_id: int, at: str, work: Work, *, checked: bool = True) -> ResponseReturnValue:
    """Do work on a ticket in one transaction; show the page as it is then.

    checked: the form must know the newest version. `at` names the form, so that a refusal
    is told beside it."""
    try:
        with transaction() as session:
            found = take(session, ticket_id)
            if checked:
                refuse_if_stale(found)
            work(session, found)
            session.flush()
            return _done(session, found, at)
    except Refused as refused:
        return _refuse(ticket_id, at, refused)
    except service.Conflict:
        return _refuse(ticket_id, at, Refused("refused.changed"), 409)
    except service.TicketError:
        return _refuse(ticket_id, at, Refused("refused.move"))


def take(session: Session, ticket_id: int) -> Ticket:
    """The ticket and its conversation, locked.

    In the order in which an incoming message locks them: two orders would deadlock."""
    conversation_id = session.scalars(
        select(Ticket.conversation_id).where(Ticket.id == ticket_id)
    ).one()
    lock(session, conversation_id)
    return service.locked(session, ticket_id)


def refuse_if_stale(found: Ticket) -> None:
    """Raises service.Conflict unless the form knows the newest version of the ticket."""
    if request.form.get("version", type=int) != found.version:
        raise service.Conflict(f"{found.number} was changed by somebody else")


def first_time(session: Session, agent_id: int, text: str) -> bool:
    """Claim this form's key; False when the same words were posted with it already.

    A double click, or a second try after the first one's answer was lost, stores nothing."""
    key = f"{agent_id}:{request.form.get('key', '')[:64]}:{vault.digest(DESK, text).hex()[:16]}"
    return claim(session, DESK, key)


def text_of(name: str, longest: int) -> str:
    """Typed words. Raises Refused when there are none, or too many."""
    text = request.form.get(name, "").replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        raise Refused("refused.empty")
    if len(text) > longest:
        raise Refused("refused.too_long", max=longest)
    return text


def refuse_if_closed(found: Ticket) -> None:
    """A closed ticket takes no more words to the participant."""
    if found.status is Status.CLOSED:
        raise Refused("refused.closed")


def _done(session: Session, found: Ticket, at: str) -> ResponseReturnValue:
    if not is_htmx():
        return redirect(url_for("desk.ticket", ticket_id=found.id), 303)
    response = page.news_part(session, found)
    response.set_data(
        response.get_data(as_text=True)
        + render_template("desk/_stored.html", at=at, key=page.new_key())
    )
    response.headers["HX-Trigger"] = f'{{"desk:stored": {{"form": "{at}"}}}}'
    return response


def _refuse(ticket_id: int, at: str, why: Refused, status: int = 422) -> ResponseReturnValue:
    """The newest state with the reason beside the form; what was typed stays typed."""
    problem = translate()(why.key, **why.values)
    with transaction() as session:
        found = session.get_one(Ticket, ticket_id)
        if not is_htmx():
            draft = request.form.get("text", "")
            whole = page.whole_page(session, found, problem=problem, at=at, draft=draft)
            return make_response(whole, status)
        response = page.news_part(session, found)
    notice = render_template("desk/_notice.html", at=at, problem=problem)
    response.set_data(response.get_data(as_text=True) + notice)
    response.status_code = status
    return response
