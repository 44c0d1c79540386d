"""The one door into Rasa: a connector that keeps no state and never answers with nothing.

The app sends the episode's events with each message and stores those that come back in their
place, so asking the same thing twice gives the same answer. What is written is never logged.
"""

import hmac
import json
import logging
import os
import uuid
from contextvars import ContextVar
from typing import Any, Awaitable, Callable, Dict, List, NamedTuple, Optional, Text

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from bot.components.parses import UNSURE, parsed

MAX_TEXT = 4000
MAX_EVENTS = 2 * 1024 * 1024
RANKED = 4  # as many as suggestions need
LISTENING = "action_listen"

logger = logging.getLogger(__name__)
_errors: ContextVar[Optional[List[str]]] = ContextVar("errors", default=None)


class BadRequest(Exception):
    """The app sent something else than agreed; says what."""


class TurnFailed(Exception):
    """An action failed or nothing was said; the turn has to be asked again."""


class Turn(NamedTuple):
    """One message of one conversation, and what was said before."""

    channel: str
    sender: str
    message_id: str
    message: str
    trusted: bool
    metadata: Dict[str, Any]
    events: List[Dict[str, Any]]


class SapaInput(InputChannel):
    """POST /webhooks/sapa/webhook with a bearer token."""

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()
        _hear_errors()

    @classmethod
    def name(cls) -> Text:
        """Return the name in the address."""
        return "sapa"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "SapaInput":
        """Make it from credentials.yml; without a token it does not start."""
        token = (credentials or {}).get("token")
        if not token:
            cls.raise_missing_credentials_exception()
        return cls(str(token))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("sapa", __name__)

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return json_response({"status": "ok"})

        @routes.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            return await self._answer(request)

        return routes

    async def _answer(self, request: Request) -> HTTPResponse:
        if not self._knows(request.headers.get("authorization", "")):
            return json_response({"error": "The token is missing or wrong."}, status=401)
        try:
            turn = read_turn(request.body)
            return json_response(await take_turn(request.app.ctx.agent, turn))
        except BadRequest as error:
            return json_response({"error": str(error)}, status=422)
        except TurnFailed as error:
            logger.error("A turn failed: %s", error)
            return json_response({"error": str(error)}, status=500)

    def _knows(self, header: str) -> bool:
        return hmac.compare_digest(header.encode("utf-8", "replace"), self._expected)


def read_turn(body: bytes) -> Turn:
    """Return the turn that body asks for. Raises BadRequest."""
    if len(body) > MAX_EVENTS + 16 * MAX_TEXT:
        raise BadRequest("The request is larger than 2 MB: start a new episode.")
    try:
        asked = json.loads(body)
    except ValueError as error:
        raise BadRequest("The body is not JSON.") from error
    if not isinstance(asked, dict):
        raise BadRequest("The body has to be a JSON object.")
    turn = Turn(
        channel=_text(asked, "channel", 50),
        sender=_text(asked, "sender", 200),
        message_id=_text(asked, "message_id", 200),
        message=_text(asked, "message", MAX_TEXT),
        trusted=asked.get("trusted") is True,
        metadata=_typed(asked, "metadata", dict, {}),
        events=_typed(asked, "events", list, []),
    )
    if not all(isinstance(event, dict) and "event" in event for event in turn.events):
        raise BadRequest("Each of 'events' has to be an object with 'event'.")
    return turn


def _text(asked: Dict[str, Any], name: str, limit: int) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadRequest(f"'{name}' has to be a text that is not empty.")
    if len(value) > limit:
        raise BadRequest(f"'{name}' may have {limit} characters, not {len(value)}.")
    return value


def _typed(asked: Dict[str, Any], name: str, kind: type, default: Any) -> Any:
    value = asked.get(name)
    if value is None:
        return default
    if not isinstance(value, kind):
        raise BadRequest(f"'{name}' has to be a {kind.__name__}.")
    return value


class _Collected(CollectingOutputChannel):
    """Collects replies under the participant's channel, so that its variants are chosen."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self._channel = channel

    def name(self) -> Text:  # type: ignore[override]  # Rasa asks for a class method only here
        return self._channel


async def take_turn(agent: Agent, turn: Turn) -> Dict[str, Any]:
    """Return what the assistant says to turn, and the episode's events after it."""
    if not agent.is_ready():
        raise TurnFailed("No model is loaded.")
    key = uuid.uuid4().hex  # two askings of one turn at once must not meet
    out = _Collected(turn.channel)
    store = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
    errors: List[str] = []
    _errors.set(errors)
    try:
        parse = await _parse(agent, turn)
        await store.save(_begun(agent, key, turn))
        await agent.handle_message(_user_message(turn, key, out, parse))
        tracker = await store.retrieve_full_tracker(key)
    finally:
        _errors.set(None)
        store.store.pop(key, None)
    _check(errors, out.messages, tracker)
    return _outcome(parse, out.messages, tracker)


