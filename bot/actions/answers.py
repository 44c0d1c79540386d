"""What follows an answer: "did it help?", and what a yes or a no to it means."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.actions import reading, sheet
from bot.actions.starting import Events, begin_handover, begin_ticket, nothing_more

ASK_HELPED = "utter_ask_helped"
OFFER_PERSON = "utter_offer_person"


def ask_whether_it_helped(dispatcher: CollectingDispatcher, label: str) -> Events:
    """Ask, and remember what a no would be about."""
    dispatcher.utter_message(response=ASK_HELPED)
    return [SlotSet("category", sheet.category(label)), *nothing_more()]


class AfterAnswer(Action):
    """After a question was answered."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_after_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Ask whether it helped, open the form, or leave it at that."""
        label = reading.label(tracker)
        if label in sheet.AT_ONCE:
            return await begin_ticket(tracker, sheet.category(label))
        if sheet.asks_whether_it_helped(label):
            return ask_whether_it_helped(dispatcher, label)
        return nothing_more()


class Issue(Action):
    """A technical problem: self-help once, then a ticket."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_issue"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Say the self-help and ask whether it helped; or open the form."""
        label = reading.label(tracker)
        asked_already = reading.last_asked(tracker) == ASK_HELPED
        if asked_already and tracker.get_slot("category") == label:
            dispatcher.utter_message(response="utter_ticket_begins")  # told again: it did not help
            return await begin_ticket(tracker, label)
        dispatcher.utter_message(response=f"utter_{label}")
        if label in sheet.AT_ONCE:
            return await begin_ticket(tracker, label)
        return ask_whether_it_helped(dispatcher, label)


class Affirm(Action):
    """A yes: to what was asked last."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_affirm"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Close warmly, or hand over."""
        asked = reading.last_asked(tracker)
        if asked == OFFER_PERSON:
            return await begin_handover(dispatcher, tracker, "not_understood")
        helped = asked == ASK_HELPED
        dispatcher.utter_message(response="utter_glad_it_helped" if helped else "utter_what_else")
        return nothing_more()


class Deny(Action):
    """A no: to what was asked last."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_deny"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Open the form if the answer did not help."""
        category = tracker.get_slot("category")
        if reading.last_asked(tracker) == ASK_HELPED and category:
            dispatcher.utter_message(response="utter_ticket_begins")
            return await begin_ticket(tracker, str(category))
        dispatcher.utter_message(response="utter_what_else")
        return nothing_more()


class Cancel(Action):
    """Never mind, where nothing is open."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_cancel"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Say that it is all right."""
        dispatcher.utter_message(response="utter_nothing_to_cancel")
        return nothing_more()
