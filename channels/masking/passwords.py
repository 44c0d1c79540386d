"""Which words of a message are passwords, or codes that have letters in them.

A password looks like any word, so it is known by what stands before it: "password saya ...",
"pw=...", "kata sandi saya adalah ...". Right after such words everything is taken for one but
the words with which people ask ("lupa", "salah terus"); farther away only what looks like one."""

import re
from collections.abc import Iterator
from itertools import islice

from channels.masking.context import Hints, word_role
from channels.masking.words import FILLERS, KNOWN, MARKERS, UNITS, Reading, Token, bare, role

Place = tuple[int, int, str]

_GAP = re.compile(r"[\s:=\-–>\"'“‘`(,*→]{0,8}")
_PLAIN = re.compile(r"[^\W\d_]{1,40}(?=$|[\s:=‹]|[.,;?!\"'”’`)*]{1,5}(?:\s|$))")
_WORD = re.compile(r"[^\s‹]{1,100}")
_QUOTED = re.compile(r"[\"“'‘`]([^\"”'’`‹\n]{1,60})[\"”'’`](?!\w)")
_NEXT_FIELD = re.compile(r"[,;|](?=[a-z ]{2,12}[:=])")
_AFTER_ADDRESS = re.compile(r"\s{0,2}[/|:;,]\s{0,2}")
_QUANTITY = re.compile(r"(?:ke-?)?\d[\d.,x:/-]{0,11}([a-z]{0,10})")
_ORDINARY = re.compile(
    r"[a-z-]{1,30}2(?:nya|an|in)?|covid-?\d\d|sp-?\d{6,9}|rp[\d.,-]{1,15}"
    r"|(?:ke|gel|gelombang|batch|android|ios|win|windows)-?\d{1,3}"
    r"|[\w.-]{1,80}\.(?:id|com|go|co|net|org)(?:/\S{0,80})?|https?:\S{0,90}"
    r"|[^\s@]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,3}\.[a-z]{2,9}"
)
_SYMBOL = re.compile(r"[#@!$%^*~]")
_WEAK = frozenset({"sandi", "pass", "kunci"})
_OWNERS = frozenset({"user", "username", "usernamenya", "akun", "email", "id", "ig"})
_TRAILING = ".,;:?)\"'”’`*/|"


def find_passwords(reading: Reading, told: Hints) -> Iterator[Place]:
    """Every password and lettered code, as (start, end, kind) in the shadow."""
    if told.announced == "sandi":
        yield from _value(reading, 0, "sandi", firm=len(reading.tokens) <= 3)
    elif told.around == "sandi":
        yield from _later(reading, 0)
    for token in reading.tokens:
        kind = word_role(token)
        if kind == "sandi":
            yield from _password(reading, token)
        elif kind == "otp":
            yield from _value(reading, token.end, "otp", firm=False)
        elif "@" in token.value and (gap := _AFTER_ADDRESS.match(reading.shadow, token.end)):
            yield from islice(_later(reading, gap.end(), 1), 1)


def _password(reading: Reading, token: Token) -> Iterator[Place]:
    """What one word like "passwordnya" announces, before or after it."""
    shadow = reading.shadow
    if re.match(r"[\d@#]\w", shadow[token.end :][:2]):  # "password123" is one itself
        whole = _WORD.match(shadow, token.start)
        yield token.start, whole.end() if whole else token.end, "sandi"
        return
    found = list(_value(reading, token.end, "sandi", firm=_is_firm(shadow, token)))
    yield from found or [*_before(shadow, token.start), *_later(reading, token.end)]


def _is_firm(shadow: str, token: Token) -> bool:
    """Whether hardly anything but a password follows: Sandi is a name too, pass is also when."""
    if token.value not in _WEAK:
        return True
    after = shadow[token.end :][:6].split()
    owned = token.value == "sandi" and after[:1] and after[0] in {"saya", "sy", "aku", "akun"}
    return bool(owned) or shadow[max(0, token.start - 5) : token.start] == "kata "


def _value(reading: Reading, position: int, kind: str, *, firm: bool) -> Iterator[Place]:
    """The word announced at position, past fillers ("password saya yang baru itu ...")."""
    shadow, explicit = reading.shadow, False
    for _ in range(8):
        start, explicit = _skip_gap(shadow, position, explicit)
        if start > position and (quoted := _QUOTED.match(shadow, start - 1)):
            explicit, position = True, start
            if not _is_ordinary(quoted.group(1)) and kind == "sandi":
                yield start, quoted.end(1), kind
            return
        plain = _PLAIN.match(shadow, start)
        word = bare(plain.group()) if plain else ""
        if not plain or not (word in MARKERS or word in FILLERS):
            yield from _judge(shadow, start, kind, word, (firm, explicit))
            return
        explicit, position = explicit or word in MARKERS, plain.end()


