"""The drawing of docs/architecture.md holds: parts use only the parts below them."""

import ast
from pathlib import Path

import pytest

LAYERS: list[set[str]] = [
    {"settings", "database", "jobs", "live", "logs", "ratelimit"},
    {"channels"},
    {"staffing"},
    {"tickets"},
    {"escalation"},
    {"bot"},
    {"inbox"},
    {"desk", "api", "public", "static_files"},
    {"app", "tables"},
    {"doctor"},
    {"worker", "schedule", "commands"},
]
HEIGHT = {part: height for height, parts in enumerate(LAYERS) for part in parts}
SIBLINGS_ALLOWED = 0  # the floor's modules may use each other
RASA_SIDE = ("components", "actions", "channel.py")
BUDGET = 300  # lines of a file; about 250 is the aim, beyond this a file is cut


def modules() -> list[Path]:
    found = [p for p in Path().glob("*.py")]
    for part in HEIGHT:
        found += Path(part).rglob("*.py")
    return [p for p in found if not (p.parts[0] == "bot" and p.parts[1] in RASA_SIDE)]


def part_of(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_part_uses_only_the_parts_below_it(path: Path) -> None:
    part = part_of(path)
    mine = HEIGHT[part]
    for used in imports(path) & set(HEIGHT) - {part}:
        below = HEIGHT[used] < mine or mine == HEIGHT[used] == SIBLINGS_ALLOWED
        assert below, f"{path} uses {used}, which is not below {part}"


@pytest.mark.parametrize("path", sorted(Path("bot").rglob("*.py")), ids=str)
def test_rasas_side_uses_nothing_of_the_app(path: Path) -> None:
    if path.parts[1] in (*RASA_SIDE, "textfeatures.py", "fallback.py"):
        assert not imports(path) & (set(HEIGHT) - {"bot"})


@pytest.mark.parametrize("path", sorted(Path("launch").glob("*.py")), ids=str)
def test_the_supervisor_uses_the_settings_alone(path: Path) -> None:
    assert imports(path) & set(HEIGHT) <= {"settings"}


def test_no_part_stands_outside_the_drawing() -> None:
    folders = {p.parent.name for p in Path().glob("*/__init__.py")}
    assert folders - set(HEIGHT) == {"launch", "tests", "bench"}
    assert {p.stem for p in Path().glob("*.py")} <= set(HEIGHT)


@pytest.mark.parametrize(
    "path", [*modules(), *Path("launch").glob("*.py"), *Path("bot").rglob("*.py")], ids=str
)
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= BUDGET, "cut it: see CONTRIBUTING.md"
