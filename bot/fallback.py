"""The stand-in for Rasa: a cheap classifier over words alone, and the answers it may give.

The app uses it while Rasa is away; it needs numpy only. It is trained beside Rasa's model, in
Rasa's environment: `python -m bot.fallback train`.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
import numpy.typing as npt

from bot import hours, textfeatures

WEIGHTS_FILE = "fallback.npz"
ANSWERS_FILE = "fallback.json"
TITLES = Path(__file__).parent / "titles.json"


class Fallback:
    """What a message means, by its words alone."""

    def __init__(self, arrays: Dict[str, npt.NDArray[Any]], answers: Dict[str, str]) -> None:
        self._labels = [str(label) for label in arrays["labels"]]
        self._weights = arrays["weights"]
        self._bias = arrays["bias"]
        self._answers = answers
        self._titles: Dict[str, str] = json.loads(TITLES.read_text("utf-8"))

    @classmethod
    def load(cls, folder: Path) -> "Fallback":
        """Read what was trained into folder. Raises OSError if nothing was."""
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in ("labels", "weights", "bias")}
        return cls(arrays, json.loads((folder / ANSWERS_FILE).read_text("utf-8")))

    def label(self, text: str) -> Tuple[str, float]:
        """Return the most likely label and how likely it is."""
        return self._ranking(text, 1)[0]

    def answer(self, label: str) -> Optional[str]:
        """Return what to say to label, blank lines between bubbles; None if it needs more."""
        answer = self._answers.get(label)
        return answer.replace("{service_hours}", hours.in_words()) if answer else None

    def suggestions(self, text: str, count: int) -> List[Tuple[str, str]]:
        """Return the labels that come nearest, best first, each with a short title."""
        near = [label for label, _ in self._ranking(text, len(self._labels))]
        return [(label, self._titles[label]) for label in near if label in self._titles][:count]

    def _ranking(self, text: str, count: int) -> List[Tuple[str, float]]:
        where, amounts = textfeatures.hashed(text, len(self._weights))
        logits = amounts @ self._weights[where].astype(np.float32) + self._bias
        chances = np.exp(logits - logits.max())
        chances /= chances.sum()
        best = np.argsort(-chances)[:count]
        return [(self._labels[place], float(chances[place])) for place in best]


def main(arguments: List[str]) -> int:
    """Train into the state folder's models."""
    if arguments != ["train"]:
        print("Usage: python -m bot.fallback train", file=sys.stderr)  # noqa: T201
        return 2
    folder = Path(os.environ.get("SAPA_STATE_DIR") or ".sapa") / "models"
    # By name: the app, which reads this module too, must not load what only Rasa's side has.
    importlib.import_module("bot.components.standin").export(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
