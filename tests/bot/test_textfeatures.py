"""How spelling is evened out and sentences become numbers; both environments rely on it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.textfeatures import BUCKETS, hashed, normalise


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("OTP gak masuk", "otp tidak masuk"),
        ("gk bs msk knp ya", "tidak bisa masuk kenapa ya"),
        ("tolooong min!!!", "tolong min"),
        ("udh tp blm cair jg", "sudah tetapi belum cair juga"),
        ("gmn cr dftr pra kerja", "bagaimana cr daftar kartu prakerja"),
        ("masuk2 terus", "masuk terus"),
        ("g4gal m4suk", "gagal masuk"),
        ("kode ‹otp› dari sms", "kode otp dari sms"),
    ],
)
def test_chat_spelling_is_written_out(written: str, meant: str) -> None:
    assert normalise(written) == meant


@pytest.mark.parametrize("word", ["maaf", "saat", "massal", "2023", "gelombang 71"])
def test_what_is_spelled_right_stays(word: str) -> None:
    assert normalise(word) == word


@given(st.text(max_size=200))
def test_any_text_becomes_a_sorted_vector_of_length_one(text: str) -> None:
    where, weights = hashed(text)
    assert np.all(np.diff(where) > 0)
    assert np.all((where >= 0) & (where < BUCKETS))
    assert len(where) == 0 or np.isclose(np.linalg.norm(weights), 1.0)


@given(st.text(max_size=100))
def test_the_same_text_gives_the_same_numbers(text: str) -> None:
    first, second = hashed(text, 512), hashed(text, 512)
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])


def test_the_numbers_are_those_of_every_machine() -> None:
    where, _ = hashed("otp", 1024)
    assert where.tolist() == [252, 660, 698, 724, 918, 974, 1012]


def test_a_typing_error_changes_little() -> None:
    assert likeness("sertifikat belum muncul", "sertifikt blm muncul") > 0.5
    assert likeness("sertifikat belum muncul", "berapa besar insentif") < 0.2


def likeness(first: str, second: str) -> float:
    vectors = np.zeros((2, BUCKETS))
    for row, text in zip(vectors, (first, second), strict=True):
        where, weights = hashed(text)
        row[where] = weights
    return float(vectors[0] @ vectors[1])
