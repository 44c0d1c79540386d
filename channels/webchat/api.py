"""The chat page's own JSON routes: text in, news out. Errors are sentences of the chat."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

import logs
from channels import media, outbox
from channels.images import BadPicture
from channels.models import Attachment
from channels.webchat import MAX_UPLOAD, messages, visitors
from channels.webchat.stream import stream
from channels.webchat.strings import sentence
from database import transaction, utcnow
from ratelimit import limiter, seconds_to_wait

bp = Blueprint("webchat", __name__, url_prefix="/chat/api")

NEW_VISITORS = "600 per minute"  # by address: a whole neighbourhood may share one
PER_VISITOR = "30 per minute; 600 per hour"
PICTURES = "6 per minute; 60 per hour"


@bp.errorhandler(visitors.BadToken)
def _no_visitor(error: visitors.BadToken) -> ResponseReturnValue:
    return {"error": sentence("error.token")}, 401


@bp.errorhandler(messages.BadMessage)
def _bad_message(error: messages.BadMessage) -> ResponseReturnValue:
    return {"error": sentence(error.code)}, error.status


@bp.errorhandler(BadPicture)
def _bad_picture(error: BadPicture) -> ResponseReturnValue:
    status = 413 if error.reason in ("too_large", "too_many_pixels") else 422
    return {"error": sentence(f"error.picture_{error.reason}")}, status


@bp.errorhandler(413)
def _too_large(error: Exception) -> ResponseReturnValue:
    return {"error": sentence("error.picture_too_large")}, 413


@bp.errorhandler(429)
def _too_many(error: Any) -> ResponseReturnValue:
    return {"error": sentence("error.too_many")}, 429, {"Retry-After": str(seconds_to_wait())}


@bp.post("/visitors")
@limiter.limit(NEW_VISITORS)
def new_visitor() -> ResponseReturnValue:
    """A token for a new visitor."""
    return {"token": visitors.new_token(), "last_seq": 0}, 201


@bp.get("/messages")
def news() -> ResponseReturnValue:
    """What a page has not seen yet: the fallback of the stream, and its cursor the same."""
    visitor = visitors.from_header()
    with transaction() as session:
        conversation = messages.conversation_of(session, visitor)
        return jsonify(messages.news_of(session, conversation, _after()))


@bp.post("/messages")
@limiter.limit(PER_VISITOR, key_func=visitors.limit_key)
def write() -> ResponseReturnValue:
    """Take one message; the same client_id any number of times is one message."""
    visitor = visitors.from_header()
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise messages.BadMessage("error.empty")
    return _store(
        visitor,
        client_id=_text(sent, "client_id"),
        text=_text(sent, "text"),
        payload=_text(sent, "payload"),
        locale=_text(sent, "locale"),
    )


@bp.post("/attachments")
@limiter.limit(PICTURES, key_func=visitors.limit_key)
def upload() -> ResponseReturnValue:
    """Take one picture as a message."""
    visitor = visitors.from_header()
    file = request.files.get("file")
    data = file.read(MAX_UPLOAD + 1) if file else b""
    return _store(visitor, client_id=request.form.get("client_id", ""), text="", file=data)


def _store(visitor: str, **sent: Any) -> ResponseReturnValue:
    with transaction() as session:
        conversation, shown, new = messages.take(session, visitor, now=utcnow(), **sent)
        logs.conversation.set(conversation.id)
        outbox.announce(session, conversation)
        return messages.as_json(conversation, shown), 201 if new else 200


def _text(sent: dict[str, Any], name: str) -> str:
    value = sent.get(name)
    return value if isinstance(value, str) else ""


def _after() -> int:
    return max(0, request.args.get("after", default=0, type=int))


@bp.post("/seen")
def seen() -> ResponseReturnValue:
    """The page has received our messages up to seq, or shown them."""
    visitor = visitors.from_header()
    sent = request.get_json(silent=True) or {}
    seq, read = sent.get("seq"), bool(sent.get("read"))
    with transaction() as session:
        conversation = messages.conversation_of(session, visitor)
        if conversation and isinstance(seq, int):
            outbox.seen(session, conversation, seq, read=read)
    return "", 204


@bp.get("/stream")
def live_news() -> ResponseReturnValue:
    """Server-sent events from the message after `after` on."""
    visitor = visitors.from_header()
    response = Response(stream(visitor, _after()), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-cache, no-transform"
    response.headers["X-Accel-Buffering"] = "no"
    return response


@bp.get("/file/<token>")
def attachment(token: str) -> ResponseReturnValue:
    """A picture of the conversation, by its signed address."""
    with transaction() as session:
        row = session.get_one(Attachment, visitors.signed_file(token))
        data = media.read(session, row)
    response = Response(data, mimetype=row.media_type)
    response.headers["Cache-Control"] = "private, max-age=21600"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
