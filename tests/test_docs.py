"""The documents say what the code does: every setting, every command, every decision's number."""

import re
from pathlib import Path

import pytest

import commands
import settings
from settings import Settings

SETTINGS = Path("docs/settings.md").read_text()
COMMANDS = Path("docs/commands.md").read_text()


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_documented(field: str) -> None:
    assert f"\n## {settings.env_name(field)}\n" in SETTINGS


def test_no_setting_is_documented_that_is_not_there() -> None:
    documented = set(re.findall(r"^## (\S+)$", SETTINGS, re.MULTILINE))
    known = {settings.env_name(field) for field in Settings.model_fields}
    assert documented - known == {"SAPA_RASA_PYTHON", "SAPA_MODELS_DIR"}  # launch/ reads these


def test_every_make_target_is_documented() -> None:
    targets = re.findall(r"^([a-z]+):.*## (.*)$", Path("Makefile").read_text(), re.MULTILINE)
    for name, does in targets:
        if name != "help":
            assert f"- `make {name}`: {does}" in COMMANDS


@pytest.mark.parametrize("name", commands.group.commands)
def test_every_command_is_documented(name: str) -> None:
    assert f"- `commands {name}`:" in COMMANDS


def test_links_between_documents_lead_somewhere() -> None:
    for page in [Path("README.md"), Path("CONTRIBUTING.md"), *Path("docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page} links to {target}"
