"""The help form: collects what a ticket needs and where the answer goes, in one question each.

Everything a participant may write inside it is decided here: an answer, another question, a
call for a person, or that it is off.
"""

from typing import Any, Dict, Optional

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.actions import reading
from bot.actions.people import call_for_help, say_ticket_status
from bot.actions.service import ContactRefused, Service, place
from bot.actions.starting import Events, say_handed_over, say_promised

ASKED_FOR = {"ticket": ("details", "contact"), "handover": ("contact",)}
TRIES = 2
HERE = "Di sini saja"
EMPTIED = (
    "purpose",
    "category",
    "details",
    "contact",
    "contact_tries",
    "next_step",
    "requested_slot",
)

Slots = Dict[str, Any]


class ValidateHelpForm(Action):
    """Reads what was written while the form is open."""

    def name(self) -> str:
        """Return the name by which Rasa finds it."""
        return "validate_help_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Return the slots filled, and the one to ask for next (None ends the form)."""
        requested = tracker.get_slot("requested_slot")
        found: Slots = {}
        if requested:
            found = await _otherwise(dispatcher, tracker, requested)
            if not found:
                read = _details if requested == "details" else _contact
                found = await read(dispatcher, tracker)
        slots = {**tracker.slots, **found}
        missing = [s for s in ASKED_FOR.get(slots["purpose"], ()) if slots.get(s) is None]
        found["requested_slot"] = next(iter(missing), None)
        return [SlotSet(name, value) for name, value in found.items()]


async def _otherwise(dispatcher: CollectingDispatcher, tracker: Tracker, requested: str) -> Slots:
    """Return what follows if the message is no answer to the form; nothing if it is one."""
    if reading.is_danger(tracker):
        return {"purpose": "danger"}
    if reading.is_command(tracker, "cancel"):
        return {"purpose": "cancelled"}
    if reading.is_command(tracker, "talk_to_agent"):
        return await _to_person(dispatcher, tracker)
    if reading.is_command(tracker, "ticket_status"):
        await say_ticket_status(dispatcher, tracker)
        return {requested: None}
    if reading.is_question(tracker):
        dispatcher.utter_message(response=f"utter_{reading.label(tracker)}")
        dispatcher.utter_message(response="utter_back_to_form")
        return {requested: None}
    return {requested: None} if reading.is_button(tracker) else {}


async def _to_person(dispatcher: CollectingDispatcher, tracker: Tracker) -> Slots:
    known = await Service(tracker).conversation()
    contact = tracker.get_slot("contact") or place(known["contact"])
    if known["agents_available"] or contact:
        return {"purpose": "handover", "contact": contact or "obrolan ini"}
    dispatcher.utter_message(response="utter_no_person_now")
    return {"purpose": "handover", "contact": None}


async def _details(dispatcher: CollectingDispatcher, tracker: Tracker) -> Slots:
    if reading.is_command(tracker, "greeting", "thanks"):
        dispatcher.utter_message(response="utter_details_missing")
        return {"details": None}
    return {"details": reading.text(tracker)}


async def _contact(dispatcher: CollectingDispatcher, tracker: Tracker) -> Slots:
    service = Service(tracker)
    try:
        return {"contact": await service.set_contact(reading.text(tracker))}
    except ContactRefused as refusal:
        tries = float(tracker.get_slot("contact_tries") or 0) + 1
        if tries < TRIES:
            dispatcher.utter_message(text=str(refusal))
            return {"contact": None, "contact_tries": tries}
    dispatcher.utter_message(response="utter_contact_stays_here")
    return {"contact": await service.set_contact(HERE, again=True), "contact_tries": tries}


class AskDetails(Action):
    """Asks for what a ticket of this category needs, in one go."""

    def name(self) -> str:
        """Return the name by which Rasa finds it."""
        return "action_ask_details"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Ask with the category's own words if there are any."""
        key = str(tracker.get_slot("category") or "").split("/")[-1]
        own = f"utter_details/{key}"
        known = own in domain.get("responses", {})
        dispatcher.utter_message(response=own if known else "utter_ask_details_generic")
        return []


class AskContact(Action):
    """Asks where the answer shall go."""

    def name(self) -> str:
        """Return the name by which Rasa finds it."""
        return "action_ask_contact"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Ask, shorter after an address that was none."""
        again = bool(tracker.get_slot("contact_tries"))
        response = "utter_ask_contact_again" if again else "utter_ask_contact"
        dispatcher.utter_message(response=response)
        return []


class Finish(Action):
    """Does what the form was filled for."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_finish"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Open the ticket, hand over, or let it be."""
        await _finish(dispatcher, tracker, tracker.get_slot("purpose"))
        return [SlotSet(name, None) for name in EMPTIED]


async def _finish(
    dispatcher: CollectingDispatcher, tracker: Tracker, purpose: Optional[str]
) -> None:
    contact = tracker.get_slot("contact")
    service = Service(tracker)
    if purpose == "ticket":
        details = str(tracker.get_slot("details"))
        ticket = await service.open_ticket(str(tracker.get_slot("category")), details)
        say_promised(dispatcher, "utter_ticket_opened", ticket, contact)
    elif purpose == "handover":
        reason = str(tracker.get_slot("reason") or "asked")
        say_handed_over(dispatcher, await service.hand_over(reason), contact)
    elif purpose == "danger":
        await call_for_help(dispatcher, tracker)
    else:
        dispatcher.utter_message(response="utter_form_cancelled")
