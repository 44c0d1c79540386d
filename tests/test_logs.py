"""Logs: JSON lines with the conversation's id, and no numbers of people."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

import logs


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Where the log goes."""
    written, root = io.StringIO(), logging.getLogger()
    before = (root.handlers[:], root.level)
    logs.configure("INFO", written)
    yield written
    root.handlers[:], root.level = before


def test_a_line_names_its_conversation(out: io.StringIO) -> None:
    with logs.about(42):
        logging.getLogger("x").info("answered")
    logging.getLogger("x").info("idle")
    first, second = lines(out)
    assert (first["event"], first["conversation"]) == ("answered", 42)
    assert "conversation" not in second


@pytest.mark.parametrize(
    "slip",
    ["nik 3174091208900001", "hp 0812-3456-7890", "mail budi@gmail.com", "kk 3174 0912 0890 0001"],
)
def test_what_slips_through_is_masked(out: io.StringIO, slip: str) -> None:
    logging.getLogger("x").warning("trouble with %s today", slip)
    (line,) = lines(out)
    assert slip.split(" ", 1)[1] not in str(line)
    assert "today" in str(line)


def test_an_exception_is_masked_too(out: io.StringIO) -> None:
    try:
        raise ValueError("bad number 3174091208900001")
    except ValueError:
        logging.getLogger("x").exception("failed")
    assert "3174091208900001" not in out.getvalue()
