"""Who is at the desk: the blueprint, and the guard in front of every one of its pages."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFProtect, generate_csrf
from sqlalchemy.orm import Session

from database import transaction, utcnow
from desk import words
from staffing import service as staffing
from staffing.models import Agent, Team

bp = Blueprint("desk", __name__, url_prefix="/desk")
csrf = CSRFProtect()
logins = LoginManager()

OPEN = frozenset({"desk.log_in", "desk.check_log_in"})
"""The only pages without a login; all others are shut by default."""

SEEN_EVERY = timedelta(seconds=30)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class User(UserMixin):  # type: ignore[misc] # flask-login has no types
    """The agent of this request, as read at its start."""

    def __init__(self, agent: Agent) -> None:
        self.id = agent.id
        self.name = agent.name
        self.team: Team = agent.team
        self.locale = agent.locale
        self.seen_at = agent.seen_at
        self.mark = _mark(agent)

    def get_id(self) -> str:
        return f"{self.id}.{self.mark}"


def _mark(agent: Agent) -> str:
    """Changes with the password, so that a new one ends every session of the old."""
    return hashlib.sha256(agent.password_hash.encode()).hexdigest()[:16]


@logins.user_loader  # type: ignore[untyped-decorator] # flask-login has no types
def _load(session_id: str) -> User | None:
    """The agent of a session; None when it is forged, stale, or they are no longer active."""
    number, _, mark = session_id.partition(".")
    if not number.isdigit():
        return None
    with transaction() as session:
        agent = session.get(Agent, int(number))
    return User(agent) if agent and agent.active and _mark(agent) == mark else None


def me(session: Session) -> Agent:
    """The agent of this request as a row of this session."""
    return session.get_one(Agent, current_user.id)


def locale() -> str:
    """The language of this request: the agent's; before the login, what was asked for."""
    if current_user.is_authenticated:
        return str(current_user.locale)
    asked = request.args.get("locale", "")
    return asked if asked in words.LOCALES else "id"


def translate() -> words.Translator:
    """The t() of this request."""
    return words.translator(locale())


def is_htmx() -> bool:
    """Whether a part of a page is asked for, not a whole one."""
    return request.headers.get("HX-Request") == "true"


@bp.before_request
def _guard() -> ResponseReturnValue | None:
    if request.endpoint not in OPEN and not current_user.is_authenticated:
        return _to_log_in()  # before the token is looked at: an ended session is led to the login
    if request.method not in SAFE_METHODS:
        csrf.protect()
    if current_user.is_authenticated:
        _note_presence(current_user.id, current_user.seen_at, utcnow())
    return None


def _note_presence(agent_id: int, seen_at: datetime | None, now: datetime) -> None:
    if seen_at is None or now - seen_at > SEEN_EVERY:
        with transaction() as session:
            staffing.seen(session, agent_id, now)


def _to_log_in() -> ResponseReturnValue:
    """Send the browser to the login, and back to where it was afterwards."""
    asked = request.full_path if request.method == "GET" else ""
    here = request.headers.get("HX-Current-URL", "") if is_htmx() else asked
    address = url_for("desk.log_in", next=safe_next(here))
    if is_htmx():
        return Response(status=401, headers={"HX-Redirect": address})
    if request.accept_mimetypes.best == "text/event-stream":
        return Response(status=401)
    return redirect(address, 303)


def safe_next(address: str) -> str:
    """The path of an address when it is a page of the desk, else the queue.

    Only path and query are taken, so that nobody is led to another site."""
    try:
        parts = urlsplit(address.replace("\\", "/"))
    except ValueError:
        return url_for("desk.queue")
    if parts.path != "/desk" and not parts.path.startswith("/desk/"):
        return url_for("desk.queue")
    return f"{parts.path}?{parts.query}".rstrip("?")


@bp.context_processor
def _frame() -> dict[str, Any]:
    language = locale()
    t = translate()
    return {
        "t": t,
        "times": words.Times(t, utcnow()),
        "locale": language,
        "csrf_token": generate_csrf,
        "me": current_user if current_user.is_authenticated else None,
    }


@bp.after_request
def _keep_nothing(response: Response) -> Response:
    """Pages with people's words are not kept by browsers: not after the logout either."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Robots-Tag", "noindex")
    return response
