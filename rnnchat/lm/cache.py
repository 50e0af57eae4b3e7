"""Learning from the text at hand without touching what is saved: a cache, and adapted weights.

Sources: a neural cache, Grave et al. 2017; dynamic evaluation with decay back to the saved weights,
Krause et al. 2018, here on the output side only, which costs a small part of the whole.
"""

from __future__ import annotations

import numpy as np

from rnnchat.lm.base import Floats
from rnnchat.lm.passage import Passage
from rnnchat.lm.recurrent import RecurrentNetwork, softmax

SHARPNESS = 0.05
"""How much more a state counts that is more like the one at hand."""
SHARE = 0.6
"""The part of a cached prediction that comes from the cache, the rest from the network."""

BATCH = 8
"""So many pieces make a gradient step."""
RATE = 0.02
DECAY = 0.002
"""The part of the way back to the saved weights that each step goes."""


def cached(passage: Passage, vector: Floats, base: Floats) -> Floats:
    """Return `base` (vocabulary,), a share of it given to what followed states like `vector` (size,).

    What is like now is likely to go on alike.
    """
    if not len(passage):
        return base
    likeness = softmax((passage.vectors @ vector) * np.float32(SHARPNESS))
    mixed: Floats = np.bincount(passage.pieces, likeness * np.float32(SHARE), len(base)).astype(np.float32)
    mixed += base * np.float32(1 - SHARE)
    return mixed


class AdaptedOutput:
    """A network's output side that takes a small step towards each text it reads, and slowly back."""

    def __init__(self, network: RecurrentNetwork) -> None:
        embedding, *others = network.output_side()
        self._saved = (embedding.T, *others)  # a piece in each column, as it is quickest read
        self._now = tuple(np.array(array, order="C") for array in self._saved)
        self._read: list[tuple[Floats, Floats, Floats]] = []
        self.changed = False
        """Whether it differs from the network yet."""

    def predict(self, top: Floats) -> Floats:
        """Return the probabilities (vocabulary,) after the top state (units,)."""
        columns, output, projection, bias = self._now
        return softmax((top @ projection + bias) @ columns + output)

    def learn(self, top: Floats, piece: int, predicted: Floats) -> None:
        """Take in that `piece` followed; every BATCH pieces the weights take one gradient step."""
        error = predicted.copy()
        error[piece] -= 1
        _, _, projection, bias = self._now
        self._read.append((error, top @ projection + bias, top))
        if len(self._read) == BATCH:
            self._step()

    def _step(self) -> None:
        errors, outputs, tops = (np.stack(part) for part in zip(*self._read, strict=True))
        self._read = []
        columns, output, projection, bias = self._now
        back = errors @ columns.T
        columns -= outputs.T @ (np.float32(RATE) * errors)
        output -= np.float32(RATE) * errors.sum(axis=0)
        projection -= tops.T @ (np.float32(RATE) * back)
        bias -= np.float32(RATE) * back.sum(axis=0)
        for now, saved in zip(self._now, self._saved, strict=True):
            np.multiply(now, np.float32(1 - DECAY), out=now)
            np.add(now, np.float32(DECAY) * saved, out=now)
        self.changed = True
