"""A linear score of candidates, fitted so that the better ones of each list get the higher scores.

A candidate has features x, and s = w·x is its score. For a list of candidates with gains g, such as ROUGE,

    p = softmax(s),  t = softmax(g / T),  loss = -Σ t log p + λ |w - w₀|² / 2

where the first term is the mean over the lists, and w₀ are the weights from before, or 0.

Sources: Cao et al., Learning to rank: from pairwise approach to listwise approach, ICML 2007; the minimum is
found with L-BFGS: Nocedal and Wright, Numerical optimization, 2006, algorithms 7.4 and 7.5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
MEMORY = 8
"""The curvature is estimated from so many of the last steps."""
SUFFICIENT = 1e-4
"""A step is taken if it lowers the loss by this share of what the slope promises."""
_SMALLEST_STEP = 1e-8


@dataclass(frozen=True)
class Candidates:
    """Candidates with their features: dense ones, and numbered ones that a candidate has or has not."""

    dense: NDArray[np.float32]
    """(candidates, features)"""
    numbers: NDArray[np.int64]
    """The numbers of the features of each candidate, one after the other."""
    starts: NDArray[np.int64]
    """Where the numbers of each candidate start, and after the last where they end, (candidates + 1,)."""
    groups: NDArray[np.int64]
    """The list that each candidate belongs to, from 0 without gaps, in ascending order, (candidates,)."""
    gains: Values
    """How good each candidate is, (candidates,)."""


@dataclass(frozen=True)
class Scorer:
    """The weights of a linear score."""

    dense: NDArray[np.float32]
    """(features,)"""
    numbered: NDArray[np.float32]
    """(numbers,)"""

    def scores(self, dense: NDArray[np.float32], numbers: list[list[int]]) -> NDArray[np.float32]:
        """Return the scores of candidates with `dense` features and `numbers`, (candidates,)."""
        found = [float(self.numbered[one].sum()) for one in numbers]
        scores: NDArray[np.float32] = (dense @ self.dense + np.array(found)).astype(np.float32)
        return scores


def softmax_of_groups(scores: Values, groups: NDArray[np.int64]) -> Values:
    """Return the softmax of the scores of each list, (candidates,)."""
    begins = np.flatnonzero(np.diff(groups, prepend=-1))
    powers = np.exp(scores - np.maximum.reduceat(scores, begins)[groups])
    result: Values = powers / np.add.reduceat(powers, begins)[groups]
    return result


def fit_scorer(
    examples: Candidates,
    size: int,
    *,
    temperature: float,
    decay: float,
    start: Scorer | None = None,
    steps: int = 80,
) -> Scorer:
    """Return the scorer that fits `examples`, whose numbers are below `size`.

    `temperature` is T above, `decay` is λ, and `start` is w₀. The dense features are scaled by their spread
    while it is fitted.
    """
    width = examples.dense.shape[1]
    spread = 3 * (examples.dense.std(axis=0, dtype=np.float64) + 1e-3)
    scaled = (examples.dense - examples.dense.mean(axis=0)) / spread.astype(np.float32)
    row = np.repeat(np.arange(len(examples.groups)), np.diff(examples.starts))
    used, place = np.unique(examples.numbers, return_inverse=True)
    targets = softmax_of_groups(examples.gains / temperature, examples.groups)
    lists = examples.groups[-1] + 1
    before = np.zeros(width + len(used))
    if start is not None:
        before[:width] = start.dense * spread
        before[width:] = start.numbered[used]

    def loss_of(weights: Values) -> tuple[float, Values]:
        sums = np.bincount(row, weights[width:][place], len(examples.groups))
        shares = softmax_of_groups(scaled @ weights[:width] + sums, examples.groups)
        error = (shares - targets) / lists
        away = weights - before
        slope = np.concatenate([error @ scaled, np.bincount(place, error[row], len(used))]) + decay * away
        loss = -float(targets @ np.log(shares + 1e-12)) / lists + decay * float(away @ away) / 2
        return loss, slope

    weights = minimise(loss_of, before, steps)
    numbered = np.zeros(size) if start is None else start.numbered.astype(np.float64)
    numbered[used] = weights[width:]
    return Scorer((weights[:width] / spread).astype(np.float32), numbered.astype(np.float32))


def minimise(function: Callable[[Values], tuple[float, Values]], start: Values, steps: int) -> Values:
    """Return where `function`, which gives its value and its slope, has a minimum; by L-BFGS from `start`."""
    at, (value, slope) = start, function(start)
    pairs: list[tuple[Values, Values]] = []
    for _ in range(steps):
        direction = -_inverse_curvature(slope, pairs)
        promised = float(slope @ direction)
        if promised > -1e-12:
            break
        length = 1.0 if pairs else min(1.0, 1 / float(np.abs(slope).sum() + 1e-12))
        while length > _SMALLEST_STEP:
            new = at + length * direction
            new_value, new_slope = function(new)
            if new_value <= value + SUFFICIENT * length * promised:
                break
            length /= 2
        else:
            break
        moved, bent = new - at, new_slope - slope
        if float(moved @ bent) > 1e-12:
            pairs = [*pairs[1 - MEMORY :], (moved, bent)]
        at, value, slope = new, new_value, new_slope
    return at


def _inverse_curvature(slope: Values, pairs: list[tuple[Values, Values]]) -> Values:
    """Return the slope multiplied by an estimate of the inverse of the second derivatives."""
    result = slope.copy()
    shares = []
    for moved, bent in reversed(pairs):
        share = float(moved @ result) / float(moved @ bent)
        result -= share * bent
        shares.append(share)
    if pairs:
        moved, bent = pairs[-1]
        result *= float(moved @ bent) / float(bent @ bent)
    for (moved, bent), share in zip(pairs, reversed(shares), strict=True):
        result += (share - float(bent @ result) / float(moved @ bent)) * moved
    return result
