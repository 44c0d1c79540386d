"""Turns: what is answered together, and from when on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.turns import LONGEST, PAUSE, Piece, due, first_turn, is_complete, is_over

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "asked", "complete"),
    [
        ("min", "", False),
        ("tolong", "", False),
        ("akunku gabisa login", "", False),
        ("kapan insentif cair?", "", True),
        ("cara ganti nomor hp gimana ya", "", True),
        ("SUDAH SAYA COBA!!!", "", True),
        ("belum", "Apakah ini sudah membantu?", True),
        ("belum", "", False),
        ("budi@gmail.com", "Ke mana jawabannya dikirim?", True),
        ("1", "", True),
    ],
)
def test_is_complete(text: str, asked: str, complete: bool) -> None:
    assert is_complete(text, asked=asked) is complete


def pieces(*rows: tuple[float, bool]) -> list[Piece]:
    return [
        Piece(i, f"p{i}", "", complete, START + timedelta(seconds=at))
        for i, (at, complete) in enumerate(rows)
    ]


def test_a_burst_of_fragments_is_one_turn() -> None:
    burst = pieces((0, False), (1, False), (2.5, False))
    assert first_turn(burst) == burst
    assert due(burst) == START + timedelta(seconds=2.5) + PAUSE


def test_a_complete_question_is_due_at_once_and_ends_its_turn() -> None:
    both = pieces((0, True), (0.5, True))
    assert first_turn(both) == both[:1]
    assert due(both[:1]) == START


def test_a_fragment_before_a_question_belongs_to_it() -> None:
    both = pieces((0, False), (2, True))
    assert first_turn(both) == both
    assert due(both) == START + timedelta(seconds=2)


def test_a_long_pause_ends_a_turn() -> None:
    both = pieces((0, False), (10, False))
    assert first_turn(both) == both[:1]
    assert is_over(both[:1], both, START + timedelta(seconds=10))


rows = st.lists(
    st.tuples(st.floats(0, 20, allow_nan=False), st.booleans()), min_size=1, max_size=12
)


@given(rows)
def test_every_piece_is_in_exactly_one_turn_in_order(found: list[tuple[float, bool]]) -> None:
    rest = all_pieces = pieces(*sorted(found, key=lambda row: row[0]))
    seen = []
    while rest:
        turn = first_turn(rest)
        assert turn
        assert turn[-1].at - turn[0].at <= LONGEST
        assert due(turn) <= turn[-1].at + PAUSE
        seen += turn
        rest = rest[len(turn) :]
    assert seen == all_pieces
