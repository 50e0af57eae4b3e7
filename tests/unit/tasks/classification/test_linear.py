"""The linear classifier reaches the minimum of its objective."""

from __future__ import annotations

import numpy as np

from rnnchat.tasks.classification.linear import fit_linear
from rnnchat.tasks.sparse import dense_rows


def objective(weights: np.ndarray, rows: np.ndarray, signs: np.ndarray, cost: float) -> float:
    margins = np.maximum(0, 1 - signs * (rows @ weights))
    return float(weights @ weights / 2 + cost * (margins**2).sum())


def test_no_weights_near_by_have_a_lower_objective() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(40, 6)).astype(np.float32)
    targets = random.random((40, 3)) < 0.3
    fitted = fit_linear(dense_rows(rows), targets, cost=0.7)
    with_bias = np.hstack([rows, np.ones((40, 1))])
    for label in range(3):
        weights = np.append(fitted.weights[:, label], fitted.bias[label])
        signs = np.where(targets[:, label], 1.0, -1.0)
        lowest = objective(weights, with_bias, signs, 0.7)
        for _ in range(50):
            other = weights + random.normal(size=7) * 0.05
            assert objective(other, with_bias, signs, 0.7) > 0.99 * lowest


def test_separable_labels_are_learned_and_the_seed_decides_the_order_alone() -> None:
    rows = dense_rows(np.eye(6, dtype=np.float32))
    targets = np.repeat(np.eye(3, dtype=bool), 2, axis=0)
    fitted = fit_linear(rows, targets)
    assert (fitted.scores(rows).argmax(1) == targets.argmax(1)).all()
    again = fit_linear(rows, targets, seed=0)
    assert (again.weights == fitted.weights).all()
    other = fit_linear(rows, targets, seed=5)
    np.testing.assert_allclose(other.weights, fitted.weights, atol=0.05)
