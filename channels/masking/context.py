"""What the words around a number, and the messages before, say about it."""

from dataclasses import dataclass

from channels.masking.words import FILLERS, HARMLESS, TROUBLE, UNITS, Reading, Token, read, role

SECRETS = frozenset({"otp", "sandi", "pin"})
NUMBERS = frozenset({"nik", "kk", "kartu", "rekening"})
NUMERIC = frozenset({"number", "spelled", "maybe"})
_CARDS = frozenset({"atm", "debit", "kredit", "card"})
_ASKED = frozenset({"berapa", "tahun", "gelombang", "tanggal", "nominal", "jumlah"})


@dataclass(frozen=True, slots=True)
class Hints:
    """What the messages before this one tell about its numbers."""

    announced: str = ""
    """What the participant's last message ended with announcing ("ini otp nya" is "otp")."""
    around: str = ""
    """The secret that the messages before were about."""
    quantity: bool = False
    """We asked for a quantity or a year."""


def hints(previous: str, asked: str) -> Hints:
    """What the participant's last message and ours tell."""
    before, ours = read(previous[-500:]), read(asked[-500:])
    last = [token.value for token in before.tokens[-10:]]
    calm = not TROUBLE.intersection(last)
    announced = direct(before, len(before.tokens)) if calm else ""
    about = [found for token in [*ours.tokens, *before.tokens] if (found := word_role(token))]
    secrets = [found for found in about if found in SECRETS]
    amount = bool(_ASKED.intersection(token.value for token in ours.tokens)) and not secrets
    return Hints(
        announced=announced,
        around=secrets[-1] if secrets else "",
        quantity=amount or quantity(before, len(before.tokens), ""),
    )


def word_role(token: Token) -> str:
    """What a token announces if it is a word."""
    return role(token.value) if token.kind == "word" else ""


def direct(reading: Reading, index: int, announced: str = "") -> str:
    """What the words right before a token announce, with nothing but fillers between."""
    roles: list[str] = []
    for token in reversed(reading.tokens[max(0, index - 8) : index]):
        found = word_role(token)
        if found in SECRETS:
            return found
        if token.kind != "word" or not (found or token.value in FILLERS):
            return next(iter(roles), "")
        roles += [found] if found in NUMBERS else []
    return next(iter(roles), announced if index <= 8 else "")


def named(reading: Reading, index: int, announced: str) -> str:
    """Whose number this is, by the words before it; "" if they don't tell."""
    if found := direct(reading, index, announced):
        return found
    for token in reversed(reading.tokens[max(0, index - 6) : index]):
        found = word_role(token)
        if found == "phone" or token.kind in NUMERIC:
            return ""
        if found in NUMBERS and (found != "kartu" or token.value in _CARDS):
            return found
    return ""


def nearest(reading: Reading, index: int, around: str) -> str:
    """What a short number in the middle of a sentence most likely is."""
    words = reversed(reading.tokens[max(0, index - 12) : index])
    roles = [found for token in words if (found := word_role(token))]
    secret = next((found for found in roles if found in SECRETS), around)
    return secret or next(iter(roles), "")


def quantity(reading: Reading, index: int, digits: str) -> bool:
    """Whether the word before says that a number is an amount, a place, a version ..."""
    for token in reversed(reading.tokens[max(0, index - 4) : index]):
        if token.kind == "word" and token.value in HARMLESS:
            return token.value != "dana" or digits.endswith("00")
        if token.kind != "word" or token.value not in FILLERS:
            return False
    return False


def unit(reading: Reading, last: int) -> bool:
    """Whether a unit follows: "5000 orang", "12,5%"."""
    tokens = reading.tokens
    if reading.shadow[tokens[last - 1].end :][:2].strip().startswith("%"):
        return True
    return last < len(tokens) and tokens[last].value in UNITS and len(reading.gap(last - 1)) < 3


def follows(reading: Reading, last: int) -> str:
    """What the words right after say: "482913 itu otp saya"."""
    tokens = reading.tokens[last : last + 5]
    for index, token in enumerate(tokens):
        found = word_role(token)
        if found in SECRETS | NUMBERS:
            after = [t for t in tokens[index + 1 :] if t.value not in FILLERS]
            return "" if after and after[0].kind in NUMERIC else found
        if token.kind != "word" or token.value not in FILLERS:
            return ""
    return ""
