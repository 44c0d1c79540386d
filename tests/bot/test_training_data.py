"""What every training file and every answer must keep: enough sentences, safe asks, own links."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "bot" / "data").glob("*.yml"))
QUESTIONS = ROOT / "tests" / "bot" / "questions.tsv"

LEAST_SENTENCES = {  # by kind of label; plain intents are named one by one
    "faq": 14,
    "issue": 20,
    "talk_to_agent": 25,
    "ticket_status": 20,
    "job_trends": 15,
    "greeting": 20,
    "goodbye": 15,
    "thanks": 15,
    "praise": 15,
    "bot_identity": 15,
    "affirm": 25,
    "deny": 25,
    "cancel": 15,
    "in_danger": 15,
    "out_of_scope": 60,
}
SPOKEN_HERE = ("greeting", "goodbye", "thanks", "praise", "bot_identity", "job_trends")
BUBBLE_LENGTH = 400
HELD_OUT_PER_LABEL = 3

ADDRESS = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
OFFICIAL = re.compile(r"(?:^|\.)prakerja\.go\.id$", re.IGNORECASE)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
SECRET = re.compile(
    r"\b(otp|password|kata sandi|pin|nik|kk|foto (?:e-)?ktp|nomor kartu|nomor rekening)\b",
    re.IGNORECASE,
)
ASK = re.compile(
    r"\b(kirim|kirimkan|tulis|tuliskan|sebutkan|berikan|beri tahu|ketik|lampirkan|infokan|minta)\b",
    re.IGNORECASE,
)
REFUSAL = re.compile(r"\b(jangan|tidak|tanpa|bukan)\b|Formulir", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?]\s|\n")


def load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def sentences() -> dict[str, list[str]]:
    """Every label with its sentences, over all files."""
    found: dict[str, list[str]] = {}
    for path in FILES:
        for block in load(path).get("nlu", []):
            lines = block["examples"].strip().splitlines()
            found.setdefault(block["intent"], []).extend(x.removeprefix("- ") for x in lines)
    return found


def answers() -> dict[str, str]:
    """Every response with its text; variants are joined as further bubbles."""
    return {
        name: "\n\n".join(variant["text"] for variant in variants)
        for path in FILES
        for name, variants in load(path).get("responses", {}).items()
    }


def held_out() -> list[tuple[str, str]]:
    rows = [line.split("\t") for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return [(label, sentence) for label, sentence in rows]


def plain(sentence: str) -> str:
    """The sentence as a doubled one would be recognised: no case, no punctuation."""
    return " ".join(re.sub(r"[^\w\s]", " ", sentence.casefold()).split())


SENTENCES = sentences()
ANSWERS = answers()
LABELS = sorted(SENTENCES)


def test_a_block_is_of_examples_only() -> None:
    for path in FILES:
        for block in load(path).get("nlu", []):
            lines = block["examples"].strip().splitlines()
            assert all(line.startswith("- ") for line in lines), (path.name, block["intent"])


def test_no_label_is_spread_over_several_blocks() -> None:
    blocks = Counter(x["intent"] for path in FILES for x in load(path).get("nlu", []))
    assert [label for label, times in blocks.items() if times > 1] == []


@pytest.mark.parametrize("label", LABELS)
def test_a_label_has_enough_sentences(label: str) -> None:
    kind = label.split("/", maxsplit=1)[0]
    assert len(SENTENCES[label]) >= LEAST_SENTENCES[kind], f"{label} needs more sentences"


def test_every_plain_intent_is_trained() -> None:
    assert set(LEAST_SENTENCES) - {"faq", "issue"} <= set(LABELS)


def test_no_sentence_stands_twice() -> None:
    places: dict[str, list[str]] = {}
    for label, lines in SENTENCES.items():
        for line in lines:
            places.setdefault(plain(line), []).append(label)
    assert {line: labels for line, labels in places.items() if len(labels) > 1} == {}


@pytest.mark.parametrize("label", LABELS)
def test_no_sentence_carries_markup(label: str) -> None:
    """Square and curly brackets would be read as entities by Rasa."""
    assert [line for line in SENTENCES[label] if re.search(r"[\[\]{}]", line)] == []


@pytest.mark.parametrize("label", LABELS)
def test_a_label_has_its_answer(label: str) -> None:
    if label.startswith("issue/"):
        assert f"utter_details/{label.removeprefix('issue/')}" in ANSWERS
    if "/" in label or label in SPOKEN_HERE:
        assert f"utter_{label}" in ANSWERS


def test_no_answer_is_without_its_label() -> None:
    known = {f"utter_{label}" for label in LABELS}
    known |= {name.replace("utter_issue/", "utter_details/") for name in known}
    assert set(ANSWERS) - known == set()


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_bubbles_fit_a_phone(name: str) -> None:
    for bubble in ANSWERS[name].split("\n\n"):
        assert 0 < len(bubble) <= BUBBLE_LENGTH, f"{len(bubble)} characters: {bubble}"


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_an_answer_does_not_end_with_a_question(name: str) -> None:
    """The assistant itself asks whether it helped; two questions at once confuse."""
    assert not ANSWERS[name].rstrip().endswith("?")


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_only_official_addresses(name: str) -> None:
    found = ADDRESS.findall(ANSWERS[name])
    allowed = {"Karier.mu"}  # the name of a platform, not an address to visit
    assert [x for x in found if x not in allowed and not OFFICIAL.search(x)] == []


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_only_known_placeholders(name: str) -> None:
    assert set(PLACEHOLDER.findall(ANSWERS[name])) <= {"service_hours"}


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_no_answer_asks_for_a_secret(name: str) -> None:
    for sentence in SENTENCE_END.split(ANSWERS[name]):
        asks = SECRET.search(sentence) and ASK.search(sentence)
        assert not asks or REFUSAL.search(sentence), sentence


@pytest.mark.parametrize("name", [x for x in sorted(ANSWERS) if x.startswith("utter_details/")])
def test_details_warn_and_list_no_secret(name: str) -> None:
    lines = ANSWERS[name].splitlines()
    assert re.search(r"[Jj]angan kirim .*(OTP|NIK)", ANSWERS[name])
    wished = [line for line in lines if re.match(r"\d\. ", line)]
    assert wished
    assert [x for x in wished if re.search(r"\b(NIK|KK|PIN|password|foto KTP)\b", x)] == []


def test_held_out_questions_cover_every_label() -> None:
    counts = Counter(label for label, _ in held_out())
    assert set(counts) == set(LABELS)
    assert [label for label, times in counts.items() if times < HELD_OUT_PER_LABEL] == []


def test_held_out_questions_were_never_trained() -> None:
    trained = {plain(line) for lines in SENTENCES.values() for line in lines}
    assert [sentence for _, sentence in held_out() if plain(sentence) in trained] == []


def test_held_out_questions_are_all_different() -> None:
    counts = Counter(plain(sentence) for _, sentence in held_out())
    assert [sentence for sentence, times in counts.items() if times > 1] == []
