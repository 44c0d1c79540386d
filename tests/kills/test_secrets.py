"""Planted secrets: none is found in the clear anywhere a running Sapa keeps things."""

import csv
import subprocess
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text

from tests.product import Product, database_of

PLANTED = Path("tests/channels/planted_secrets.tsv")


def rows() -> list[dict[str, str]]:
    with PLANTED.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def told(product: Product) -> Product:
    """A product that was told every secret, in as many conversations, and has answered."""
    for number, row in enumerate(rows()):
        token = httpx.post(f"{product.url}/chat/api/visitors", json={}).json()["token"]
        body = {"client_id": f"planted-{number:04}", "text": row["sentence"].replace("\\n", "\n")}
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.post(f"{product.url}/chat/api/messages", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
    engine = create_engine(database_of(product))
    end = time.monotonic() + 120
    unanswered = text("SELECT count(*) FROM message WHERE direction = 'in' AND handled_at IS NULL")
    while True:
        with engine.connect() as connection:
            if not connection.scalar(unanswered):
                break
        assert time.monotonic() < end
        time.sleep(0.5)
    engine.dispose()
    return product


SHORTEST = 6
"""Characters. Shorter needles may stand in a log by chance, as a process number;
tests/channels/test_masking.py holds them."""


def needles() -> list[str]:
    found = {needle for row in rows() for needle in row["needles"].split("|")}
    return sorted(needle for needle in found if len(needle) >= SHORTEST)


def test_there_are_enough_of_them() -> None:
    assert len(rows()) >= 50
    assert len(needles()) >= 50


def test_no_planted_secret_is_found_in_the_whole_state_folder(told: Product) -> None:
    """Database files, write-ahead log, queue, logs, pictures, caches: bytes as they lie there."""
    patterns = told.state / "needles.txt"
    patterns.write_text("\n".join(needles()) + "\n")
    home = Path(told.state)
    found = subprocess.run(
        [
            "grep",
            "-rlaFwf",
            str(patterns),
            "--exclude=needles.txt",
            "--exclude-dir=models",
            str(home),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    patterns.unlink()
    assert found.stdout == ""


def test_the_search_would_find_one(told: Product) -> None:
    """The same search finds what is planted in the clear on purpose."""
    (told.state / "logs" / "planted.log").write_text("otp 482913 in the clear\n")
    found = subprocess.run(
        ["grep", "-rlaFw", "482913", str(told.state / "logs")],
        capture_output=True,
        text=True,
        check=False,
    )
    (told.state / "logs" / "planted.log").unlink()
    assert "planted.log" in found.stdout
