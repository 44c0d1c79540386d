"""How the help form begins: what it is for, and what need not be asked any more."""

from typing import Any, List, Optional

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.service import Service, place

Events = List[Any]


def nothing_more() -> Events:
    """Return the events of an action after which the participant has the word."""
    return [SlotSet("next_step", None)]


async def begin_ticket(tracker: Tracker, category: str) -> Events:
    """Return the events that start the form for a ticket."""
    known = await Service(tracker).conversation()
    return _begun("ticket", category, place(known["contact"]))


async def begin_handover(
    dispatcher: CollectingDispatcher, tracker: Tracker, reason: str = "asked"
) -> Events:
    """Hand over to a person, or start the form that asks where the answer shall go."""
    service = Service(tracker)
    known = await service.conversation()
    contact = place(known["contact"])
    if not known["agents_available"] and contact is None:
        dispatcher.utter_message(response="utter_no_person_now")
        return [*_begun("handover", None, None), SlotSet("reason", reason)]
    say_handed_over(dispatcher, await service.hand_over(reason), contact)
    return nothing_more()


def say_handed_over(dispatcher: CollectingDispatcher, outcome: Any, contact: Optional[str]) -> None:
    """Say that a person comes now, or when one will."""
    if outcome["live"]:
        dispatcher.utter_message(response="utter_handover_live")
    else:
        say_promised(dispatcher, "utter_handover_queued", outcome, contact)


def say_promised(
    dispatcher: CollectingDispatcher, response: str, outcome: Any, contact: Optional[str]
) -> None:
    """Say a number and what was promised, if anything was."""
    name = response if outcome["promise_text"] else f"{response}_unpromised"
    facts = {fact: outcome[fact] for fact in ("number", "promise_text", "status_url")}
    dispatcher.utter_message(response=name, contact=contact or "obrolan ini", **facts)


def _begun(purpose: str, category: Optional[str], contact: Optional[str]) -> Events:
    slots = {
        "purpose": purpose,
        "category": category,
        "details": None,
        "contact": contact,
        "contact_tries": 0.0,
        "next_step": "form",
    }
    return [SlotSet(name, value) for name, value in slots.items()]
