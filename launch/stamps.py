"""Stamps: what a finished step was made from, so that it is not done again without need."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest(files: Iterable[Path], *more: str) -> str:
    """One digest of files (their names and contents; folders with all in them) and words."""
    total = hashlib.sha256("\0".join(more).encode())
    for top in files:
        for file in _inside(top):
            total.update(f"\0{file.relative_to(top.parent)}\0".encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _inside(top: Path) -> list[Path]:
    if not top.is_dir():
        return [top] if top.exists() else []
    return sorted(f for f in top.rglob("*") if f.is_file() and "__pycache__" not in f.parts)


def is_current(stamp: Path, wanted: str) -> bool:
    """Whether the step was finished for exactly this."""
    return stamp.is_file() and stamp.read_text().strip() == wanted


def set_stamp(stamp: Path, wanted: str) -> None:
    """Say that the step is finished; written as its very last act."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    draft = stamp.with_name(stamp.name + ".new")
    draft.write_text(wanted + "\n")
    draft.replace(stamp)
