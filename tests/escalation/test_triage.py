"""Triage: one owning team for every problem, and a reason for every decision."""

import tomllib
from pathlib import Path

import pytest

from escalation.triage import RULES, rules, title, triage
from staffing.models import Team

ISSUES = [p for p in tomllib.loads(RULES.read_text())["category"] if p.startswith("issue/")]


def test_every_technical_problem_of_the_knowledge_sheet_has_a_rule() -> None:
    assert len(ISSUES) == 25


@pytest.mark.parametrize(
    ("category", "details", "like", "team", "priority", "reason"),
    [
        ("issue/otp_not_delivered", "", 0, "tech", "P2", "category"),
        ("issue/site_slow_wave_day", "", 8, "tech", "P2", "category"),
        ("issue/site_slow_wave_day", "", 9, "tech", "P1", "mass: 10 like tickets"),
        ("issue/voucher_redeem_invalid", "kelasnya minggu depan", 0, "ops", "P2", "category"),
        (
            "issue/voucher_redeem_invalid",
            "kelasnya HARI INI jam 2",
            0,
            "ops",
            "P1",
            "soon: for today or within hours",
        ),
        ("issue/account_hijacked", "", 0, "tech", "P1", "category"),
        ("talk_to_agent", "", 0, "agents", "P3", "category"),
        ("faq/anything_else", "", 0, "agents", "P3", "category"),
    ],
)
def test_triage(
    category: str, details: str, like: int, team: str, priority: str, reason: str
) -> None:
    decided = triage(category, details=details, like_tickets=like)
    assert (decided.team, decided.priority, decided.reason) == (Team(team), priority, reason)


def test_titles_are_short_and_set() -> None:
    assert all(0 < len(rule.title) <= 60 for rule in rules().values())
    assert title("issue/login_error") == "Gagal masuk akun"


def test_every_issue_the_assistant_knows_has_a_rule() -> None:
    known = Path("bot/data/technical.yml").read_text()
    for line in known.splitlines():
        if line.strip().startswith("- intent: issue/"):
            assert line.split()[-1] in rules()
