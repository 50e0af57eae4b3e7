"""One-vs-rest linear classifiers with the squared hinge loss, by dual coordinate descent.

For each label, with y = 1 for its examples and -1 for the others, w minimises

    |w|² / 2 + C Σ max(0, 1 - y w·x)²

through the dual variables α of the examples: w = Σ α y x, and example after example gets
α ← max(0, α - (y w·x - 1 + α / 2C) / (x·x + 1 / 2C)). All labels are treated at once, as they visit the
examples in the same order.

Source: Hsieh et al., A Dual Coordinate Descent Method for Large-scale Linear SVM, ICML 2008.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.classification.sparse import Floats, SparseRows

DEFAULT_COST = 1.0
"""The weight C of the loss."""
_MAXIMUM_PASSES = 40
"""The examples are visited at most this many times."""
_TOLERANCE = 0.02
"""Training ends when no dual variable changes by more than this in a pass."""
_SMALLEST_CHANGE = 1e-4
"""A smaller change of a dual variable is not made."""


@dataclass(frozen=True)
class LinearScores:
    """A weight for each feature and label; a row's scores are `rows @ weights + bias`."""

    weights: Floats
    """(features, labels)"""
    bias: Floats
    """(labels,)"""

    def scores(self, rows: SparseRows) -> Floats:
        """Return a score for each row and label; above 0 speaks for the label (rows, labels)."""
        return rows.dot(self.weights) + self.bias


def fit_linear(
    rows: SparseRows, targets: NDArray[np.bool_], cost: float = DEFAULT_COST, seed: int = 0
) -> LinearScores:
    """Fit a classifier for each label; `targets` (rows, labels) says which rows have which labels."""
    examples, labels = targets.shape
    signs = np.where(targets, np.float32(1), np.float32(-1))
    alphas = np.zeros((examples, labels), np.float32)
    weights = np.zeros((rows.width, labels), np.float32)
    bias = np.zeros(labels, np.float32)
    diagonal = np.float32(1 / (2 * cost))
    sizes = [1 + float(values @ values) + diagonal for _, values in map(rows.row, range(examples))]
    random = np.random.default_rng(seed)
    for _ in range(_MAXIMUM_PASSES):
        largest = 0.0
        for example in random.permutation(examples):
            columns, values = rows.row(example)
            sign, alpha = signs[example], alphas[example]
            slopes = sign * (values @ weights[columns] + bias) - 1 + diagonal * alpha
            changed = np.maximum(alpha - slopes / np.float32(sizes[example]), 0)
            change = changed - alpha
            moved = np.flatnonzero(np.abs(change) > _SMALLEST_CHANGE)
            if not len(moved):
                continue
            largest = max(largest, float(np.abs(change[moved]).max()))
            alpha[moved] = changed[moved]
            step = change[moved] * sign[moved]
            weights[columns[:, None], moved] += values[:, None] * step
            bias[moved] += step
        if largest < _TOLERANCE:
            break
    return LinearScores(weights, bias)