def _check(errors: List[str], messages: List[Any], tracker: DialogueStateTracker) -> None:
    if errors:
        raise TurnFailed(errors[0])
    if not messages:
        raise TurnFailed("The assistant had nothing to say.")
    if tracker.latest_action_name != LISTENING:
        raise TurnFailed("The assistant did not come to an end.")


async def _parse(agent: Agent, turn: Turn) -> Dict[str, Any]:
    """Return what the message means: a button's label as it stands, else the model's finding."""
    label = turn.message.strip().lstrip("/")
    if turn.trusted and turn.message.startswith("/"):
        if label.split("/")[0] not in agent.domain.intents:
            raise BadRequest(f"The button '{label[:50]}' is unknown.")
        return parsed(label, 1.0)
    if not label:
        return parsed(UNSURE, 0.0)
    found = await agent.processor.parse_message(UserMessage(label))
    keep = ("intent", "entities", "label", "response_selector")
    ranking = found.get("intent_ranking", [])[:RANKED]
    return {**{name: found[name] for name in keep if name in found}, "intent_ranking": ranking}


def _user_message(turn: Turn, key: str, out: _Collected, parse: Dict[str, Any]) -> UserMessage:
    text = turn.message.strip()
    if not turn.trusted:
        text = text.lstrip("/") or "?"  # `/restart` would be obeyed
    about = {"message_id": turn.message_id, "conversation": turn.sender}
    return UserMessage(
        text,
        out,
        key,
        parse_data={**parse, "text": text, "message_id": turn.message_id, "metadata": about},
        input_channel=turn.channel,
        message_id=turn.message_id,
        metadata=about,
    )


def _begun(agent: Agent, key: str, turn: Turn) -> DialogueStateTracker:
    """Return the dialogue so far, with the service hours that answers may name."""
    try:
        tracker = DialogueStateTracker.from_dict(key, turn.events, agent.domain.slots)
    except Exception as error:  # Rasa raises anything here
        raise BadRequest("'events' are not those that came from here.") from error
    news: List[Event] = []
    if not turn.events:
        news += [ActionExecuted("action_session_start"), SessionStarted()]
        news += [ActionExecuted(LISTENING)]
    hours = str(turn.metadata.get("service_hours") or _service_hours())
    if tracker.get_slot("service_hours") != hours:
        news.append(SlotSet("service_hours", hours))
    tracker.update_with_events(news, agent.domain)
    return tracker


def _service_hours() -> str:
    window = os.environ.get("SAPA_SERVICE_HOURS") or "08:00-20:00"
    return f"{window.replace(':', '.')} WIB, setiap hari"


def _outcome(
    parse: Dict[str, Any], messages: List[Dict[str, Any]], tracker: DialogueStateTracker
) -> Dict[str, Any]:
    said = [{k: v for k, v in message.items() if k != "recipient_id"} for message in messages]
    return {
        "messages": said,
        "events": [_slim(event.as_dict()) for event in tracker.events],
        "intent": {"name": parse["label"], "confidence": parse["intent"]["confidence"]},
        "active_form": tracker.active_loop_name,
    }


def _slim(event: Dict[str, Any]) -> Dict[str, Any]:
    """Return event without what is empty or only of use in its own turn."""
    slim = {name: value for name, value in event.items() if value is not None}
    if event["event"] == "slot":
        slim["value"] = event["value"]  # None means emptied
    if event["event"] == "bot":
        slim["data"] = {name: value for name, value in event["data"].items() if value is not None}
    if event["event"] == "user":
        keep = ("intent", "entities", "label", "response_selector")
        parse = event["parse_data"]
        slim["parse_data"] = {name: parse[name] for name in keep if name in parse}
    for name in ("model_id", "assistant_id"):
        slim.get("metadata", {}).pop(name, None)
    return slim


class _ErrorListener(logging.Handler):
    """Rasa goes on after a failed action and only logs it: this tells the turn that failed."""

    def emit(self, record: logging.LogRecord) -> None:
        errors = _errors.get()
        if errors is not None:
            errors.append(f"{record.name}: {record.getMessage().splitlines()[0][:200]}")


def _hear_errors() -> None:
    for name in ("rasa.core.processor", "rasa.core.actions.action"):
        listened = logging.getLogger(name)
        if not any(isinstance(handler, _ErrorListener) for handler in listened.handlers):
            listened.addHandler(_ErrorListener(logging.ERROR))
