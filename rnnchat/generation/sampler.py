"""Choosing the next piece from its probabilities, by the settings of `sampling.py`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnchat.generation.sampling import Sampling
from rnnchat.lm.protocols import Floats

LOOP_POWER = 8
"""A piece that would repeat four pieces has its probability divided by the repetition factor to this power.

This is done once for each earlier occurrence of the four.
"""
PLAUSIBLE = 0.05
"""Guidance chooses among pieces that are at least this share as likely as the likeliest.

Source: contrastive decoding, Li et al. 2023 (https://arxiv.org/abs/2210.15097).
"""
_NUCLEUS_SHARE = 1e-3
"""Pieces at least this share as likely as the likeliest nearly always hold the mass that top-p asks for.

Only these are sorted then; where they hold less, all pieces are.
"""
_GREEDY_BELOW = 1e-3
"""At a lower temperature the likeliest piece is taken."""
_SMALLEST_PROBABILITY = np.float32(1e-30)
"""A smaller probability counts as this one, which has a logarithm."""
_SMALLEST_NUCLEUS = 1e-12
"""Top-p keeps the pieces that reach a mass of at least this, so that at least one is left."""


class Sampler:
    """Chooses pieces with a random generator of its own.

    Raises RnnchatError where a value of `sampling` is outside its limits.
    """

    def __init__(self, sampling: Sampling) -> None:
        sampling.check()
        self.sampling = sampling
        self._random = np.random.Generator(np.random.PCG64(sampling.seed))

    @property
    def is_greedy(self) -> bool:
        """Whether the likeliest piece is always taken, so that nothing is left to chance."""
        return self.sampling.temperature < _GREEDY_BELOW

    def choose(
        self, probabilities: Floats, recent: Sequence[int] = (), guidance: Floats | None = None
    ) -> int:
        """Return one piece drawn from `probabilities` (vocabulary,), which are left as they are.

        `recent` are the pieces before it, of which the last `window` count. `guidance` (vocabulary,) is the
        logarithm of how much likelier the conversation makes each piece.
        """
        sampling = self.sampling
        logs = np.log(np.maximum(probabilities, _SMALLEST_PROBABILITY))
        if sampling.repetition != 1 and recent and sampling.window:
            _penalise_repetition(logs, recent[-sampling.window :], sampling.repetition)
        if guidance is not None and sampling.guidance:
            _apply_guidance(logs, guidance, sampling.guidance)
        if self.is_greedy:
            return int(np.argmax(logs))
        weights = np.exp((logs - logs.max()) / sampling.temperature)
        candidates = _candidates(weights, sampling)
        cumulative = np.cumsum(weights[candidates], dtype=np.float64)
        drawn = np.searchsorted(cumulative, self._random.random() * cumulative[-1], side="right")
        return int(candidates[min(int(drawn), len(candidates) - 1)])


def _penalise_repetition(logs: Floats, recent: Sequence[int], factor: float) -> None:
    """Lower the logarithms (vocabulary,) of recent pieces, and most of those that would continue a loop."""
    logs[np.unique(np.asarray(recent))] *= factor
    for piece, count in _repeating(recent).items():
        logs[piece] -= LOOP_POWER * count * np.log(factor)


def _repeating(recent: Sequence[int]) -> dict[int, int]:
    """Return the pieces that followed earlier occurrences of the last three, and how often each did."""
    last = list(recent[-3:])
    successors: dict[int, int] = {}
    for start in range(len(recent) - 3):
        if recent[start] == last[0] and list(recent[start : start + 3]) == last:
            successor = recent[start + 3]
            successors[successor] = successors.get(successor, 0) + 1
    return successors


def _apply_guidance(logs: Floats, guidance: Floats, weight: float) -> None:
    """Add the guidance to the logarithms (vocabulary,) of plausible pieces, and rule out all others."""
    implausible = logs < logs.max() + np.log(np.float32(PLAUSIBLE))
    logs += np.float32(weight) * guidance
    logs[implausible] = -np.inf


def _candidates(weights: Floats, sampling: Sampling) -> NDArray[np.intp]:
    """Return the pieces that top-k, min-p and top-p leave, the likeliest first."""
    total = float(weights.sum(dtype=np.float64))
    if sampling.top_k:
        order = _top_k(weights, min(sampling.top_k, len(weights)))
        total = float(weights[order].sum(dtype=np.float64))
    else:
        likely = (weights >= weights.max() * _NUCLEUS_SHARE).nonzero()[0]
        enough = float(weights[likely].sum(dtype=np.float64)) >= sampling.top_p * total
        order = _by_weight(weights, likely if enough else np.arange(len(weights)))
    if sampling.min_p:
        order = order[weights[order] >= sampling.min_p * weights[order[0]]]
    if sampling.top_p < 1:
        before = np.cumsum(weights[order], dtype=np.float64) - weights[order]
        order = order[before < max(sampling.top_p * total, _SMALLEST_NUCLEUS)]
    return order


def _top_k(weights: Floats, count: int) -> NDArray[np.intp]:
    """Return the `count` likeliest pieces in order."""
    if count == len(weights):
        return _by_weight(weights, np.arange(count))
    return _by_weight(weights, np.sort(np.argpartition(-weights, count - 1)[:count]))


def _by_weight(weights: Floats, pieces: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return `pieces`, which ascend, the likeliest first; ties go to the lower piece."""
    return pieces[np.argsort(-weights[pieces], kind="stable")]
