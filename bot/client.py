"""The app's side of the wire to Rasa: one turn with its episode in, replies and events out."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import httpx

TIMEOUT = 10.0  # seconds for the whole answer; slower counts as away

_http = httpx.Client(timeout=httpx.Timeout(TIMEOUT, connect=2.0))


class Failure(Enum):
    """Why an ask was not answered."""

    REFUSED = "refused"  # no connection: it is restarting, or gone
    SLOW = "slow"  # it took the ask and gave nothing in time
    BROKEN = "broken"  # an error for this turn: an action failed, or it answered nothing


class BotUnavailable(Exception):
    """Rasa did not answer this turn."""

    def __init__(self, reason: str, failure: Failure) -> None:
        super().__init__(reason)
        self.failure = failure


@dataclass(frozen=True)
class Ask:
    """One turn as the connector wants it."""

    channel: str
    conversation: str
    turn: int
    text: str
    trusted: bool
    """The text is the payload of a button that we offered."""
    events: Sequence[dict[str, Any]]
    agents_available: bool


@dataclass(frozen=True)
class Reply:
    """What the assistant says, and the episode as it stands then."""

    messages: Sequence[dict[str, Any]]
    events: Sequence[dict[str, Any]]
    intent: str
    active_form: str | None


def ask(url: str, token: str, turn: Ask) -> Reply:
    """Ask Rasa one turn; the same turn twice gives the same answer. Raises BotUnavailable.

    An empty answer is a failure: an action failed, and its state must not be kept."""
    request = {
        "channel": turn.channel,
        "sender": turn.conversation,
        "message_id": str(turn.turn),
        "message": turn.text,
        "trusted": turn.trusted,
        "metadata": {"agents_available": turn.agents_available},
        "events": list(turn.events),
    }
    try:
        answered = _http.post(
            f"{url}/webhooks/sapa/webhook",
            json=request,
            headers={"Authorization": f"Bearer {token}"},
        )
        answered.raise_for_status()
        return _read(answered.json())
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise BotUnavailable(f"Rasa: {type(error).__name__}", _kind(error)) from error


def _kind(error: Exception) -> Failure:
    if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout | httpx.PoolTimeout):
        return Failure.SLOW
    return Failure.REFUSED if isinstance(error, httpx.TransportError) else Failure.BROKEN


def _read(answer: dict[str, Any]) -> Reply:
    if not answer["messages"]:
        raise ValueError("Rasa answered nothing")
    return Reply(
        messages=answer["messages"],
        events=answer["events"],
        intent=answer["intent"]["name"] or "",
        active_form=answer["active_form"],
    )


def is_up(url: str) -> bool:
    """Whether Rasa takes connections, asked within a second."""
    try:
        return httpx.get(url, timeout=1.0).is_success
    except httpx.HTTPError:
        return False
