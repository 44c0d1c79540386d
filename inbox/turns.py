"""Turns: which messages are answered together, and from when on. Pure functions.

People write "min" / "tolong" / "akunku gabisa login" as three messages: that is one turn with one
answer. A complete question is answered at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PAUSE = timedelta(seconds=3)
"""How long we wait for the next fragment."""

LONGEST = timedelta(seconds=9)
"""How long fragments may keep a turn open, counted from the first."""

COMPLETE_WORDS = 5
"""From so many words on a message stands by itself."""

ENDS = re.compile(r"[?!.…][\s)\"'”»]*$")
ANSWERS = frozenset(
    [
        "ya",
        "iya",
        "y",
        "yes",
        "no",
        "tidak",
        "ga",
        "gak",
        "engga",
        "nggak",
        "belum",
        "blm",
        "sudah",
        "udah",
        "sdh",
        "ok",
        "oke",
        "makasih",
        "terima",
        "kasih",
        "batal",
        "stop",
        "cancel",
        "disini",
        "sini",
        "petugas",
    ]
)


@dataclass(frozen=True)
class Piece:
    """What of a message matters for turns."""

    id: int
    text: str
    payload: str
    complete: bool
    at: datetime


def is_complete(text: str, *, payload: str = "", files: int = 0, asked: str = "") -> bool:
    """Whether a message needs no further words before it is answered.

    asked: our last words; a short answer to a question of ours is whole."""
    words = text.split()
    if payload or files or len(words) >= COMPLETE_WORDS or ENDS.search(text):
        return True
    if text.strip().isdigit() or "@" in text:
        return True
    return asked.rstrip().endswith("?") and all(word.lower() in ANSWERS for word in words)


def first_turn(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces (in order, at least one) that are answered first, together."""
    turn: list[Piece] = []
    for piece in pieces:
        if turn and (_apart(turn, piece) or piece.payload):
            break
        turn.append(piece)
        if piece.complete:
            break
    return turn


def _apart(turn: Sequence[Piece], piece: Piece) -> bool:
    """Whether the pause before piece ended the turn, or the turn has been open for too long."""
    return piece.at - turn[-1].at > PAUSE or piece.at - turn[0].at > LONGEST


def due(turn: Sequence[Piece]) -> datetime:
    """From when on the turn (of first_turn) is answered."""
    if turn[-1].complete:
        return turn[-1].at
    return min(turn[-1].at + PAUSE, turn[0].at + LONGEST)


def is_over(turn: Sequence[Piece], pieces: Sequence[Piece], now: datetime) -> bool:
    """Whether the first turn of pieces may be answered now."""
    return len(turn) < len(pieces) or due(turn) <= now


def words(turn: Sequence[Piece]) -> str:
    """What the assistant is asked: the words of the turn, one line a message."""
    return "\n".join(piece.text for piece in turn if piece.text)
