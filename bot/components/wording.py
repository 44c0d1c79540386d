"""Which wording of a response is said: the same one whenever the same turn is asked again."""

import copy
import zlib
from typing import Any, Dict, Optional, Text

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class SteadyWording(TemplatedNaturalLanguageGenerator):
    """Rasa's own generator, but the message's id decides where it would throw dice."""

    def __init__(self, endpoint_config: Any = None, domain: Optional[Domain] = None) -> None:
        super().__init__(domain.responses if domain else {})

    async def generate(
        self,
        utter_action: Text,
        tracker: DialogueStateTracker,
        output_channel: Text,
        **kwargs: Any,
    ) -> Optional[Dict[Text, Any]]:
        """Return the response to say, its placeholders filled; None if there is none."""
        if utter_action not in self.responses:
            return None
        slots = tracker.current_slot_values()
        choices = ResponseVariationFilter(self.responses).responses_for_utter_action(
            utter_action, output_channel, slots
        )
        if not choices:
            return None
        asked = tracker.latest_message.message_id if tracker.latest_message else ""
        place = zlib.crc32(f"{asked} {utter_action}".encode()) % len(choices)
        chosen: Dict[Text, Any] = copy.deepcopy(choices[place])
        filled: Dict[Text, Any] = self._fill_response(chosen, slots, **kwargs)
        return filled
