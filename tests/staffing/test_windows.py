"""Staffed time, against an oracle that counts minute by minute."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import WIB
from staffing.windows import Window

DAY = Window(time(8), time(20))


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        ("2026-11-23 07:59", False, "2026-11-23 08:00"),
        ("2026-11-23 08:00", True, "2026-11-23 08:00"),
        ("2026-11-23 19:59", True, "2026-11-23 19:59"),
        ("2026-11-23 20:00", False, "2026-11-24 08:00"),
        ("2026-12-31 23:30", False, "2027-01-01 08:00"),
    ],
)
def test_open_and_next_opening(moment: str, is_open: bool, opens: str) -> None:
    assert DAY.is_open(wib(moment)) is is_open
    assert DAY.next_opening(wib(moment)) == wib(opens)


minutes = st.integers(0, 23 * 60)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1))  # noqa: DTZ001 zone added below


@given(moments, minutes, st.integers(60, 1439), st.integers(1, 3000))
def test_staffed_time_agrees_with_a_minute_by_minute_count(
    start: datetime, opens: int, closes: int, span: int
) -> None:
    if opens >= closes:
        opens, closes = closes - 1, max(opens, closes)
    window = Window(time(*divmod(opens, 60)), time(*divmod(closes, 60)))
    moment = start.replace(second=0, microsecond=0, tzinfo=UTC)
    end = window.after_staffed(moment, timedelta(minutes=min(span, (closes - opens) * 3)))
    counted, cursor = 0, moment
    while cursor < end:
        counted += window.is_open(cursor)
        cursor += timedelta(minutes=1)
    assert counted == min(span, (closes - opens) * 3)


def test_it_names_its_zone() -> None:
    assert str(DAY) == "08.00–20.00 WIB, setiap hari"
