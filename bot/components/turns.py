"""One turn of a dialogue: with the episode's events in, with words and new events out."""

import logging
import uuid
from contextvars import ContextVar
from typing import Any, Dict, List, NamedTuple, Optional, Text

from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot import hours
from bot.components.parses import UNSURE, parsed

RANKED = 4  # as many as suggestions need
LISTENING = "action_listen"

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


class _Collected(CollectingOutputChannel):
    """Collects replies under the participant's channel, so that its variants are chosen."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self._channel = channel

    def name(self) -> Text:
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
    open_at = str(turn.metadata.get("service_hours") or hours.in_words())
    if tracker.get_slot("service_hours") != open_at:
        news.append(SlotSet("service_hours", open_at))
    tracker.update_with_events(news, agent.domain)
    return tracker


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


def trust_own_actions() -> None:
    """Check only the outline of what our action server answers.

    Rasa would compile and apply a large JSON schema at every call of an action: 20 ms of the
    30 that a turn takes. The answers are made by rasa-sdk's own classes, in our own code."""
    outline = {
        "$schema": "http://json-schema.org/draft-04/schema#",  # the one that is quick to check
        "type": "object",
        "required": ["events", "responses"],
        "properties": {"events": {"type": "array"}, "responses": {"type": "array"}},
    }
    RemoteAction.action_response_format_spec = staticmethod(lambda: outline)


def hear_errors() -> None:
    """Listen to what Rasa swallows; once for the process."""
    for name in ("rasa.core.processor", "rasa.core.actions.action"):
        listened = logging.getLogger(name)
        if not any(isinstance(handler, _ErrorListener) for handler in listened.handlers):
            listened.addHandler(_ErrorListener(logging.ERROR))
