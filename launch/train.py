"""Trains the assistant when what it learns from has changed; a failed training changes nothing."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from launch import stamps, steps
from launch.paths import RASA_PYTHON, ROOT
from launch.programs import app_environment, rasa_environment
from launch.words import Failure, say

LEARNED_FROM = (
    "config.yml",
    "domain.yml",
    "bot/data",
    "bot/components",
    "bot/textfeatures.py",
    "bot/fallback.py",
    "bot/requirements.txt",
)
MODEL = "sapa.tar.gz"


def if_needed(state: Path, environ: Mapping[str, str]) -> None:
    """Train if there is no model of the present data. Keeps the old one if that fails."""
    models = models_folder(state, environ)
    wanted = stamps.digest(ROOT / name for name in LEARNED_FROM)
    if stamps.is_current(models / "trained", wanted):
        return
    try:
        train(state, environ, models)
    except Failure as failure:
        if not (models / MODEL).exists():
            raise
        say(f"{failure}\nThe assistant goes on with what it had learned before.")
    else:
        stamps.set_stamp(models / "trained", wanted)


def models_folder(state: Path, environ: Mapping[str, str]) -> Path:
    """Where the models are: in the state folder, or where SAPA_MODELS_DIR has it point to."""
    here, elsewhere = state / "models", environ.get("SAPA_MODELS_DIR")
    if here.is_symlink():
        here.unlink()
    if elsewhere and not here.exists():
        target = (ROOT / elsewhere).resolve()
        target.mkdir(parents=True, exist_ok=True)
        here.symlink_to(target)
    here.mkdir(exist_ok=True)
    return here.resolve()


def train(state: Path, environ: Mapping[str, str], models: Path) -> None:
    """Train both the assistant and its stand-in, then put them where they are used."""
    draft = state / "training"
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "models").mkdir(parents=True)
    inherited = app_environment(environ, {"SAPA_STATE_DIR": str(draft)})
    inside = rasa_environment(inherited, state)
    log = state / "logs" / "train.log"
    steps.run("Training the assistant (1 to 3 minutes)", _rasa(draft / "models"), inside, log)
    stand_in = [str(RASA_PYTHON), "-m", "bot.fallback", "train"]
    steps.run("Training its stand-in (under a minute)", stand_in, inside, log)
    for file in (draft / "models").iterdir():
        _move(file, models / file.name)
    shutil.rmtree(draft)


def _rasa(out: Path) -> list[str]:
    sources = ["--config", "config.yml", "--domain", "domain.yml", "--data", "bot/data"]
    name = ["--out", str(out), "--fixed-model-name", MODEL.removesuffix(".tar.gz")]
    return [str(RASA_PYTHON), "-m", "rasa", "train", *sources, *name]


def _move(file: Path, target: Path) -> None:
    """Put file in target's place at once, also from another disk."""
    draft = target.with_name("." + target.name)
    shutil.move(file, draft)
    os.replace(draft, target)
