"""Where Rasa keeps a dialogue: in memory, as it is, for the one turn it takes."""

from functools import lru_cache
from typing import Any, Dict, Iterable, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker


class TurnMemory(TrackerStore):
    """A tracker store that neither writes nor reads JSON: a third of a turn went there."""

    def __init__(
        self, domain: Domain, event_broker: Optional[EventBroker] = None, **kwargs: Any
    ) -> None:
        """Start empty."""
        self.store: Dict[Text, DialogueStateTracker] = {}
        super().__init__(domain, event_broker)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the tracker itself."""
        self.store[tracker.sender_id] = tracker

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """Return the tracker itself; None when its turn is over or never was."""
        return self.store.get(sender_id)

    async def keys(self) -> Iterable[Text]:
        """Return the dialogues whose turns are being taken."""
        return self.store.keys()


def remember_event_types() -> None:
    """Find the class of an event's type once: Rasa walks through all of them for every event."""
    if not hasattr(Event.resolve_by_type, "cache_info"):
        Event.resolve_by_type = staticmethod(lru_cache(maxsize=None)(Event.resolve_by_type))
