"""Promises: a time inside the staffed hours, kept or broken, never both."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import WIB
from staffing.windows import Window
from tickets.promises import ANSWER_WITHIN, due, in_words

DAY = Window(time(8), time(20))


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "promised", "words"),
    [
        ("2026-11-23 10:05", "2026-11-23 12:30", "hari ini sebelum pukul 12.30 WIB"),
        ("2026-11-23 18:00", "2026-11-23 20:00", "hari ini sebelum pukul 20.00 WIB"),
        ("2026-11-23 19:10", "2026-11-24 09:30", "besok sebelum pukul 09.30 WIB"),
        ("2026-11-23 23:00", "2026-11-24 10:00", "besok sebelum pukul 10.00 WIB"),
        ("2026-11-23 03:00", "2026-11-23 10:00", "hari ini sebelum pukul 10.00 WIB"),
    ],
)
def test_due_and_its_words(now: str, promised: str, words: str) -> None:
    assert due(DAY, wib(now)) == wib(promised)
    assert in_words(due(DAY, wib(now)), wib(now)) == words


windows = st.sampled_from([DAY, Window(time(8), time(19, 45)), Window(time(9, 10), time(17, 5))])


@given(windows, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001 see below
def test_a_promise_is_ahead_and_within_staffed_hours(window: Window, now: datetime) -> None:
    moment = now.replace(tzinfo=UTC)
    promised = due(window, moment)
    assert promised >= window.after_staffed(moment, ANSWER_WITHIN) > moment
    assert window.is_open(promised - timedelta(seconds=1))
