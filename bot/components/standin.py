"""Trains the stand-in that the app uses while Rasa is away, from the same data."""

import json
from pathlib import Path
from typing import Any, Dict, List, Tuple

import numpy as np
from ruamel.yaml import YAML

from bot.components import linear
from bot.fallback import ANSWERS_FILE, WEIGHTS_FILE

DATA = Path(__file__).parents[1] / "data"
BUCKETS = 2**14
PLAIN = ("greeting", "goodbye", "thanks", "praise", "bot_identity", "job_trends")
"""Labels without a slash whose answer is one text; what an answer must do first is left out."""


def export(folder: Path) -> None:
    """Train, and write weights and answers into folder."""
    texts, labels, answers = _learned(DATA)
    model = linear.fit_words(texts, labels, BUCKETS)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / WEIGHTS_FILE,
        labels=np.array(model.labels),
        weights=model.weights.astype(np.float16),
        bias=model.bias,
    )
    told = json.dumps(answers, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / ANSWERS_FILE).write_text(told, "utf-8")


def _learned(data: Path) -> Tuple[List[str], List[str], Dict[str, str]]:
    texts: List[str] = []
    labels: List[str] = []
    answers: Dict[str, str] = {}
    for path in sorted(data.glob("*.yml")):
        topic: Dict[str, Any] = YAML(typ="safe").load(path.read_text("utf-8")) or {}
        for intent in topic.get("nlu") or []:
            sentences = _sentences(str(intent.get("examples", "")))
            texts += sentences
            labels += [str(intent["intent"])] * len(sentences)
        for name, wordings in (topic.get("responses") or {}).items():
            label = str(name).removeprefix("utter_")
            if label in PLAIN or label.startswith("faq/"):
                answers[label] = str(wordings[0]["text"]).strip()
    return texts, labels, answers


def _sentences(examples: str) -> List[str]:
    lines = (line.strip() for line in examples.splitlines())
    return [line[2:].strip() for line in lines if line.startswith("- ")]
