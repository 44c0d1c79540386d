"""To a person: asked for, offered after failures, called in danger; and how a ticket stands."""

import json
from pathlib import Path
from typing import Any, Dict

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.actions import reading
from bot.actions.answers import OFFER_PERSON
from bot.actions.service import Service, place
from bot.actions.starting import Events, begin_handover, nothing_more, say_handed_over

TITLES: Dict[str, str] = json.loads((Path(__file__).parents[1] / "titles.json").read_text("utf-8"))
SUGGESTED = 3


class TalkToAgent(Action):
    """The participant asks for a person."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_talk_to_agent"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Hand over, or ask first where the answer shall go."""
        offered = reading.last_asked(tracker) == OFFER_PERSON
        return await begin_handover(dispatcher, tracker, "not_understood" if offered else "asked")


class InDanger(Action):
    """Somebody may come to harm."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_in_danger"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Say where help is at once, and call a person."""
        await call_for_help(dispatcher, tracker)
        return nothing_more()


async def call_for_help(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    """Say the emergency numbers; a person is called without any question asked."""
    service = Service(tracker)
    outcome = await service.hand_over("in_danger")
    known = await service.conversation()
    dispatcher.utter_message(response="utter_in_danger")
    say_handed_over(dispatcher, outcome, place(known["contact"]))


class NotUnderstood(Action):
    """We do not know what is meant, or it is none of our subjects."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_not_understood"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Ask for other words with what comes nearest; the second time offer a person."""
        near = reading.suggestions(tracker, TITLES, SUGGESTED)
        if reading.failures_in_a_row(tracker) > 1:
            dispatcher.utter_message(response=OFFER_PERSON)
        elif reading.label(tracker) == "out_of_scope":
            dispatcher.utter_message(response="utter_out_of_scope")
        elif near:
            dispatcher.utter_message(response="utter_not_understood", buttons=near)
        else:
            dispatcher.utter_message(response="utter_not_understood_alone")
        return nothing_more()


class TicketStatus(Action):
    """How the participant's tickets stand."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_ticket_status"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Say each ticket's state and promise."""
        await say_ticket_status(dispatcher, tracker)
        return nothing_more()


async def say_ticket_status(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    """Say each ticket in a bubble of its own, or that there is none."""
    tickets = (await Service(tracker).conversation())["tickets"]
    if tickets:
        dispatcher.utter_message(text="\n\n".join(_standing(ticket) for ticket in tickets))
    else:
        dispatcher.utter_message(response="utter_no_tickets")


def _standing(ticket: Dict[str, Any]) -> str:
    promise = ticket["promise_text"]
    lines = [f"{ticket['number']}, {ticket['subject']}: {ticket['status_text']}."]
    lines += [f"Kamu akan mendapat kabar {promise}."] if promise else []
    return "\n".join([*lines, f"Selengkapnya: {ticket['status_url']}"])
