"""One-vs-rest linear classifiers with the squared hinge loss, by dual coordinate descent.

For each label, with y = 1 for its examples and -1 for the others, w minimises

    |w|² / 2 + C Σ max(0, 1 - y w·x)²

through the dual variables α of the examples: w = Σ α y x, and example after example gets
α ← max(0, α - (y w·x - 1 + α / 2C) / (x·x + 1 / 2C)). All labels are treated at once, as they visit the
examples in the same order.

Source: Hsieh et al., A Dual Coordinate Descent Method for Large-scale Linear SVM, ICML 2008.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.sparse import Floats, SparseRows

DEFAULT_COST = 2.0
"""The weight C of the loss."""
_MAXIMUM_PASSES = 40
"""The examples are visited at most this many times."""
_TOLERANCE = 0.04
"""Training ends when no dual variable changes by more than this in a pass over all examples.

Changes of less than an eighth of it are not made. An example that has settled is visited again when all have.
"""


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
    sizes = [1 + values @ values + diagonal for _, values in map(rows.row, range(examples))]
    random = np.random.default_rng(seed)
    visited, largest = np.arange(examples), np.zeros(examples, np.float32)
    for _ in range(_MAXIMUM_PASSES):
        largest[visited] = 0
        for example in random.permutation(visited):
            columns, values = rows.row(example)
            sign, alpha = signs[example], alphas[example]
            slopes = sign * (values @ weights[columns] + bias) - 1 + diagonal * alpha
            change = np.maximum(alpha - slopes / sizes[example], 0) - alpha
            moved = np.flatnonzero(np.abs(change) > _TOLERANCE / 8)
            if len(moved):
                largest[example] = np.abs(change[moved]).max()
                alpha[moved] += change[moved]
                step = change[moved] * sign[moved]
                weights[columns[:, None], moved] += values[:, None] * step
                bias[moved] += step
        unsettled = np.flatnonzero(largest >= _TOLERANCE)
        if not len(unsettled) and len(visited) == examples:
            break
        visited = unsettled if 0 < len(unsettled) < examples / 2 else np.arange(examples)
    return LinearScores(weights, bias)


def weighted_sum(parts: Sequence[LinearScores], shares: NDArray[np.floating]) -> LinearScores:
    """Return the one whose scores are the sum of the scores of `parts`, each times its share."""
    factors = shares.astype(np.float32)
    weights = parts[0].weights * factors[0]
    bias = parts[0].bias * factors[0]
    for part, factor in zip(parts[1:], factors[1:], strict=True):
        weights += part.weights * factor
        bias += part.bias * factor
    return LinearScores(weights, bias)
