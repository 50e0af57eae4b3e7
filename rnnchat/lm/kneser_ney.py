"""Modified Kneser–Ney smoothing: how counts of contexts of several lengths become one distribution.

For a context c that was followed by pieces w with counts a(c w), and for c' which is c without its first
piece,

    p(w | c) = (a(c w) − D(a(c w))) / Σ a(c ·) + backoff(c) · p(w | c')
    backoff(c) = Σ D(a(c ·)) / Σ a(c ·)

D is a discount for counts of 1, 2, and 3 or more. In the longest contexts a is how often w followed; in
shorter ones it is after how many different pieces c w occurred (the continuation count).

Source: Chen and Goodman 1999.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.protocols import Floats, Integers

LARGEST_DISCOUNTED = 3
"""Larger counts have the same discount as this one."""
DEFAULT_DISCOUNTS = np.array([0, 0.5, 1, 1.5], np.float32)
"""The discounts of counts of 0, 1, 2, and 3 or more where there is no text to estimate them from."""


@dataclass(frozen=True)
class SmoothedContext:
    """A context's part of a prediction: p(w | c) = probabilities(w) + backoff · p(w | c')."""

    pieces: Integers
    """(n,) the distinct pieces that followed the context."""
    probabilities: Floats
    """(n,) their discounted probabilities, which sum to 1 − backoff."""
    backoff: np.float32
    """The probability that is left to the next shorter context."""


def smooth(pieces: Integers, counts: Floats, discounts: Floats) -> SmoothedContext:
    """Return the smoothed context of `counts` (n,) of `pieces` (n,), given `discounts` (4,)."""
    discounted = discounts[np.minimum(counts, LARGEST_DISCOUNTED).astype(np.int64)]
    total = counts.sum()
    if not total:
        return SmoothedContext(pieces, counts, np.float32(1))
    return SmoothedContext(pieces, (counts - discounted) / total, np.float32(discounted.sum() / total))


def remaining(contexts: Sequence[SmoothedContext]) -> np.float32:
    """Return the probability that all `contexts` together leave to the prediction without a context."""
    return np.float32(math.prod(float(context.backoff) for context in contexts))


def add_contexts(contexts: Sequence[SmoothedContext], probabilities: Floats) -> None:
    """Add to `probabilities` (vocabulary,) the part of each context, of which the shortest is first."""
    left = 1.0
    for context in reversed(contexts):
        probabilities[context.pieces] += context.probabilities * np.float32(left)
        left *= float(context.backoff)


def estimate_discounts(counts: Integers) -> Floats:
    """Return the discounts (4,) of counts of 0, 1, 2, and 3 or more, from all `counts` (n,) of one order.

    They are Chen and Goodman's estimates from the numbers of counts of 1, 2, 3 and 4, kept within a tenth
    and nine tenths of the count.
    """
    ones, twos, threes, fours = (max(1, int((counts == n).sum())) for n in (1, 2, 3, 4))
    base = ones / (ones + 2 * twos)
    estimates = [1 - 2 * base * twos / ones, 2 - 3 * base * threes / twos, 3 - 4 * base * fours / threes]
    limited = [min(max(d, 0.1 * n), 0.9 * n) for n, d in enumerate(estimates, start=1)]
    return np.array([0, *limited], np.float32)


def are_discounts(discounts: NDArray[np.floating]) -> bool:
    """Whether each row of `discounts` (orders, 4) takes some but not all of every count above 0."""
    counts = np.arange(LARGEST_DISCOUNTED + 1, dtype=np.float32)
    shares = discounts[:, 1:] / counts[1:]
    return bool((discounts[:, 0] == 0).all() and (shares > 0).all() and (shares < 1).all())
