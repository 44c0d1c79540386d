"""What follows an answer, and the titles of buttons, fit the labels that are trained."""

import json
from pathlib import Path

import yaml

from bot.actions import sheet

ROOT = Path(__file__).resolve().parents[2]
TITLES: dict[str, str] = json.loads((ROOT / "bot" / "titles.json").read_text("utf-8"))
LONGEST_TITLE = 26


def trained() -> set[str]:
    files = [yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "bot/data").glob("*.yml")]
    return {block["intent"] for file in files for block in file.get("nlu", [])}


def test_every_answer_has_a_title_for_its_button() -> None:
    assert {label for label in trained() if "/" in label} <= set(TITLES)


def test_titles_fit_a_button_and_differ() -> None:
    assert max(map(len, TITLES.values())) <= LONGEST_TITLE
    assert len(set(TITLES.values())) == len(TITLES)


def test_tables_hold_known_labels_only() -> None:
    named = sheet.AT_ONCE | set(sheet.NEAREST_ISSUE) | set(sheet.NEAREST_ISSUE.values())
    assert named <= set(TITLES)


def test_an_urgent_label_is_not_asked_whether_it_helped_first() -> None:
    assert not sheet.AT_ONCE & set(sheet.NEAREST_ISSUE)


def test_every_technical_problem_is_asked_whether_it_helped() -> None:
    assert sheet.asks_whether_it_helped("issue/otp_not_delivered")
    assert not sheet.asks_whether_it_helped("faq/program_what_is")


def test_a_ticket_gets_the_category_of_the_nearest_problem() -> None:
    assert sheet.category("faq/account_otp_not_received") == "issue/otp_not_delivered"
    assert sheet.category("faq/account_change_phone") == "faq/account_change_phone"
    assert sheet.category("issue/login_error") == "issue/login_error"
