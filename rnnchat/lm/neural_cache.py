"""Learning from the text at hand without touching what is saved: a cache, and adapted weights.

Sources: a neural cache, Grave et al. 2017; dynamic evaluation with decay back to the saved weights,
Krause et al. 2018, here on the output side only, which costs a small part of the whole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.protocols import Floats
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

_SMALLEST = np.float32(1e-30)


def cached(vectors: Floats, followers: NDArray[np.intp], vector: Floats, base: Floats) -> Floats:
    """Return `base` (vocabulary,), a share of it given to what followed states like `vector` (size,).

    `followers` (n,) stand after the states `vectors` (n, size): what is like them is likely to go on alike.
    """
    if not len(vectors):
        return base
    similarities = softmax((vectors @ vector) * np.float32(SHARPNESS))
    mixed: Floats = np.bincount(followers, similarities * np.float32(SHARE), len(base)).astype(np.float32)
    mixed += base * np.float32(1 - SHARE)
    return mixed


def cached_more(
    vectors: Floats, followers: NDArray[np.intp], vector: Floats, logits: Floats
) -> tuple[NDArray[np.intp], Floats]:
    """Return `followers` and the logarithms (n,) of how many times likelier `cached` makes each.

    That is, than a piece which is as likely by `logits` (size,) and did not stand in the text. What stands
    after the last of them is for pieces that are left out, and gets nothing.
    """
    if not len(vectors):
        return followers, np.zeros(0, np.float32)
    similarities = softmax((vectors @ vector) * np.float32(SHARPNESS))
    more = np.bincount(followers, similarities * np.float32(SHARE / (1 - SHARE)), len(logits)).take(followers)
    highest = logits.max()
    total = np.exp(logits - highest).sum()
    own = np.exp(logits.take(followers, mode="clip") - highest) / total
    return followers, np.log1p(more.astype(np.float32) / np.maximum(own, _SMALLEST))


OutputSide = tuple[Floats, Floats, Floats]
"""Output bias (vocabulary,), projection (units, embedding), and its bias (embedding,)."""


class AdaptedOutput:
    """A network's output side that takes a small step towards each text it reads, and slowly back.

    What the pieces mean stays; how states are projected among them, and how often they come, changes.
    """

    def __init__(self, network: RecurrentNetwork) -> None:
        self._network = network
        self._embedding, *self._saved = network.output_side()
        output, projection, bias = (np.array(array, order="C") for array in self._saved)
        self.now: OutputSide = output, projection, bias
        """How the network speaks by now; it changes in place."""
        self._read: list[tuple[Floats, Floats]] = []
        self.changed = False
        """Whether it differs from the network yet."""

    def predict(self, top: Floats) -> tuple[Floats, Floats]:
        """Return the top state (units,) projected to (embedding,), and the probabilities (vocabulary,)."""
        vector, logits = self.logits(top)
        return vector, softmax(logits)

    def logits(self, top: Floats) -> tuple[Floats, Floats]:
        """Return the top state (units,) projected to (embedding,), and the logits (vocabulary,)."""
        output, projection, bias = self.now
        vector: Floats = top @ projection + bias
        return vector, self._network.embedding_scores(vector) + output

    def learn(self, top: Floats, piece: int, predicted: Floats) -> None:
        """Take in that `piece` followed; every BATCH pieces the weights take one gradient step."""
        error = predicted.copy()
        error[piece] -= 1
        self._read.append((error, top))
        if len(self._read) == BATCH:
            self._step()

    def _step(self) -> None:
        errors, tops = (np.stack(part) for part in zip(*self._read, strict=True))
        self._read = []
        output, projection, bias = self.now
        back = errors @ self._embedding
        output -= np.float32(RATE) * errors.sum(axis=0)
        projection -= tops.T @ (np.float32(RATE) * back)
        bias -= np.float32(RATE) * back.sum(axis=0)
        for now, saved in zip(self.now, self._saved, strict=True):
            np.multiply(now, np.float32(1 - DECAY), out=now)
            np.add(now, np.float32(DECAY) * saved, out=now)
        self.changed = True
