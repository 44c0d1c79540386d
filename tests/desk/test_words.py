"""Both languages say everything, and times read as people tell them."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk.timeline import TOLD
from desk.words import LOCALES, STRINGS, Times, strings, translator
from staffing.models import Team
from tickets.models import Priority, Status

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 12.00 WIB


def test_both_languages_have_the_same_sentences() -> None:
    found = json.loads(STRINGS.read_text())
    assert set(found) == set(LOCALES)
    assert set(found["id"]) == set(found["en"])
    for key in found["id"]:
        holes = [set(re.findall(r"{(\w+)}", found[locale][key])) for locale in LOCALES]
        assert holes[0] == holes[1], key


def test_every_sentence_a_template_or_module_names_is_there() -> None:
    known = set(strings("id"))
    for path in [*Path("templates/desk").glob("*.html"), *Path("desk").glob("*.py")]:
        text = path.read_text()
        used = re.findall(r'\bt\("([a-z]+\.[a-z0-9_]+)"[,)]', text)
        used += re.findall(r'Refused\("([a-z_.]+)"', text)
        assert set(used) <= known, path


def test_every_code_has_a_name() -> None:
    known = set(strings("id"))
    assert {f"status.{s}" for s in Status} | {f"team.{t}" for t in Team} <= known
    assert {f"priority.{p}" for p in Priority} | {f"event.{kind}" for kind in TOLD} <= known


def test_every_kind_of_event_has_a_sentence() -> None:
    for part in ("tickets", "escalation", "inbox", "desk", "api"):
        for path in Path(part).glob("*.py"):
            calls = re.findall(r"\brecord\([^\"]*?\"(\w+)\"", path.read_text())
            assert set(calls) <= TOLD | {"moved", "reopened"}, path


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "baru saja"),
        (timedelta(minutes=59, seconds=59), "59 mnt"),
        (timedelta(hours=47), "47 jam"),
        (timedelta(days=3), "3 hari"),
    ],
)
def test_how_long_ago(ago: timedelta, words: str) -> None:
    assert Times(translator("id"), NOW).ago(NOW - ago) == words


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(hours=2), "sebelum 14.00 WIB"),
        (timedelta(hours=20), "sebelum besok 08.00 WIB"),
        (timedelta(days=3), "sebelum 26 Nov 12.00 WIB"),
        (-timedelta(minutes=25), "lewat 25 mnt"),
    ],
)
def test_a_promise(ahead: timedelta, words: str) -> None:
    assert Times(translator("id"), NOW).due(NOW + ahead) == words


def test_a_day_begins_at_midnight_in_jakarta() -> None:
    times = Times(translator("id"), NOW)
    assert times.day(datetime(2026, 11, 22, 17, 0, tzinfo=UTC)) == "Hari ini"
    assert times.day(datetime(2026, 11, 22, 16, 59, tzinfo=UTC)) == "Kemarin"
    assert times.day(datetime(2025, 12, 1, 5, 0, tzinfo=UTC)) == "1 Des 2025"
