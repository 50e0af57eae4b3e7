"""Adapting a network to the current text without changing what is saved: a cache, and its output layer.

The neural cache keeps, for each piece w_i of the text, the vector v_i from which the network predicted it.
The current vector v gives the cache's distribution

    p_cache(w) = Σ_{i : w_i = w} exp(SHARPNESS · v_i · v) / Σ_i exp(SHARPNESS · v_i · v)

which is mixed with the network's: CACHE_SHARE · p_cache(w) + (1 − CACHE_SHARE) · p(w).

Dynamic evaluation takes gradient steps on the current text, and moves the weights back towards the saved
ones at each step: θ ← θ − RATE · ∇, then θ ← (1 − DECAY) · θ + DECAY · θ_saved. Here it changes the output
side only (projection P and p, output bias b, of the logits E (h P + p) + b), which costs a small part of
what the whole network would.

Sources: a neural cache, Grave et al. 2017; dynamic evaluation, Krause et al. 2018.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.protocols import Floats, LogRatios
from rnnchat.lm.recurrent import RecurrentNetwork, softmax

SHARPNESS = 0.05
"""The factor on the similarity of two vectors; the larger, the more the most similar ones count."""
CACHE_SHARE = 0.6
"""The share of the cache in its mixture with the network."""

BATCH = 8
"""The number of pieces in a gradient step."""
RATE = 0.02
"""The learning rate of the gradient steps."""
DECAY = 0.002
"""The share of the way back to the saved weights that each step goes."""

_SMALLEST = np.float32(1e-30)
"""Keeps a division finite where a probability is 0."""


def cached(
    vectors: Floats, successors: NDArray[np.intp], vector: Floats, network_probabilities: Floats
) -> Floats:
    """Return the network's probabilities (vocabulary,) mixed with the cache's.

    `successors` (n,) followed the `vectors` (n, embedding) of the text; `vector` (embedding,) is the
    current one.
    """
    if not len(vectors):
        return network_probabilities
    similarities = softmax((vectors @ vector) * np.float32(SHARPNESS))
    size = len(network_probabilities)
    mixed: Floats = np.bincount(successors, similarities * np.float32(CACHE_SHARE), size).astype(np.float32)
    mixed += network_probabilities * np.float32(1 - CACHE_SHARE)
    return mixed


def cache_log_lift(
    vectors: Floats, successors: NDArray[np.intp], vector: Floats, logits: Floats
) -> LogRatios:
    """Return `successors` (n,) and the logarithm (n,) of the factor by which `cached` raises each.

    That is relative to pieces which did not occur in the text. `logits` (size,) are the network's. A
    successor `size` means a piece that has no logit; its factor is ignored.
    """
    if not len(vectors):
        return successors, np.zeros(0, np.float32)
    similarities = softmax((vectors @ vector) * np.float32(SHARPNESS))
    shares = similarities * np.float32(CACHE_SHARE / (1 - CACHE_SHARE))
    added = np.bincount(successors, shares, len(logits)).take(successors)
    highest = logits.max()
    total = np.exp(logits - highest).sum()
    own = np.exp(logits.take(successors, mode="clip") - highest) / total
    return successors, np.log1p(added.astype(np.float32) / np.maximum(own, _SMALLEST))


OutputSide = tuple[Floats, Floats, Floats]
"""Output bias (vocabulary,), projection (units, embedding), and the projection's bias (embedding,)."""


class AdaptedOutput:
    """A network's output side under dynamic evaluation; the embedding and the network do not change."""

    def __init__(self, network: RecurrentNetwork) -> None:
        self._network = network
        self._embedding, *self._saved = network.output_side()
        output, projection, bias = (np.array(array, order="C") for array in self._saved)
        self.weights: OutputSide = output, projection, bias
        """The adapted weights, which change in place."""
        self._batch: list[tuple[Floats, Floats]] = []
        """The gradient by the logits (vocabulary,) and the top state (units,) for each piece since a step."""
        self.changed = False
        """Whether any step was taken, so that it differs from the network."""

    def predict(self, top: Floats) -> tuple[Floats, Floats]:
        """Return the top state (units,) projected to (embedding,), and the probabilities (vocabulary,)."""
        vector, logits = self.logits(top)
        return vector, softmax(logits)

    def logits(self, top: Floats) -> tuple[Floats, Floats]:
        """Return the top state (units,) projected to (embedding,), and the logits (vocabulary,)."""
        output, projection, bias = self.weights
        vector: Floats = top @ projection + bias
        return vector, self._network.embedding_scores(vector) + output

    def learn(self, top: Floats, piece: int, predicted: Floats) -> None:
        """Learn that `piece` followed the top state (units,), where `predicted` (vocabulary,) was expected.

        Every BATCH pieces the weights take one gradient step.
        """
        gradient = predicted.copy()
        gradient[piece] -= 1
        self._batch.append((gradient, top))
        if len(self._batch) == BATCH:
            self._take_step()

    def _take_step(self) -> None:
        """Take one gradient step, then move towards the saved weights."""
        gradients, tops = (np.stack(part) for part in zip(*self._batch, strict=True))
        self._batch = []
        output, projection, bias = self.weights
        by_vector = gradients @ self._embedding
        output -= np.float32(RATE) * gradients.sum(axis=0)
        projection -= tops.T @ (np.float32(RATE) * by_vector)
        bias -= np.float32(RATE) * by_vector.sum(axis=0)
        for adapted, saved in zip(self.weights, self._saved, strict=True):
            np.multiply(adapted, np.float32(1 - DECAY), out=adapted)
            np.add(adapted, np.float32(DECAY) * saved, out=adapted)
        self.changed = True
