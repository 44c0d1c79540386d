"""The stand-in classifier, with two labels whose weights are set by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from bot.fallback import ANSWERS_FILE, WEIGHTS_FILE, Fallback
from bot.textfeatures import hashed

BUCKETS = 256
LEARNED = {"faq/account_login": "cara masuk akun", "faq/incentive_amount": "berapa besar insentif"}
ANSWERS = {"faq/account_login": "Klik Masuk.\n\nKami ada {service_hours}."}


@pytest.fixture
def fallback(tmp_path: Path) -> Fallback:
    weights = np.zeros((BUCKETS, len(LEARNED)), dtype=np.float16)
    for column, sentence in enumerate(LEARNED.values()):
        where, amounts = hashed(sentence, BUCKETS)
        weights[where, column] = amounts * 20
    bias = np.zeros(len(LEARNED), dtype=np.float32)
    np.savez(tmp_path / WEIGHTS_FILE, labels=np.array(list(LEARNED)), weights=weights, bias=bias)
    (tmp_path / ANSWERS_FILE).write_text(json.dumps(ANSWERS))
    return Fallback.load(tmp_path)


@pytest.mark.parametrize(("label", "sentence"), LEARNED.items())
def test_what_was_learned_is_known(fallback: Fallback, label: str, sentence: str) -> None:
    found, chance = fallback.label(sentence)
    assert found == label
    assert chance > 0.9


def test_what_says_nothing_is_not_sure(fallback: Fallback) -> None:
    assert fallback.label("")[1] == pytest.approx(0.5)


def test_an_answer_names_the_hours_of_the_settings(
    fallback: Fallback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAPA_SERVICE_HOURS", "07:30-16:00")
    assert fallback.answer("faq/account_login") == (
        "Klik Masuk.\n\nKami ada 07.30-16.00 WIB, setiap hari."
    )


def test_what_has_no_plain_answer_has_none(fallback: Fallback) -> None:
    assert fallback.answer("issue/otp_not_delivered") is None


def test_suggestions_come_best_first_with_titles(fallback: Fallback) -> None:
    assert fallback.suggestions("berapa insentif", 2) == [
        ("faq/incentive_amount", "Besar insentif"),
        ("faq/account_login", "Cara masuk ke akun"),
    ]


def test_nothing_trained_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=WEIGHTS_FILE):
        Fallback.load(tmp_path)
