"""From scores to probabilities, and from probabilities to "unsure".

Shares of scores are fitted to texts that were kept back from training. The confidence below which a text is
unsure is found with labels that were left out of training: their texts should be unsure.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.sparse import Floats

UNKNOWN_SHARE = 0.1
"""The threshold is fitted as if this share of all texts had none of the labels."""
_STEPS = 60
"""The shares are fitted in this many steps of gradient descent on their logarithms."""
_MAXIMUM_SHARE = 40.0
"""A share is at most this large, so that no probability becomes exactly 0 or 1."""
_CANDIDATES = 201
"""The threshold is chosen among this many quantiles of the confidences."""
FEWEST_SURE = 5
"""A share of right labels is trusted where so many texts are as sure."""
NEVER_SURE = 0.99
"""The least probability where no smaller one gives the wanted share of right labels."""
LEAST_CONFIDENCE = -1e4
"""The confidence of every text is greater than this."""


def softmax_rows(scores: NDArray[np.floating]) -> Floats:
    """Return the probabilities (texts, labels) exp(s) / Σ exp(s) of each row of `scores`."""
    exponentials = np.exp(scores - scores.max(1, keepdims=True))
    probabilities: Floats = (exponentials / exponentials.sum(1, keepdims=True)).astype(np.float32)
    return probabilities


def confidences(scores: NDArray[np.floating]) -> Floats:
    """Return how sure it is that a text has one of the labels: the highest of each row of `scores` (texts,).

    It tells texts with a label from others better than the highest probability. Source: Hendrycks et al.,
    Scaling Out-of-Distribution Detection for Real-World Settings, ICML 2022.
    """
    found: Floats = scores.max(1).astype(np.float32)
    return found


def fit_shares(scores: Sequence[Floats], targets: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the positive factor of each of the `scores`, each (texts, labels), of texts kept back.

    The softmax of the sum of the scores times their factors gives the `targets` the highest likelihood. The
    fewer texts there are, the less certain the targets are taken to be, so that few examples that are all
    labelled rightly do not make the probabilities 0 and 1 (Platt, Probabilities for SV Machines, 1999).
    """
    stacked = np.stack(scores).astype(np.float64)
    doubt = 2 / (len(targets) + 2)
    wanted = (1 - doubt) * targets / targets.sum(1, keepdims=True) + doubt / targets.shape[1]
    logs = np.full(len(scores), np.log(4.0 / len(scores)))
    step = np.full(len(scores), 0.3)
    before = np.zeros(len(scores))
    for _ in range(_STEPS):  # Rprop: Riedmiller and Braun, 1993
        shares = np.exp(logs)
        probabilities = softmax_rows(np.tensordot(shares, stacked, 1))
        slope = shares * np.tensordot(stacked, probabilities - wanted, 2)
        step = np.clip(np.where(slope * before > 0, step * 1.2, step * 0.5), 1e-3, 1.0)
        logs = np.clip(logs - step * np.sign(slope), -6.0, np.log(_MAXIMUM_SHARE))
        before = slope
    found: NDArray[np.float64] = np.exp(logs)
    return found


def sum_of_scores(scores: Sequence[Floats], shares: NDArray[np.floating]) -> Floats:
    """Return the sum of several scores, each (texts, labels), times their shares."""
    total: Floats = np.tensordot(shares.astype(np.float32), np.stack(scores), 1)
    return total


def fit_threshold(
    known: NDArray[np.floating], is_right: NDArray[np.bool_], unknown: NDArray[np.floating]
) -> float:
    """Return the confidence below which a text is unsure.

    `known` are the confidences of texts kept back, `is_right` says whether their likeliest label is one of
    theirs, and `unknown` are the confidences of texts whose labels were left out. The most texts are treated
    rightly with it, if UNKNOWN_SHARE of them have none of the labels.
    """
    if not len(known) or not len(unknown):
        return LEAST_CONFIDENCE
    candidates = np.quantile(np.concatenate((known, unknown)), np.linspace(0, 1, _CANDIDATES))
    rewards = [
        (1 - UNKNOWN_SHARE) * ((known >= candidate) & is_right).mean()
        + UNKNOWN_SHARE * (unknown < candidate).mean()
        for candidate in candidates
    ]
    return float(candidates[int(np.argmax(rewards))])


def least_probability(
    probabilities: NDArray[np.floating],
    is_right: NDArray[np.bool_],
    labels: int,
    precision: float,
    least: float,
) -> float:
    """Return the smallest probability from which on this share of the likeliest labels are right.

    `probabilities` are those of the likeliest labels of texts that were kept back (texts,), and `is_right`
    says which of these labels are right. The result is at least `least`, and at least half-way between chance
    and certainty for this number of labels. It is rounded up to whole percents.
    """
    floor = max(least, (1 + 1 / labels) / 2)
    order = np.argsort(-probabilities, kind="stable")
    order = order[probabilities[order] >= floor]
    shares = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    if len(order) < FEWEST_SURE or shares[-1] >= precision:
        return _in_percents(floor)
    enough = np.flatnonzero(shares[FEWEST_SURE - 1 :] >= precision)
    if not len(enough):
        return NEVER_SURE
    return min(NEVER_SURE, _in_percents(float(probabilities[order[FEWEST_SURE - 1 + enough[-1]]])))


def _in_percents(probability: float) -> float:
    """Return a probability, rounded up to whole percents."""
    return float(np.ceil(100 * probability - 1e-6)) / 100
