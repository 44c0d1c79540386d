"""Who is at the other end of a web chat: a signed token, no account and no foreign cookie."""

from datetime import timedelta
from uuid import uuid4

from flask import request
from itsdangerous import BadSignature, URLSafeTimedSerializer

import settings

LIFE = timedelta(days=90)
"""How long a token is good for; a page that is used again keeps its own."""

COOKIE = "sapa_visitor"
"""First-party, for the plain pages only."""


class BadToken(Exception):
    """The token is missing, forged or too old: the page gets itself a new one."""


def _signer(salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.current().secret_key.get_secret_value(), salt=salt)


def new_token() -> str:
    """A token for a visitor nobody knows yet. Makes no row: empty visits leave nothing behind."""
    return _signer("visitor").dumps(uuid4().hex)


def visitor_of(token: str) -> str:
    """The visitor's id, their address on this channel. Raises BadToken."""
    try:
        return str(_signer("visitor").loads(token, max_age=int(LIFE.total_seconds())))
    except BadSignature:
        raise BadToken from None


def from_header() -> str:
    """The visitor of this request, by its bearer token. Raises BadToken."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise BadToken
    return visitor_of(token)


def limit_key() -> str:
    """Whom a rate limit counts: the visitor, else the address (mobile users share those)."""
    try:
        return f"visitor:{from_header()}"
    except BadToken:
        try:
            return f"visitor:{visitor_of(request.cookies.get(COOKIE, ''))}"
        except BadToken:
            return f"address:{request.remote_addr}"


FILE_LIFE = timedelta(hours=6)


def sign_file(attachment_id: int) -> str:
    """A token for one attachment, so that an <img> needs no header."""
    return _signer("file").dumps(attachment_id)


def signed_file(token: str) -> int:
    """The attachment a token is for. Raises BadToken."""
    try:
        return int(_signer("file").loads(token, max_age=int(FILE_LIFE.total_seconds())))
    except BadSignature:
        raise BadToken from None


def form_token(visitor: str) -> str:
    """What a plain form of this visitor carries: a form of another site cannot know it."""
    return _signer("form").dumps(visitor)


def check_form_token(token: str, visitor: str) -> None:
    """Raises BadSignature unless the form was made for this visitor."""
    if _signer("form").loads(token, max_age=int(LIFE.total_seconds())) != visitor:
        raise BadSignature("made for another visitor")
