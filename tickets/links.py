"""Signed addresses that need no account."""

from itsdangerous import BadSignature, URLSafeSerializer

import settings
from tickets.models import Ticket


class BadLink(Exception):
    """The address was changed, or made by another installation."""


def _signer() -> URLSafeSerializer:
    key = settings.current().secret_key.get_secret_value()
    return URLSafeSerializer(key, salt="ticket-status")


def status_url(ticket: Ticket) -> str:
    """The status page of a ticket: whoever has the address may read and answer."""
    return f"{settings.current().public_url}/t/{_signer().dumps(ticket.id)}"


def ticket_id(token: str) -> int:
    """The ticket of a status page. Raises BadLink."""
    try:
        return int(_signer().loads(token))
    except (BadSignature, ValueError):
        raise BadLink from None
