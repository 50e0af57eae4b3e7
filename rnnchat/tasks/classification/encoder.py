"""The mean state of a recurrent network over a text, which differs little where words mean the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.tasks.sparse import Floats
from rnnchat.text.tokenizer import Tokenizer

MAXIMUM_PIECES = 64
"""Only this many pieces at the beginning of a text are read."""
MAXIMUM_DIMENSIONS = 256
"""The mean states are projected into at most this many dimensions."""
_BATCH = 64
"""This many texts are read side by side."""
_SMALLEST_DEVIATION = 1e-6
"""A unit whose standard deviation is less than this never changes, and is divided by this."""


@dataclass(frozen=True)
class StateEncoder:
    """Reads texts with a network that is not trained any further."""

    network: RecurrentNetwork
    tokenizer: Tokenizer

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return the mean of the top layer's states over each text (texts, units)."""
        start = self.tokenizer.roles.start
        pieces = [[start, *self.tokenizer.encode(text)[:MAXIMUM_PIECES]] for text in texts]
        order = np.argsort([len(one) for one in pieces], kind="stable")
        means = np.zeros((len(texts), self.network.shape.units), np.float32)
        for first in range(0, len(order), _BATCH):
            rows = order[first : first + _BATCH]
            means[rows] = self._means([pieces[row] for row in rows])
        return means

    def _means(self, texts: Sequence[list[int]]) -> Floats:
        """Return the mean states of texts, in the order of their lengths, which are read side by side."""
        sizes = np.array([len(text) for text in texts])
        padded = np.zeros((len(texts), sizes[-1]), np.int64)
        for row, text in zip(padded, texts, strict=True):
            row[: len(text)] = text
        state = tuple(np.zeros((len(texts), len(one)), np.float32) for one in self.network.start())
        total: Floats = np.zeros((len(texts), self.network.shape.units), np.float32)
        for time in range(padded.shape[1]):
            going = int(np.searchsorted(sizes, time, side="right"))  # the texts before it have ended
            moved = self.network.advance_all(padded[going:, time], tuple(one[going:] for one in state))
            for whole, part in zip(state, moved, strict=True):
                whole[going:] = part
            total[going:] += self.network.top(moved)
        means: Floats = np.divide(total, sizes[:, None], dtype=np.float32)
        return means


@dataclass(frozen=True)
class Projection:
    """Mean states in their main directions, each of length 1."""

    mean: Floats
    """(units,)"""
    deviation: Floats
    """(units,)"""
    directions: Floats
    """The principal components of the examples' states, (units, dimensions)."""

    @classmethod
    def of(cls, states: Floats) -> Projection:
        """Return the projection that is fitted to the `states` (texts, units) of examples."""
        mean = states.mean(0)
        deviation = states.std(0) + np.float32(_SMALLEST_DEVIATION)
        scaled = (states - mean) / deviation
        vectors: Any = np.linalg.eigh(scaled.T @ scaled)[1]
        dimensions = min(MAXIMUM_DIMENSIONS, len(states), states.shape[1])
        directions: Floats = np.ascontiguousarray(vectors[:, ::-1][:, :dimensions], dtype=np.float32)
        return cls(mean, deviation, directions)

    def project(self, states: Floats) -> Floats:
        """Return `states` (texts, units) in the main directions, each of length 1 (texts, dimensions)."""
        projected = ((states - self.mean) / self.deviation) @ self.directions
        lengths = np.linalg.norm(projected, axis=1, keepdims=True)
        unit: Floats = projected / np.maximum(lengths, np.float32(_SMALLEST_DEVIATION))
        return unit
