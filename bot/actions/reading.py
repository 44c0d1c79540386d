"""What the tracker tells about this turn: what was meant, what was asked before."""

import re
from typing import Any, Dict, Iterator, List, Optional

from rasa_sdk import Tracker

NOT_UNDERSTOOD = ("nlu_fallback", "out_of_scope")
SURE = 0.6
LONGEST_COMMAND = 15  # words; longer texts tell a story and are no command
_QUESTION = re.compile(
    r"\b(apa(kah)?|gimana|gmn|bagaimana|kapan|berapa|brp|kenapa|knp|mengapa|di ?mana|dmn|siapa"
    r"|cara(nya)?|bole?h|bisa (gak|ga|nggak|tidak))\b",
    re.IGNORECASE,
)


def label(tracker: Tracker) -> str:
    """Return the full label of the message, also where the model was not sure."""
    found = _message(tracker)
    return str(found.get("label") or (found.get("intent") or {}).get("name") or "")


def confidence(tracker: Tracker) -> float:
    """Return how sure the label is."""
    return float((_message(tracker).get("intent") or {}).get("confidence") or 0.0)


def text(tracker: Tracker) -> str:
    """Return what the participant wrote."""
    return str(_message(tracker).get("text") or "").strip()


def is_button(tracker: Tracker) -> bool:
    """Tell whether a button was pressed (typed slashes never get here)."""
    return text(tracker).startswith("/")


def is_command(tracker: Tracker, *labels: str) -> bool:
    """Tell whether the message surely means one of labels and nothing else."""
    short = len(text(tracker).split()) <= LONGEST_COMMAND
    return label(tracker) in labels and confidence(tracker) >= SURE and short


def is_danger(tracker: Tracker) -> bool:
    """Tell whether somebody may come to harm, however long the message."""
    return label(tracker) == "in_danger" and confidence(tracker) >= SURE


def is_question(tracker: Tracker) -> bool:
    """Tell whether the message is a clear question that we have an answer to."""
    kind = label(tracker).split("/")[0]
    if kind not in ("faq", "job_trends") or confidence(tracker) < SURE:
        return False
    asked = text(tracker)
    return is_button(tracker) or asked.endswith("?") or bool(_QUESTION.search(asked))


def suggestions(tracker: Tracker, titles: Dict[str, str], limit: int) -> List[Dict[str, str]]:
    """Return buttons for the labels that come nearest."""
    near = [str(entry["name"]) for entry in _message(tracker).get("intent_ranking") or []]
    known = [name for name in near if name in titles][:limit]
    return [{"title": titles[name], "payload": f"/{name}"} for name in known]


def last_asked(tracker: Tracker) -> Optional[str]:
    """Return the response with which the assistant ended its turn before this message."""
    for event in _before_this_message(tracker):
        if event["event"] == "user":
            return None
        if event["event"] == "bot":
            asked = (event.get("metadata") or {}).get("utter_action")
            return str(asked) if asked else None
    return None


def failures_in_a_row(tracker: Tracker) -> int:
    """Return how many messages up to this one were not understood."""
    count = 1
    for event in _before_this_message(tracker):
        if event["event"] != "user":
            continue
        if (event["parse_data"].get("intent") or {}).get("name") not in NOT_UNDERSTOOD:
            break
        count += 1
    return count


def _before_this_message(tracker: Tracker) -> Iterator[Dict[str, Any]]:
    newest_first: Iterator[Dict[str, Any]] = iter(reversed(tracker.events))
    for event in newest_first:
        if event["event"] == "user":
            break
    return newest_first


def _message(tracker: Tracker) -> Dict[str, Any]:
    return tracker.latest_message or {}
