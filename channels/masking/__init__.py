"""Codes, passwords, and personal numbers are taken out of a message before it is stored.

In doubt a number is masked: a participant who reads ‹otp› where a house number stood loses
little, one whose password is found in a backup loses an account."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from channels.masking.context import SECRETS, Hints, hints
from channels.masking.numbers import find_numbers
from channels.masking.passwords import find_passwords
from channels.masking.words import Reading, read

# What is masked may make more of the rest plain; two rounds are usual.
_ROUNDS = 6

Span = tuple[int, int, str]


@dataclass(frozen=True)
class Masked:
    """A message as it may be read, and as it may be kept encrypted."""

    text: str
    """For everybody: every secret and personal number is a typed placeholder."""
    original: str
    """To be encrypted: codes, passwords and PINs are gone here too, the rest is as written."""


def mask(text: str, *, previous: str = "", asked: str = "") -> Masked:
    """Mask a message; previous is the participant's message before it, asked our last to them."""
    told = hints(previous, asked)
    shown, back = text, list(range(len(text) + 1))
    secrets: list[Span] = []
    for _ in range(_ROUNDS):
        spans = _spans(read(shown), told)
        if not spans:
            break
        secrets += [(back[a], back[b], kind) for a, b, kind in spans if kind in SECRETS]
        shown, back = _replaced(shown, back, spans)
    return Masked(shown, _replaced(text, range(len(text) + 1), _merged(secrets))[0])


def _spans(reading: Reading, told: Hints) -> list[Span]:
    found = [*find_passwords(reading, told), *find_numbers(reading, told)]
    return _merged((*reading.span(start, end), kind) for start, end, kind in found)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if merged and start < merged[-1][1]:
            first, last, earlier = merged[-1]
            merged[-1] = first, max(last, end), kind if kind in SECRETS else earlier
        else:
            merged.append((start, end, kind))
    return merged


def _replaced(text: str, back: Sequence[int], spans: list[Span]) -> tuple[str, list[int]]:
    """The text with placeholders, and where each of its characters stood in the first text."""
    pieces, origin, done = [], [], 0
    for start, end, kind in spans:
        placeholder = f"‹{kind}›"
        pieces += [text[done:start], placeholder]
        origin += [*back[done:start], *[back[start]] * len(placeholder)]
        done = end
    return "".join([*pieces, text[done:]]), [*origin, *back[done:]]
