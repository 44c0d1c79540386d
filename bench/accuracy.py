"""How often the assistant means what the participant meant, on sentences it was not trained on.

They were written by the authors of the training data: strangers will be understood less often."""

from pathlib import Path

import httpx

UNSURE = "nlu_fallback"


def accuracy(port: int) -> dict[str, float]:
    """Shares of the sentences in tests/bot/questions.tsv, asked of a Rasa at port by its API."""
    rows = [line.split("\t") for line in Path("tests/bot/questions.tsv").read_text().splitlines()]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as rasa:
        heard = [
            str(rasa.post("/model/parse", json={"text": row[1]}).raise_for_status().json()["label"])
            for row in rows
        ]
    right = sum(label == row[0] for label, row in zip(heard, rows, strict=True))
    unsure = heard.count(UNSURE)
    return {
        "sentences": len(rows),
        "understood": round(right / len(rows), 3),
        "not understood, and said so": round(unsure / len(rows), 3),
        "wrongly understood": round((len(rows) - right - unsure) / len(rows), 3),
    }
