"""What speaks for a translation and against it, in the network that made it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnchat.tasks.translation.network import TranslationNetwork
from rnnchat.tasks.translation.pair_tokenizer import UNKNOWN


@dataclass(frozen=True)
class Evidence:
    """Figures of a translation by which its confidence is found."""

    mean_log: float
    """The mean of ln p of its pieces, with the end, without what is copied from similar pairs."""
    least_log: float
    """The least of these ln p."""
    coverage: float
    """How much of the phrase the attention has looked at: the mean over its pieces, each at most 1."""
    length_log: float
    """The logarithm of how many pieces the translation has for each of the phrase."""
    unknown: float
    """The share of the phrase's pieces that are unknown characters."""
    length: int
    """The pieces of the phrase."""


def examine(
    network: TranslationNetwork, source: Sequence[int], target: Sequence[int], *, start: int, end: int
) -> Evidence:
    """Return the evidence for the translation `target` of the pieces `source`, which has its end.

    `start` and `end` are the places of the start and the end piece in the target's embedding.
    """
    encoded, state = network.encode(source), network.start()
    logs: list[float] = []
    looked = np.zeros(len(source), np.float32)
    for step, (last, piece) in enumerate(zip([start, *target], [*target, end], strict=True)):
        probabilities, state, attention = network.step(encoded, np.array([last]), state, is_first=not step)
        logs.append(math.log(max(float(probabilities[0, piece]), 1e-30)))
        looked += attention[0]
    return Evidence(
        mean_log=sum(logs) / len(logs),
        least_log=min(logs),
        coverage=float(np.minimum(looked[:-1], 1).mean()) if len(source) > 1 else 1.0,
        length_log=math.log((len(target) + 1) / len(source)),
        unknown=list(source).count(UNKNOWN) / len(source),
        length=len(source) - 1,
    )
