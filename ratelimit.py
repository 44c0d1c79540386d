"""Rate limits, kept in Valkey; while that is away each process counts for itself."""

from flask import request
from flask_limiter import Limiter


def address() -> str:
    """The caller's address; behind a proxy, as ProxyFix has put it right."""
    return request.remote_addr or "unknown"


limiter = Limiter(
    key_func=address,
    default_limits=[],
    in_memory_fallback_enabled=True,
    headers_enabled=True,
    strategy="fixed-window",
)
