"""The one door into Rasa: a connector that keeps no state and never answers with nothing.

The app sends the episode's events with each message and stores those that come back in their
place, so asking the same thing twice gives the same answer. What is written is never logged.
"""

import hmac
import json
import logging
from typing import Any, Awaitable, Callable, Dict, Optional, Text

from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from bot.components.memory import remember_event_types
from bot.components.turns import (
    BadRequest,
    Turn,
    TurnFailed,
    hear_errors,
    take_turn,
    trust_own_actions,
)

MAX_TEXT = 4000
MAX_EVENTS = 2 * 1024 * 1024

logger = logging.getLogger(__name__)


class SapaInput(InputChannel):
    """POST /webhooks/sapa/webhook with a bearer token."""

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()
        hear_errors()
        trust_own_actions()
        remember_event_types()

    @classmethod
    def name(cls) -> Text:
        """Return the name in the address."""
        return "sapa"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "SapaInput":
        """Make it from credentials.yml; without a token it does not start."""
        if logging.getLogger("rasa").isEnabledFor(logging.DEBUG):
            raise RasaException("Rasa writes messages into its log at DEBUG: use INFO.")
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
