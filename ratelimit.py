"""Rate limits, kept in Valkey; while that is away each process counts for itself."""

import time

from flask import request
from flask_limiter import Limiter


def address() -> str:
    """The caller's address; behind a proxy, as ProxyFix has put it right."""
    return request.remote_addr or "unknown"


limiter = Limiter(
    key_func=address,
    default_limits=[],
    in_memory_fallback_enabled=True,
    strategy="fixed-window",
)


def seconds_to_wait() -> int:
    """After how many seconds the limit that refused this request allows the next one."""
    limit = limiter.current_limit
    return max(1, int(limit.reset_at - time.time())) if limit else 1
