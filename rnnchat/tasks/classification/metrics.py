"""How well texts are labelled: accuracy and macro-F1."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ClassificationMetrics:
    """How well texts were labelled that were kept back from training."""

    accuracy: float
    """The share of texts whose likeliest label is right, from 0 to 1."""
    accuracy_top3: float
    """The share of texts of which one of the three likeliest labels is right, from 0 to 1."""
    macro_f1: float
    """The mean over all labels of F1, the harmonic mean of precision and recall, from 0 to 1."""
    texts: int
    """How many texts were labelled."""

    def as_dict(self) -> dict[str, float]:
        """Return this as a JSON object, rounded to four digits."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def measure(scores: NDArray[np.floating], targets: NDArray[np.bool_]) -> ClassificationMetrics:
    """Compare `scores` (texts, labels), the highest of which is the prediction, with `targets`.

    A text that has several labels is right with any of them. For macro-F1 it then counts under the predicted
    one, and under its first one where none of them is predicted. Labels without a text do not count.
    """
    texts = len(scores)
    if not texts:
        return ClassificationMetrics(0, 0, 0, 0)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :3]
    hits = np.take_along_axis(targets, order, axis=1)
    predicted = order[:, 0]
    expected = np.where(hits[:, 0], predicted, targets.argmax(1))
    return ClassificationMetrics(
        accuracy=float(hits[:, 0].mean()),
        accuracy_top3=float(hits.any(1).mean()),
        macro_f1=macro_f1(expected, predicted, targets.shape[1]),
        texts=texts,
    )


def macro_f1(expected: NDArray[np.integer], predicted: NDArray[np.integer], labels: int) -> float:
    """Return the mean of F1 over the labels that are expected or predicted for some text."""
    right = np.bincount(expected[expected == predicted], minlength=labels)
    total = np.bincount(expected, minlength=labels) + np.bincount(predicted, minlength=labels)
    seen = total > 0
    return float((2 * right[seen] / total[seen]).mean()) if seen.any() else 0.0
