"""The chat as pages: one that works by plain forms, and the widget's frame."""

import time
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature
from sqlalchemy.orm import Session

import live
import settings
from channels import outbox, reading
from channels.images import BadPicture
from channels.models import Conversation, Direction, Owner
from channels.webchat import MAX_LENGTH, MAX_UPLOAD, messages, visitors
from channels.webchat.api import PER_VISITOR
from channels.webchat.strings import locale, sentence, translator
from database import transaction, utcnow
from ratelimit import limiter
from settings import WIB

bp = Blueprint("chat", __name__)

PATIENCE = 6.0  # seconds a page waits for the answer before it is shown without
SHOWN = 20  # messages on a plain page: it stays below 30 KB


@bp.get("/chat/embed")
def embed() -> ResponseReturnValue:
    """The widget's frame; only the pages of WIDGET_ORIGINS may hold it."""
    origins = settings.current().widget_origins
    page = render_template(
        "chat/embed.html",
        **_frame(locale()),
        api_base="/chat/api",
        parent_origins=origins,
    )
    response = make_response(page)
    ancestors = "*" if "*" in origins else " ".join(["'self'", *origins])
    response.headers["Content-Security-Policy"] = f"{CSP}; frame-ancestors {ancestors}"
    response.headers.remove("X-Frame-Options")
    return response


CSP = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'"
)


def _frame(language: str) -> dict[str, Any]:
    return {
        "locale": language,
        "t": translator(language),
        "max_length": MAX_LENGTH,
        "demo": settings.current().mode == "demo",
    }


@bp.get("/chat")
def page() -> ResponseReturnValue:
    """The chat as a page of forms, which the script takes over where there is one."""
    return _page(_token())


def _token() -> str:
    """The visitor's token from the cookie, or a new one."""
    kept = request.cookies.get(visitors.COOKIE, "")
    try:
        visitors.visitor_of(kept)
    except visitors.BadToken:
        return visitors.new_token()
    return kept


def _page(token: str, *, error: str = "", draft: str = "", status: int = 200) -> Response:
    visitor = visitors.visitor_of(token)
    with transaction() as session:
        conversation = messages.conversation_of(session, visitor)
        if conversation and request.args.get("wait"):
            _wait_for_answer(conversation.id)
            session.refresh(conversation)
        view = _view(session, conversation)
    body = render_template(
        "chat/page.html",
        **_frame(locale()),
        **view,
        token=token,
        csrf=visitors.form_token(visitor),
        client_id=str(uuid4()),
        error=error,
        draft=draft,
    )
    response = make_response(body, status)
    _remember(response, token)
    return response


def _remember(response: Response, token: str) -> None:
    response.set_cookie(
        visitors.COOKIE,
        token,
        max_age=int(visitors.LIFE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.current().public_url.startswith("https://"),
    )


def _view(session: Session, conversation: Conversation | None) -> dict[str, Any]:
    if conversation is None:
        return {"messages": [], "buttons": [], "waiting": False}
    shown = reading.latest_messages(session, conversation, count=SHOWN)
    if shown:
        newest = shown[-1].seq
        outbox.seen(session, conversation, newest, read=True)
    last = shown[-1] if shown else None
    waits = conversation.owner is Owner.ASSISTANT and conversation.turn_due_at is not None
    return {
        "messages": [as_plain(conversation, message) for message in shown],
        "buttons": last.buttons if last and last.direction is Direction.OUT else [],
        "waiting": waits,
    }


def as_plain(conversation: Conversation, message: reading.Shown) -> dict[str, Any]:
    """One message as the templates read it."""
    plain = messages.as_json(conversation, message)
    plain["time"] = in_words(message.at)
    plain["read"] = plain["state"] == "read"
    return plain


def in_words(moment: datetime) -> str:
    """A time of day with its zone, as participants read it."""
    return f"{moment.astimezone(WIB):%H.%M} WIB"


def _wait_for_answer(conversation_id: int) -> None:
    """Give the assistant a moment, so that a page without script shows its answer at once."""
    end = time.monotonic() + PATIENCE
    with live.listening(f"conversation:{conversation_id}") as listener:
        while time.monotonic() < end:
            with transaction() as session:
                if session.get_one(Conversation, conversation_id).turn_due_at is None:
                    return
            listener.wait(1.0)


@bp.post("/chat")
@limiter.limit(PER_VISITOR, key_func=visitors.limit_key)
def write() -> ResponseReturnValue:
    """Take a message from the plain page; a button's title stands for its words."""
    token = _token()
    visitor = visitors.visitor_of(token)
    text = request.form.get("text") or request.form.get("title") or ""
    try:
        visitors.check_form_token(request.form.get("csrf", ""), visitor)
        _take(visitor, text)
    except (messages.BadMessage, BadPicture, BadSignature) as refused:
        return _page(token, error=sentence(_code(refused)), draft=text, status=422)
    return redirect(f"/chat?wait=1&locale={locale()}#composer", 303)


def _take(visitor: str, text: str) -> None:
    file = request.files.get("file")
    with transaction() as session:
        conversation, _, _ = messages.take(
            session,
            visitor,
            client_id=request.form.get("client_id", ""),
            text=text,
            payload=request.form.get("payload", ""),
            file=file.read(MAX_UPLOAD + 1) if file else None,
            locale=locale(),
            now=utcnow(),
        )
        outbox.announce(session, conversation)


def _code(refused: Exception) -> str:
    if isinstance(refused, messages.BadMessage):
        return refused.code
    return f"error.picture_{refused.reason}" if isinstance(refused, BadPicture) else "error.form"
