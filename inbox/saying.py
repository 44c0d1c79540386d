"""What the assistant says, as bubbles: texts part at blank lines, buttons stay with the last."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from channels import outbox
from channels.base import Button
from channels.models import Author, Conversation
from inbox.taking import Turn

Said = tuple[str, Sequence[Button]]


def say_bubbles(
    session: Session, conversation: Conversation, said: Sequence[Said], turn: Turn, now: datetime
) -> None:
    """Say texts with their buttons, as the assistant, in answer to a turn."""
    for text, buttons in bubbles(said):
        outbox.say(
            session,
            conversation,
            text,
            now=now,
            author=Author.ASSISTANT,
            buttons=buttons,
            turn=turn.id,
        )


def bubbles(said: Sequence[Said]) -> list[Said]:
    """One bubble each.

    >>> bubbles([("satu\\n\\ndua", [Button("Ya", "/affirm")])])
    [('satu', []), ('dua', [Button(title='Ya', payload='/affirm')])]
    """
    parted: list[Said] = []
    for text, buttons in said:
        parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
        parted += [(part, []) for part in parts]
        if buttons and parted:
            parted[-1] = (parted[-1][0], buttons)
    return parted
