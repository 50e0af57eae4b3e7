"""Choosing the next piece from its probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import RnnchatError
from rnnchat.lm.protocols import Floats

LOOP = 8
PLAUSIBLE = 0.05
"""Guidance chooses among pieces at least this share as likely as the likeliest (Li et al. 2023,
https://arxiv.org/abs/2210.15097)."""
_QUICK = 1e-3  # pieces this likely beside the likeliest nearly always hold the wanted mass


@dataclass(frozen=True)
class Sampling:
    """How a piece is chosen; the values are applied in this order."""

    repetition: float = 1.1
    """The power that probabilities of recent pieces are raised to; 1 leaves them as they are.

    What would say three pieces and their successor once more is made less likely still, each time
    by this factor to the power LOOP, so that no loop lasts.
    """
    guidance: float = 0.0
    """The power of what a conversation makes likelier, where that is known; 0 for not at all.

    What is not plausible without that is not said, whatever speaks for it.
    """
    temperature: float = 0.8
    """Below 1 favours likely pieces, above 1 unlikely ones; 0 always takes the likeliest."""
    top_k: int = 0
    """Only so many of the likeliest pieces; 0 for all."""
    min_p: float = 0.0
    """Only pieces at least this share as likely as the likeliest."""
    top_p: float = 0.95
    """Only the likeliest pieces that together have this probability."""
    window: int = 96
    """How many pieces back count as recent."""
    seed: int | None = None
    """The same seed gives the same text; None gives another one each time."""

    def check(self) -> None:
        """Raise RnnchatError where a value is out of its range."""
        ranges = (
            ("temperature", self.temperature, 0, 5),
            ("top-p", self.top_p, 0, 1),
            ("min-p", self.min_p, 0, 1),
            ("top-k", self.top_k, 0, 10**6),
            ("repetition", self.repetition, 1, 3),
            ("guidance", self.guidance, 0, 5),
        )
        for name, value, low, high in ranges:
            if not low <= value <= high:  # which NaN is not, either
                shown = f"{value if isinstance(value, float) else max(-(10**300), min(value, 10**300)):g}"
                raise RnnchatError(f"{name} cannot be {shown}.", f"Give a value from {low} to {high:,}.")
        if self.seed is not None and self.seed < 0:
            raise RnnchatError(f"seed cannot be {self.seed}.", "Give a whole number from 0.")


class Sampler:
    """Chooses pieces as `sampling` says, with its own source of chance."""

    def __init__(self, sampling: Sampling) -> None:
        sampling.check()
        self.sampling = sampling
        self._random = np.random.Generator(np.random.PCG64(sampling.seed))

    def choose(self, probabilities: Floats, recent: Sequence[int] = (), leaning: Floats | None = None) -> int:
        """Return one piece drawn from `probabilities` (vocabulary,), which are left as they are.

        `leaning` (vocabulary,) is how much likelier a conversation makes each piece, as a logarithm.
        """
        settings = self.sampling
        logs = np.log(np.maximum(probabilities, np.float32(1e-30)))
        if settings.repetition != 1 and recent and settings.window:
            again = np.unique(np.asarray(recent[-settings.window :]))
            logs[again] *= settings.repetition
            for piece, count in _would_repeat(recent[-settings.window :]).items():
                logs[piece] -= LOOP * count * np.log(settings.repetition)
        if leaning is not None and settings.guidance:
            implausible = logs < logs.max() + np.log(np.float32(PLAUSIBLE))
            logs += np.float32(settings.guidance) * leaning
            logs[implausible] = -np.inf
        if settings.temperature < 1e-3:
            return int(np.argmax(logs))
        weights = np.exp((logs - logs.max()) / settings.temperature)
        candidates = _likeliest(weights, settings)
        cumulative = np.cumsum(weights[candidates], dtype=np.float64)
        place = np.searchsorted(cumulative, self._random.random() * cumulative[-1], side="right")
        return int(candidates[min(int(place), len(candidates) - 1)])


def _would_repeat(recent: Sequence[int]) -> dict[int, int]:
    """Return the pieces that followed the last three before, and how often each did."""
    last = list(recent[-3:])
    followers: dict[int, int] = {}
    for place in range(len(recent) - 3):
        if recent[place] == last[0] and list(recent[place : place + 3]) == last:
            follower = recent[place + 3]
            followers[follower] = followers.get(follower, 0) + 1
    return followers


def _likeliest(weights: Floats, settings: Sampling) -> NDArray[np.intp]:
    """Return the pieces that top-k, min-p and top-p leave, the likeliest first."""
    total = float(weights.sum(dtype=np.float64))
    if settings.top_k:
        order = _top(weights, min(settings.top_k, len(weights)))
        total = float(weights[order].sum(dtype=np.float64))
    else:
        some = (weights >= weights.max() * _QUICK).nonzero()[0]
        enough = float(weights[some].sum(dtype=np.float64)) >= settings.top_p * total
        order = _in_order(weights, some if enough else np.arange(len(weights)))
    if settings.min_p:
        order = order[weights[order] >= settings.min_p * weights[order[0]]]
    if settings.top_p < 1:
        before = np.cumsum(weights[order], dtype=np.float64) - weights[order]
        order = order[before < max(settings.top_p * total, 1e-12)]
    return order


def _top(weights: Floats, count: int) -> NDArray[np.intp]:
    """Return the `count` likeliest pieces in order."""
    if count == len(weights):
        return _in_order(weights, np.arange(count))
    return _in_order(weights, np.sort(np.argpartition(-weights, count - 1)[:count]))


def _in_order(weights: Floats, pieces: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return `pieces`, which ascend, the likeliest first; ties go to the lower piece."""
    return pieces[np.argsort(-weights[pieces], kind="stable")]
