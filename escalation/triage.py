"""Triage: rules as data decide which team owns a problem and how urgent it is."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from staffing.models import Team
from tickets.models import Priority

MASS = 10
"""So many like tickets within MASS_MINUTES are one cause, not one person's trouble."""
MASS_MINUTES = 30

SOON = re.compile(
    r"\b(hari ini|sekarang|malam ini|siang ini|sore ini|pagi ini|sebentar lagi|jam lagi"
    r"|menit lagi|udah mulai|sudah mulai|dimulai)\b",
    re.IGNORECASE,
)

RULES = Path(__file__).with_name("rules.toml")


@dataclass(frozen=True)
class Rule:
    """One category: its title, its one owning team, its priority and what raises it."""

    title: str
    team: Team
    priority: Priority
    mass: Priority | None = None
    soon: Priority | None = None


@dataclass(frozen=True)
class Triage:
    """What was decided, and why, in words for the ticket."""

    team: Team
    priority: Priority
    reason: str


@cache
def rules() -> dict[str, Rule]:
    """Every rule by category; "" is the one for all others. Raises ValueError for a bad file."""
    data = tomllib.loads(RULES.read_text())
    return {"": _rule(data["other"])} | {k: _rule(v) for k, v in data["category"].items()}


def _rule(row: dict[str, str]) -> Rule:
    raised = {k: Priority(row[k]) for k in ("mass", "soon") if k in row}
    return Rule(row["title"], Team(row["team"]), Priority(row["priority"]), **raised)


def rule(category: str) -> Rule:
    """The rule of a category."""
    return rules().get(category, rules()[""])


def title(category: str) -> str:
    """The subject of a ticket: the category's title, never a participant's words."""
    return rule(category).title


def triage(category: str, *, details: str, like_tickets: int) -> Triage:
    """Decide team and priority.

    like_tickets: of the same category within MASS_MINUTES, this one not counted."""
    found = rule(category)
    if found.mass and like_tickets + 1 >= MASS:
        return Triage(found.team, found.mass, f"mass: {like_tickets + 1} like tickets")
    if found.soon and SOON.search(details):
        return Triage(found.team, found.soon, "soon: for today or within hours")
    return Triage(found.team, found.priority, "category")
