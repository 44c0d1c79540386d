"""A linear model over labels: trained with scikit-learn, kept and used as plain numpy arrays.

Two logistic regressions, one over the meaning (a dense vector) and one over the hashed words, are
added up; how much the words count and how sure to be is measured on sentences not trained on.
Being sums, both fold into one matrix of weights.
"""

from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any, List, Sequence, Tuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from bot import textfeatures

Floats = npt.NDArray[np.float32]
FOLDS = 4
SHARES = (0.125, 0.25, 0.375, 0.5, 0.75, 1.0)
TEMPERATURES = np.geomspace(0.2, 5.0, 33)
MEANING = {"C": 30.0, "max_iter": 200, "tol": 1e-2}
WORDS = {"C": 40.0, "solver": "liblinear", "tol": 1e-2, "random_state": 7}


class LinearModel:
    """Weights for one dense vector and the hashed words of a sentence, and their labels."""

    def __init__(self, labels: Sequence[str], weights: Floats, bias: Floats) -> None:
        self.labels = list(labels)
        self.weights = weights  # one row a feature: those of the vector first, buckets after
        self.bias = bias

    def probabilities(self, vector: Floats, text: str) -> Floats:
        """Return the probability of each label."""
        dense = len(vector)
        where, amounts = textfeatures.hashed(text, len(self.weights) - dense)
        logits = vector @ self.weights[:dense] + amounts @ self.weights[where + dense] + self.bias
        return np.asarray(_softmax(logits[None, :])[0], dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write it to one file; no pickle, so that any Python can read it."""
        np.savez(path, labels=np.array(self.labels), weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> "LinearModel":
        """Read what save() wrote."""
        with np.load(path, allow_pickle=False) as kept:
            return cls([str(label) for label in kept["labels"]], kept["weights"], kept["bias"])


def fit(vectors: Floats, texts: Sequence[str], labels: Sequence[str], buckets: int) -> LinearModel:
    """Train on sentences: their meanings and their words."""
    words = matrix(texts, buckets)
    dense, sparse = LogisticRegression(**MEANING), LogisticRegression(**WORDS)
    unseen = _unseen(dense, vectors, labels), _unseen(sparse, words, labels)
    share, temperature = _weighed(unseen, labels)
    dense.fit(vectors, labels)
    sparse.fit(words, labels)
    weights = np.hstack([dense.coef_, share * sparse.coef_]).T / temperature
    bias = (dense.intercept_ + share * sparse.intercept_) / temperature
    return LinearModel(dense.classes_, _floats(weights), _floats(bias))


def fit_words(texts: Sequence[str], labels: Sequence[str], buckets: int) -> LinearModel:
    """Train on the words of sentences alone."""
    words = matrix(texts, buckets)
    sparse = LogisticRegression(**WORDS)
    unseen = _unseen(sparse, words, labels)
    _, temperature = _weighed((np.zeros_like(unseen), unseen), labels, shares=(1.0,))
    sparse.fit(words, labels)
    weights, bias = sparse.coef_.T / temperature, sparse.intercept_ / temperature
    return LinearModel(sparse.classes_, _floats(weights), _floats(bias))


def matrix(texts: Sequence[str], buckets: int) -> csr_matrix:
    """Return the hashed words of all texts, one row each."""
    rows: List[int] = []
    columns: List[int] = []
    amounts: List[float] = []
    for row, text in enumerate(texts):
        where, weights = textfeatures.hashed(text, buckets)
        rows += [row] * len(where)
        columns += where.tolist()
        amounts += weights.tolist()
    return csr_matrix((amounts, (rows, columns)), shape=(len(texts), buckets))


def _unseen(model: LogisticRegression, features: Any, labels: Sequence[str]) -> Any:
    """Return a score for each sentence and label, by models that did not see the sentence."""
    few = [label for label, count in Counter(labels).items() if count < FOLDS]
    if few or len(set(labels)) < 3:
        raise ValueError(f"Needs 3 labels with {FOLDS} sentences each; too few for: {few}")
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=7)
    return cross_val_predict(model, features, labels, cv=folds, method="decision_function")


def _weighed(
    unseen: Tuple[Any, Any], labels: Sequence[str], shares: Sequence[float] = SHARES
) -> Tuple[float, float]:
    """Return the share of the words and the softness that make confidences most honest."""
    places = np.searchsorted(sorted(set(labels)), labels)
    each = np.arange(len(places))

    def surprise(choice: Tuple[float, float]) -> float:
        share, temperature = choice
        chances = _softmax((unseen[0] + share * unseen[1]) / temperature)[each, places]
        return float(-np.log(chances + 1e-9).mean())

    share, temperature = min(product(shares, TEMPERATURES), key=surprise)
    return float(share), float(temperature)


def _floats(numbers: Any) -> Floats:
    return np.ascontiguousarray(numbers, dtype=np.float32)


def _softmax(logits: Any) -> Any:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
