"""A label as Rasa's parse of a message: what a classifier found or a button says."""

from typing import Any, Dict

RETRIEVAL = ("faq", "issue")
UNSURE = "nlu_fallback"


def parsed(label: str, confidence: float) -> Dict[str, Any]:
    """Return the intent, and the answer that Rasa's retrieval actions shall say, for label."""
    intent = label.split("/", maxsplit=1)[0]
    outcome: Dict[str, Any] = {
        "intent": {"name": intent, "confidence": confidence},
        "entities": [],
        "label": label,
        "response_selector": {"all_retrieval_intents": list(RETRIEVAL)},
    }
    if intent in RETRIEVAL and label != intent:
        answer = {"intent_response_key": label, "utter_action": f"utter_{label}"}
        outcome["response_selector"][intent] = {"response": answer}
        outcome["intent"]["full_retrieval_intent_name"] = label
    return outcome
