"""Which numbers in a message are codes, identity, card or account numbers.

A run of numbers ("3174 0521-05900001", "4-8-2-9", "tiga satu tujuh ...") is cut into pieces:
what is harmless (a date, a phone number, an amount), what is long, and the rest; the words
around tell what a piece is. In doubt it is masked."""

from collections.abc import Iterator
from itertools import pairwise

from channels.masking.context import (
    NUMERIC,
    SECRETS,
    Hints,
    direct,
    follows,
    named,
    nearest,
    quantity,
    unit,
)
from channels.masking.shapes import (
    NIK,
    Run,
    harmless_at,
    in_list,
    is_calendar,
    is_single,
    phone_at,
    sixteen_at,
)
from channels.masking.words import FILLERS, Reading


def find_numbers(reading: Reading, hints: Hints) -> Iterator[tuple[int, int, str]]:
    """Every number to mask, as (start, end, kind) in the shadow."""
    tokens = reading.tokens
    alone = all(t.kind != "word" or t.value in FILLERS or len(t.value) == 1 for t in tokens)
    for start, end in _runs(reading):
        run = Run(reading, hints, start, end)
        for first, last, kind in _judged(run, alone):
            if kind:
                yield tokens[first].start, tokens[last - 1].end, kind


def _runs(reading: Reading) -> Iterator[tuple[int, int]]:
    tokens, start = reading.tokens, 0
    while start < len(tokens):
        end = start
        while end < len(tokens) and tokens[end].kind in NUMERIC:
            end += 1
            if end < len(tokens) and len(reading.gap(end - 1)) > 8:
                break
        yield from _trusted(reading, start, end)
        start = max(end, start + 1)


def _trusted(reading: Reading, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a run that are surely numbers: "kosong" or "OO" only among others."""
    tokens = reading.tokens
    total = sum(len(token.value) for token in tokens[start:end])
    real = sum(len(token.value) for token in tokens[start:end] if token.kind != "maybe")
    single = [n for n in range(start, end) if is_single(reading, n)]
    pairs = {n for a, b in pairwise(single) if b == a + 1 for n in (a, b)}
    first = start
    for n in range(start, end + 1):
        sure = n < end and (
            tokens[n].kind == "number"
            or (total >= 9 and real * 2 >= total)
            or (tokens[n].kind == "spelled" and (n in pairs or len(tokens[n].value) >= 4))
        )
        if not sure:
            if first < n:
                yield first, n
            first = n + 1


def _judged(run: Run, alone: bool) -> Iterator[tuple[int, int, str]]:
    """A run's pieces, each with its kind; "" for what may be read."""
    announced = direct(run.reading, run.start, run.hints.announced)
    first = run.start
    if announced == "rekening" and _is_grouped_account(run):
        yield first, run.end, announced
        return
    if announced in SECRETS and (last := _code(run)):
        yield first, last, announced
        first = last
    elif alone and 4 <= len(run.digits(run.start, run.end)) <= 8:
        if harmless_at(run, first) != run.end and not is_calendar(run, first, run.end):
            yield first, run.end, _short(run, first, run.end, alone)
        return
    yield from _cut(run, first, alone)


def _is_grouped_account(run: Run) -> bool:
    """Whether a whole run is one account number: "0123-01-045678-50-9"."""
    longest = max(len(run.digits(n, n + 1)) for n in range(run.start, run.end))
    return longest < 9 <= len(run.digits(run.start, run.end)) <= 20


def _cut(run: Run, first: int, alone: bool) -> Iterator[tuple[int, int, str]]:
    n = first
    while n <= run.end:
        last, kind = _piece(run, n) if n < run.end else (run.end + 1, "")
        if not last:
            n += 1
            continue
        if first < n:
            yield first, n, _rest(run, first, n, alone)
        yield n, last, kind if n < run.end else ""
        first = n = last


def _piece(run: Run, n: int) -> tuple[int, str]:
    """Where a harmless or a long piece that begins here ends, and its kind; 0 if none does."""
    phone, splits = phone_at(run, n)
    if phone and (splits or not sixteen_at(run, n)):
        owner = named(run.reading, n, run.hints.announced)
        return phone, owner if owner == "rekening" else ""
    if in_list(run, n):
        return n + 1, ""
    if last := sixteen_at(run, n):
        return last, _long(run, n, last)
    if last := harmless_at(run, n):
        return last, ""
    return (n + 1, _long(run, n, n + 1)) if len(run.digits(n, n + 1)) >= 9 else (0, "")


def _rest(run: Run, first: int, last: int, alone: bool) -> str:
    size = len(run.digits(first, last))
    return _long(run, first, last) if size >= 9 else _short(run, first, last, alone)


def _code(run: Run) -> int:
    """Where the code ends that a run begins with, right after its announcement; 0 if none."""
    phone, _ = phone_at(run, run.start)
    if phone or sixteen_at(run, run.start) or in_list(run, run.start):
        return 0
    ends = range(run.start + 1, min(run.end, run.start + 12) + 1)
    limit = 12 if all(is_single(run.reading, n - 1) for n in ends) else 8
    last = max((n for n in ends if len(run.digits(run.start, n)) <= limit), default=0)
    size = len(run.digits(run.start, last))
    if size < _least(run) or (size <= 4 and unit(run.reading, last)):
        return 0
    return last


def _least(run: Run) -> int:
    """How short a code may be: a card's has three digits, and one may come in two messages."""
    before = run.reading.tokens[run.start - 1].value if run.start else ""
    return 3 if run.hints.announced or before in {"cvv", "cvc"} else 4


def _long(run: Run, first: int, last: int) -> str:
    """The kind of a number of nine digits or more."""
    digits = run.digits(first, last)
    if quantity(run.reading, first, digits) and len(digits) <= 10 and digits.endswith("00"):
        return ""
    kind = named(run.reading, first, run.hints.announced) or follows(run.reading, last)
    if kind == "sandi" or (kind in SECRETS and len(digits) <= 12):
        return kind
    if kind and kind not in SECRETS:
        return kind
    if len(digits) < 16:
        return "rekening"
    return "nik" if NIK.fullmatch(digits) else "kartu"


def _short(run: Run, first: int, last: int, alone: bool) -> str:
    """The kind of a number of up to eight digits; "" if it may be read."""
    digits, reading, hints = run.digits(first, last), run.reading, run.hints
    if len(digits) < 4 or unit(reading, last):
        return ""
    if after := follows(reading, last):
        return after
    if quantity(reading, first, digits) or _part_of_name(reading, first):
        return ""
    if alone:
        round_ = len(digits) == 4 or digits.endswith("00")
        return "" if hints.quantity and round_ else hints.around or "otp"
    if kind := nearest(reading, first, hints.around):
        return "" if kind == "phone" else kind
    pair = last - first == 2 and all(len(run.digits(n, n + 1)) <= 2 for n in range(first, last))
    return "" if pair or digits.endswith("000" if len(digits) > 4 else "00") else "otp"


def _part_of_name(reading: Reading, first: int) -> bool:
    """Whether a number is glued to a word that announces nothing: "budi1998"."""
    if not first or reading.gap(first - 1) not in {"", "_"}:
        return False
    before = reading.tokens[first - 1]
    return before.kind == "word" and len(before.value) > 1 and not direct(reading, first)
