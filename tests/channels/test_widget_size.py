"""What a participant's phone must load for the chat stays small, safe and complete."""

import gzip
import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHAT = ROOT / "static" / "chat"
TEMPLATES = ROOT / "templates"
LIMIT = 15 * 1024  # bytes gzipped: about a second on a slow mobile line
SCRIPTS = sorted(CHAT.glob("*.js"))
STRINGS: dict[str, dict[str, str]] = json.loads(
    (TEMPLATES / "chat" / "strings.json").read_text(encoding="utf-8")
)


def gzipped(data: bytes) -> int:
    return len(gzip.compress(data, 9, mtime=0))


def test_scripts_and_styles_together_fit() -> None:
    files = [*SCRIPTS, CHAT / "chat.css"]
    assert gzipped(b"".join(path.read_bytes() for path in files)) <= LIMIT


def test_scripts_fit_as_they_travel_one_by_one() -> None:
    assert sum(gzipped(path.read_bytes()) for path in SCRIPTS) <= LIMIT


def test_no_script_turns_words_into_markup() -> None:
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b")
    assert [path.name for path in SCRIPTS if markup.search(path.read_text("utf-8"))] == []


def test_pages_hold_no_inline_script_or_style() -> None:
    inline = re.compile(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*(?:src=|application/json))")
    pages = [*(TEMPLATES / "chat").glob("*.html"), *(TEMPLATES / "public").glob("*.html")]
    assert [page.name for page in pages if inline.search(page.read_text("utf-8"))] == []


def test_both_languages_say_the_same_things() -> None:
    assert STRINGS["id"].keys() == STRINGS["en"].keys()
    for key, text in STRINGS["id"].items():
        assert text.count("%s") == STRINGS["en"][key].count("%s"), key


def test_every_string_a_page_asks_for_exists() -> None:
    pages = [*(TEMPLATES / "chat").glob("*.html"), *(TEMPLATES / "public").glob("*.html")]
    asked = {
        key
        for page in pages
        for key in re.findall(r"""\bt\(["']([\w.]+)["']\)""", page.read_text("utf-8"))
    }
    assert asked - STRINGS["id"].keys() == set()


def test_every_string_a_script_asks_for_is_in_the_page() -> None:
    shell = (TEMPLATES / "chat" / "_shell.html").read_text("utf-8")
    listed = re.search(r"for key in \[(.*?)\]", shell, re.DOTALL)
    assert listed
    given = set(re.findall(r'"(\w+)"', listed[1]))
    asked = set()
    for path in SCRIPTS:
        asked |= set(re.findall(r'\bwords\.(\w+)|\bsay\("(\w+)"', path.read_text("utf-8")))
    assert {one or other for one, other in asked} <= given
    assert {f"chat.{key}" for key in given} <= STRINGS["id"].keys()
