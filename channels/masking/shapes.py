"""How numbers look that tell by their shape what they are: phones, dates, amounts, lists."""

import re
from dataclasses import dataclass

from channels.masking.context import Hints, quantity
from channels.masking.words import WAVES, Reading

_DAY, _MONTH, _LONG_YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"(?:{_DAY}([-/. ]){_MONTH}\1{_LONG_YEAR}|{_LONG_YEAR}([-/.]){_MONTH}\2{_DAY})(?![-/.]?\d)"
)
_SHORT_DATE = re.compile(rf"{_DAY}([-/.]){_MONTH}\1\d\d(?![-/.]?\d)")
_TIME = re.compile(r"(?:[01]?\d|2[0-3])(?:[:.][0-5]\d|:[0-5]\d:[0-5]\d)(?![:.]?\d)")
_MONTHS = re.compile(rf"{_LONG_YEAR}[-/]{_MONTH}(?![-/.]?\d)")
_SERVICE = re.compile(r"1500[- ]?\d{3}(?!\d)")
_YEAR = re.compile(r"(?:19[4-9]\d|20[0-3]\d)(?!\d)")
_SPARED = (_DATE, _SHORT_DATE, _MONTHS, _TIME, _SERVICE, _YEAR)
_AMOUNT = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3}){0,3}(?:[.,]\d\d)?(?!\d)")
_MOBILE = re.compile(r"0800\d{6,7}|(?:62|0|620)8[1-9]\d{7,10}|8[1-9]\d{8,10}")
_GROUPED_PHONE = re.compile(r"0800\d{6,7}|(?:62|0|620)8[1-9]\d{7,10}|0[2-7]\d{7,9}")
NIK = re.compile(r"(?:1[1-9]|[2-9]\d)\d{4}(?:[04][1-9]|[1256]\d|[37][01])(?:0[1-9]|1[0-2])\d{6}")


@dataclass(frozen=True, slots=True)
class Run:
    """Numbers that follow each other with no word between: tokens start to end."""

    reading: Reading
    hints: Hints
    start: int
    end: int

    def digits(self, start: int, end: int) -> str:
        return "".join(token.value for token in self.reading.tokens[start:end])

    def match(self, pattern: re.Pattern[str], start: int) -> int:
        """The token after the pattern's match at a token; 0 if there is none."""
        tokens = self.reading.tokens
        found = pattern.match(self.reading.shadow, tokens[start].start)
        ends = (n + 1 for n in range(start, min(self.end, start + 5)))
        return next((n for n in ends if found and tokens[n - 1].end == found.end()), 0)


def is_single(reading: Reading, index: int) -> bool:
    token = reading.tokens[index]
    return token.kind == "spelled" or (token.kind == "number" and len(token.value) == 1)


def phone_at(run: Run, start: int) -> tuple[int, bool]:
    """Where a phone number ends, and whether it stands clearly apart from what follows."""
    if _MOBILE.fullmatch(run.digits(start, start + 1)):
        return start + 1, True
    reading, found = run.reading, (0, False)
    first = start + 1 if run.digits(start, start + 1) == "62" else start
    for n in range(first + 1, min(run.end, start + 14)):
        if reading.gap(n - 1) != reading.gap(first):
            break
        if _GROUPED_PHONE.fullmatch(run.digits(start, n + 1)):
            found = n + 1, n + 1 < run.end and reading.gap(n) != reading.gap(first)
    return found


def sixteen_at(run: Run, start: int) -> int:
    """Where sixteen digits that begin here end; 0 if they don't, or are dates and times."""
    for n in range(start + 1, min(run.end, start + 16) + 1):
        if len(run.digits(start, n)) >= 16:
            return n if len(run.digits(start, n)) == 16 and not is_calendar(run, start, n) else 0
    return 0


def is_calendar(run: Run, start: int, end: int) -> bool:
    pieces: list[str] = []
    while start < end:
        last = next((m for p in (_DATE, _TIME, _YEAR) if (m := run.match(p, start))), 0)
        if not last:
            return False
        pieces.append(run.digits(start, last))
        start = last
    return len(set(pieces)) == len(pieces)


def in_list(run: Run, n: int) -> bool:
    """Whether a number belongs to waves ("gelombang 70, 71 dan 72"), a ticket or a year."""
    tokens, value = run.reading.tokens, run.digits(n, n + 1)
    word = tokens[run.start - 1].value if run.start else ""
    if word == "sp" and n == run.start:
        return len(run.reading.gap(n - 1)) <= 1
    if word == "prakerja" and n == run.start:
        return bool(_YEAR.fullmatch(value))
    waves = [token.value for token in tokens[run.start : n + 1][:12]]
    small = all(len(wave) <= 3 and wave[0] != "0" for wave in waves)
    return word in WAVES and small and sorted(map(int, waves)) == [int(wave) for wave in waves]


def harmless_at(run: Run, n: int) -> int:
    """Where a date, time, year or amount ends that begins here; 0 if none does."""
    found = (run.match(pattern, n) for pattern in _SPARED)
    if last := next((m for m in found if m), 0):
        return last
    last = run.match(_AMOUNT, n)
    whole = run.digits(n, last)
    return (
        last if last and (whole.endswith(("000", "500")) or quantity(run.reading, n, whole)) else 0
    )
