"""Our own API, as the actions call it. A failed call raises: the whole turn is then asked again."""

import logging
import os
from typing import Any, Dict, Optional

import httpx
from rasa_sdk import Tracker

TIMEOUT_SECONDS = 5.0

logging.getLogger("httpx").setLevel(logging.WARNING)  # our API logs these calls itself


class ContactRefused(Exception):
    """What was typed is no address; the words are for the participant."""


class Service:
    """The conversation of one turn, at our API."""

    def __init__(self, tracker: Tracker) -> None:
        about = (tracker.latest_message or {})["metadata"]
        self._path = f"/api/conversations/{about['conversation']}"
        self._message_id = str(about["message_id"])

    async def conversation(self) -> Dict[str, Any]:
        """Return what is known of the conversation."""
        return _checked(await self._call("GET", ""))

    async def set_contact(self, text: str, again: bool = False) -> str:
        """Keep where the answer goes; return it as words. Raises ContactRefused."""
        answer = await self._call("PUT", "/contact", {"text": text}, "contact-2" if again else "")
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise ContactRefused(answer.json()["error"])
        return place(_checked(answer)) or ""

    async def open_ticket(self, category: str, details: str) -> Dict[str, Any]:
        """Open the ticket of this turn; asking twice opens one."""
        ticket = {"category": category, "details": details}
        return _checked(await self._call("POST", "/tickets", ticket))

    async def hand_over(self, reason: str) -> Dict[str, Any]:
        """Give the conversation to a person or, if none is there, to the queue."""
        return _checked(await self._call("POST", "/handover", {"reason": reason}))

    async def _call(
        self, method: str, path: str, body: Optional[Dict[str, str]] = None, step: str = ""
    ) -> httpx.Response:
        key = f"{self._message_id}-{step}" if step else self._message_id
        headers = {"Authorization": f"Bearer {os.environ['SAPA_API_TOKEN']}"}
        async with _client() as client:
            return await client.request(
                method, self._path + path, json=body, headers={**headers, "Idempotency-Key": key}
            )


def place(contact: Optional[Dict[str, Any]]) -> Optional[str]:
    """Return a contact of the API as words that fit behind "lewat"; None if not known yet."""
    if contact is None:
        return None
    return "obrolan ini" if contact["kind"] == "here" else str(contact["label"])


def _client() -> httpx.AsyncClient:
    # Plain HTTP on the loopback: without verify=False each client would load all certificates.
    base = os.environ.get("SAPA_API_URL", "http://127.0.0.1:8080")
    return httpx.AsyncClient(base_url=base, timeout=TIMEOUT_SECONDS, verify=False)  # noqa: S501


def _checked(answer: httpx.Response) -> Dict[str, Any]:
    found: Dict[str, Any] = answer.raise_for_status().json()
    return found
