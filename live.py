"""Wake-ups for open pages: "look into the database", sent through Valkey, lossy by design.

A page that misses one finds its news at its next look (every few seconds); nothing here is true
data. One listener a process serves every open page of that process."""

import json
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import redis

log = logging.getLogger(__name__)

PREFIX = "live:"
_client: redis.Redis | None = None


@dataclass(eq=False)
class Listener:
    """One open page: it sleeps until somebody has news for its topic."""

    event: threading.Event = field(default_factory=threading.Event)
    news: list[dict[str, Any]] = field(default_factory=list)

    def wait(self, timeout: float) -> list[dict[str, Any]]:
        """What was announced meanwhile, oldest first; [] when timeout (seconds) passes."""
        self.event.wait(timeout)
        self.event.clear()
        found, self.news = self.news, []
        return found


_listeners: defaultdict[str, set[Listener]] = defaultdict(set)
_guard = threading.Lock()
_started = threading.Event()


def connect(client: redis.Redis) -> None:
    """Use this client. The listening thread starts with the first open page, after any fork."""
    global _client
    _client = client
    _started.clear()


def publish(topic: str, **news: Any) -> None:
    """Wake the pages that watch topic. Never raises: they look by themselves before long."""
    try:
        if _client is not None:
            _client.publish(PREFIX + topic, json.dumps(news))
    except redis.RedisError as error:
        log.info("a wake-up was lost: %s", type(error).__name__)


@contextmanager
def listening(*topics: str) -> Iterator[Listener]:
    """Watch one or more topics; the listener is dropped at the end."""
    listener = Listener()
    with _guard:
        for topic in topics:
            _listeners[topic].add(listener)
        if not _started.is_set():
            _started.set()
            threading.Thread(target=_listen, name="live", daemon=True).start()
    try:
        yield listener
    finally:
        with _guard:
            for topic in topics:
                _listeners[topic].discard(listener)
                if not _listeners[topic]:
                    del _listeners[topic]


def _listen() -> None:
    while True:
        try:
            _listen_until_it_breaks()
        except (redis.RedisError, OSError):
            time.sleep(1)


def _listen_until_it_breaks() -> None:
    if _client is None:
        raise RuntimeError("live.connect() has not been called")
    with _client.pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call] # redis-py
        pubsub.psubscribe(PREFIX + "*")
        while True:
            message = pubsub.get_message(timeout=30)
            if message:
                _hand_out(message["channel"].decode(), json.loads(message["data"]))


def _hand_out(channel: str, news: dict[str, Any]) -> None:
    with _guard:
        for listener in _listeners.get(channel.removeprefix(PREFIX), ()):
            listener.news.append(news)
            listener.event.set()
