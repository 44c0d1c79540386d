"""Live news of open pages: streams that only say "look", who has a ticket open, typing."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import redis
from flask import Response
from flask.typing import ResponseReturnValue
from flask_login import current_user

import jobs
import live
from database import transaction, utcnow
from desk.people import SEEN_EVERY, bp, me
from staffing import service as staffing
from tickets.ledger import DESK
from tickets.models import Ticket

LONGEST = 300.0  # seconds of one stream; then the page connects anew
HEARTBEAT = 10.0  # seconds; a browser that has gone is noticed by it
TOGETHER = 0.3  # seconds in which news are put together into one look
VIEWING = 25  # seconds somebody counts as looking at a ticket after their last heartbeat
LOOK = "event: look\ndata: \n\n"


@bp.get("/stream")
def queue_stream() -> ResponseReturnValue:
    """Says when the queue has changed; an open stream is a sign of life of its agent."""
    return _events(_queue_news(current_user.id))


def _queue_news(agent_id: int) -> Iterator[str]:
    yield "retry: 3000\n\n"
    with live.listening(DESK) as listener:
        for news in _waits(listener, agent_id):
            yield LOOK if any("ticket" in item for item in news) else ": hb\n\n"


@bp.get("/tickets/<int:ticket_id>/stream")
def ticket_stream(ticket_id: int) -> ResponseReturnValue:
    """Says when a ticket, its conversation or its viewers have changed."""
    with transaction() as session:
        conversation_id = session.get_one(Ticket, ticket_id).conversation_id
    return _events(_ticket_news(current_user.id, ticket_id, conversation_id))


def _ticket_news(agent_id: int, ticket_id: int, conversation_id: int) -> Iterator[str]:
    yield "retry: 3000\n\n"
    viewer = f"{agent_id}:{uuid4().hex}"
    with live.listening(f"conversation:{conversation_id}", DESK) as listener:
        try:
            _view(ticket_id, viewer)
            live.publish(DESK, viewed=ticket_id)
            for news in _waits(listener, agent_id):
                _view(ticket_id, viewer)
                yield LOOK if any(_concerns(item, ticket_id) for item in news) else ": hb\n\n"
        finally:
            _leave(ticket_id, viewer)


def _concerns(news: dict[str, object], ticket_id: int) -> bool:
    """News of the conversation, or of this ticket; typing changes nothing here."""
    if "ticket" in news or "viewed" in news:
        return ticket_id in (news.get("ticket"), news.get("viewed"))
    return not news.get("typing")


def _waits(listener: live.Listener, agent_id: int) -> Iterator[list[dict[str, object]]]:
    """The news of every wait, until the stream has lasted long enough."""
    end, seen = time.monotonic() + LONGEST, 0.0
    while (now := time.monotonic()) < end:
        if now - seen > SEEN_EVERY.total_seconds():
            seen = now
            with transaction() as session:
                staffing.seen(session, agent_id, utcnow())
        news = listener.wait(HEARTBEAT)
        if news:
            time.sleep(TOGETHER)
            news += listener.wait(0)
        yield news


def _events(events: Iterator[str]) -> Response:
    response = Response(events, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-cache, no-transform"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _key(ticket_id: int) -> str:
    return f"desk:viewing:{ticket_id}"


def _view(ticket_id: int, viewer: str) -> None:
    """Keep somebody among the viewers. Lossy: the queue being away loses a hint, no more."""
    try:
        with jobs.client().pipeline() as pipe:
            pipe.zadd(_key(ticket_id), {viewer: time.time()})
            pipe.expire(_key(ticket_id), VIEWING)
            pipe.execute()
    except redis.RedisError:
        return


def _leave(ticket_id: int, viewer: str) -> None:
    try:
        jobs.client().zrem(_key(ticket_id), viewer)
    except redis.RedisError:
        return
    live.publish(DESK, viewed=ticket_id)


def viewers(ticket_id: int) -> set[int]:
    """The agents who have a ticket open."""
    try:
        found: Any = jobs.client().zrangebyscore(_key(ticket_id), time.time() - VIEWING, "+inf")
    except redis.RedisError:
        return set()
    return {int(bytes(viewer).partition(b":")[0]) for viewer in found}


@bp.post("/tickets/<int:ticket_id>/typing")
def typing(ticket_id: int) -> ResponseReturnValue:
    """Tell the participant that somebody is writing to them."""
    with transaction() as session:
        conversation_id = session.get_one(Ticket, ticket_id).conversation_id
        name = me(session).name
    live.publish(f"conversation:{conversation_id}", typing=True, name=name)
    return "", 204
