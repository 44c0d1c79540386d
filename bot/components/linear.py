"""A linear model over labels: trained with scikit-learn, kept and used as plain numpy arrays."""

from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from bot import textfeatures

Floats = npt.NDArray[np.float32]
TEMPERATURES = np.geomspace(0.2, 5.0, 40)
FOLDS = 3


class LinearModel:
    """Weights for one dense vector and the hashed words of a sentence, and their labels."""

    def __init__(
        self, labels: Sequence[str], weights: Floats, bias: Floats, buckets: int, temperature: float
    ) -> None:
        self.labels = list(labels)
        self.buckets = buckets
        self._weights = weights  # one row a feature: dense ones first, buckets after
        self._bias = bias
        self._temperature = temperature

    def probabilities(self, vector: Floats, text: str) -> Floats:
        """Return the probability of each label."""
        where, amounts = textfeatures.hashed(text, self.buckets)
        rows = self._weights[where + len(vector)]
        logits = vector @ self._weights[: len(vector)] + amounts @ rows + self._bias
        return np.asarray(_softmax(logits[None, :] / self._temperature)[0], dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write it to one file; no pickle, so that any Python can read it."""
        np.savez(
            path,
            labels=np.array(self.labels),
            weights=self._weights,
            bias=self._bias,
            scalars=np.array([self.buckets, self._temperature]),
        )

    @classmethod
    def load(cls, path: Path) -> "LinearModel":
        """Read what save() wrote."""
        with np.load(path, allow_pickle=False) as kept:
            buckets, temperature = kept["scalars"]
            labels = [str(label) for label in kept["labels"]]
            return cls(labels, kept["weights"], kept["bias"], int(buckets), float(temperature))


def fit(
    vectors: Floats, texts: Sequence[str], labels: Sequence[str], buckets: int, strength: float
) -> LinearModel:
    """Train on sentences (their dense vectors, which may have no columns, and words)."""
    features = matrix(vectors, texts, buckets)
    model = _regression(strength)
    temperature = _temperature(model, features, labels)
    model.fit(features, labels)
    weights, bias = _both_ways(model.coef_, model.intercept_)
    return LinearModel(model.classes_, weights, bias, buckets, temperature)


def matrix(vectors: Floats, texts: Sequence[str], buckets: int) -> csr_matrix:
    """Return all sentences as rows: the dense columns first, one column a bucket after."""
    rows: List[int] = []
    columns: List[int] = []
    amounts: List[float] = []
    for row, text in enumerate(texts):
        where, weights = textfeatures.hashed(text, buckets)
        rows += [row] * len(where)
        columns += where.tolist()
        amounts += weights.tolist()
    words = csr_matrix((amounts, (rows, columns)), shape=(len(texts), buckets), dtype=np.float32)
    return hstack([csr_matrix(vectors), words], format="csr")


def _regression(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=200, tol=1e-3, random_state=7)


def _both_ways(weights: Any, bias: Any) -> Tuple[Floats, Floats]:
    # Of two labels scikit-learn keeps only the second's weights.
    if len(weights) == 1:
        weights, bias = np.vstack([-weights, weights]), np.array([-bias[0], bias[0]])
    return np.ascontiguousarray(weights.T, dtype=np.float32), np.asarray(bias, dtype=np.float32)


def _temperature(model: LogisticRegression, features: csr_matrix, labels: Sequence[str]) -> float:
    """Return the softness that makes confidences honest on sentences not trained on."""
    order: Dict[str, int] = {label: place for place, label in enumerate(sorted(set(labels)))}
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=7)
    logits = np.log(
        cross_val_predict(model, features, labels, cv=folds, method="predict_proba") + 1e-12
    )
    right = np.array([order[label] for label in labels])

    def surprise(temperature: float) -> float:
        chances = _softmax(logits / temperature)[np.arange(len(right)), right]
        return float(-np.log(chances + 1e-12).mean())

    return float(min(TEMPERATURES, key=surprise))


def _softmax(logits: Any) -> Any:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