def _skip_gap(shadow: str, position: int, explicit: bool) -> tuple[int, bool]:
    gap = _GAP.match(shadow, position)
    between = gap.group() if gap else ""
    return position + len(between), explicit or any(mark in between for mark in ":=>→")


def _judge(
    shadow: str, start: int, kind: str, word: str, told: tuple[bool, bool]
) -> Iterator[Place]:
    """The value that begins at start, if it is one; word is "" if it is more than letters."""
    firm, explicit = told
    if word:
        known = _is_known(shadow, start, word, grammar=not explicit)
        if kind == "sandi" and (firm or explicit) and not known:
            whole = _PLAIN.match(shadow, start)
            yield start, _tail(shadow, whole.end() if whole else start), kind
        return
    end = _end(shadow, start)
    core = shadow[start:end]
    strange = explicit and kind == "sandi" and len(core) >= 3 and not _is_ordinary(core)
    if strange or (_looks_secret(core) and (kind == "sandi" or _has_both(core))):
        yield start, _tail(shadow, end) if kind == "sandi" else end, kind


def _is_known(shadow: str, start: int, word: str, *, grammar: bool = True) -> bool:
    """Whether a word is one with which people talk about passwords, and none itself."""
    if word in KNOWN or word in UNITS or role(word):
        return True
    return grammar and _is_grammar(shadow, start, word)


def _is_grammar(shadow: str, start: int, word: str) -> bool:
    """Whether a word is Indonesian grammar at work: "tiba tiba", "dikirimin", "emailmu"."""
    pair = shadow[start : start + 90].split()[:2]
    return pair == [word, word] or bool(
        re.fullmatch(r"di[b-df-hj-np-tv-z]\w{3,30}|\w{4,30}(?:nya|mu)", word)
    )


def _end(shadow: str, start: int) -> int:
    """Where the word that begins at start ends, without the sentence's punctuation."""
    found = _WORD.match(shadow, start)
    core = _NEXT_FIELD.split(found.group())[0].rstrip(_TRAILING) if found else ""
    return start + len(core)


def _tail(shadow: str, end: int) -> int:
    """The end of a password of several words: "Garuda 45 #", "ayam goreng"."""
    for _ in range(4):
        space = re.match(r"[ \t]{1,3}", shadow[end : end + 3])
        if not space or not (more := _part(shadow, end + len(space.group()))):
            break
        end += len(space.group()) + more
    return end


def _part(shadow: str, start: int) -> int:
    """How many characters of the word that begins at start still belong to a password."""
    core = shadow[start : _end(shadow, start)]
    after = _PLAIN.match(shadow, start + len(core) + 1)
    if after and after.group() in UNITS:
        return 0
    plain = _PLAIN.match(shadow, start)
    if plain:
        word = bare(plain.group())
        ordinary = word in FILLERS or word in MARKERS or _is_known(shadow, start, word)
        return 0 if ordinary else len(plain.group())
    odd = re.fullmatch(r"\d{1,4}|[^\w\s]{1,9}", core) or _looks_secret(core)
    return len(core) if odd else 0


def _later(reading: Reading, position: int, words: int = 8) -> Iterator[Place]:
    """What looks like a password among the next words."""
    for found in islice(_WORD.finditer(reading.shadow, position), words):
        end = _end(reading.shadow, found.start())
        if _looks_secret(reading.shadow[found.start() : end]):
            yield found.start(), end, "sandi"


def _before(shadow: str, end: int) -> Iterator[Place]:
    """What looks like one right before: "Garuda#45 itu password saya"."""
    begin = max(0, end - 120)
    words = list(_WORD.finditer(shadow, begin, end))[-5:]
    for index in range(len(words) - 1, 0 if begin else -1, -1):
        core = words[index].group().rstrip(_TRAILING)
        if _looks_secret(core):
            if not index or words[index - 1].group() not in _OWNERS:
                yield words[index].start(), words[index].start() + len(core), "sandi"
            return
        if core not in FILLERS and core not in MARKERS:
            return


def _looks_secret(core: str) -> bool:
    """Whether a word is letters with digits or symbols, and not one of the usual kinds."""
    letters = any(char.isalpha() for char in core)
    odd = any(char.isdigit() for char in core) or bool(_SYMBOL.search(core.rstrip("!")))
    return len(core) >= 4 and letters and odd and not _is_ordinary(core)


def _has_both(core: str) -> bool:
    return any(char.isdigit() for char in core) and core.replace("-", "").isalnum()


def _is_ordinary(core: str) -> bool:
    """Whether a word is an address, a quantity, a number or a common word with digits."""
    if found := _QUANTITY.fullmatch(core):
        return not found.group(1) or found.group(1) in UNITS
    name = re.match(r"[a-z]{1,20}", core)
    if name and role(name.group()) and name.group() not in _WEAK and role(name.group()) != "sandi":
        return True  # "nik3174...": a number, told by its own word
    return bool(_ORDINARY.fullmatch(core))
