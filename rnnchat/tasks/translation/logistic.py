"""Logistic regression: from a few figures to a probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError

PENALTY = 1.0
"""The weights' sum of squares is multiplied by half of this in the fit, so that few examples suffice."""
_STEPS = 25
"""The steps of Newton's method."""


@dataclass(frozen=True)
class LogisticModel:
    """p = 1 / (1 + exp(-(b + Σ w_i (x_i - m_i) / s_i)))."""

    means: NDArray[np.float64]
    """m (k,)"""
    scales: NDArray[np.float64]
    """s (k,)"""
    weights: NDArray[np.float64]
    """w (k,)"""
    bias: float

    def probability(self, values: Sequence[float]) -> float:
        """Return the probability for the figures `values` (k,)."""
        # Values far beyond those that were seen say no more than the most extreme ones of these did.
        standard = np.clip((np.asarray(values) - self.means) / self.scales, -4, 4)
        return float(1 / (1 + np.exp(-np.clip(self.bias + standard @ self.weights, -30, 30))))

    def to_array(self) -> NDArray[np.float32]:
        """Return the model as an array (4, k) to save."""
        bias = np.zeros(len(self.means))
        bias[0] = self.bias
        return np.stack([self.means, self.scales, self.weights, bias]).astype(np.float32)

    @classmethod
    def from_array(cls, array: NDArray[np.floating], size: int) -> LogisticModel:
        """Read a model of `size` figures; raise ModelError where it is damaged."""
        if array.shape != (4, size) or not np.isfinite(array).all() or (array[1] <= 0).any():
            raise ModelError("The translator's confidence is damaged: it has other figures.")
        means, scales, weights, bias = array.astype(np.float64)
        return cls(means, scales, weights, float(bias[0]))

    @classmethod
    def fit(cls, rows: NDArray[np.floating], is_true: NDArray[np.bool_]) -> LogisticModel:
        """Return the model that gives the labels `is_true` (n,) of `rows` (n, k) the highest likelihood.

        The labels are smoothed (Platt, Probabilities for SV Machines, 1999). Source of the steps: iteratively
        reweighted least squares, as in Bishop, Pattern Recognition and Machine Learning, 4.3.3.
        """
        rows = np.asarray(rows, np.float64)
        means, scales = rows.mean(0), np.maximum(rows.std(0), 1e-6)
        standard = np.clip((rows - means) / scales, -4, 4)
        inputs = np.concatenate([standard, np.ones((len(rows), 1))], 1)
        positive = int(is_true.sum())
        wanted = np.where(is_true, (positive + 1) / (positive + 2), 1 / (len(rows) - positive + 2))
        penalty = np.diag([PENALTY] * rows.shape[1] + [1e-6])
        found = np.zeros(inputs.shape[1])
        for _ in range(_STEPS):
            chances = 1 / (1 + np.exp(-np.clip(inputs @ found, -30, 30)))
            slope = inputs.T @ (chances - wanted) + penalty @ found
            curve = (inputs * (chances * (1 - chances) + 1e-6)[:, None]).T @ inputs + penalty
            step = np.linalg.solve(curve, slope)
            found -= np.clip(step, -2, 2)
        return cls(means, scales, found[:-1], float(found[-1]))
