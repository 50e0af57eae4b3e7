"""Dynamic evaluation: a network's output side takes gradient steps on the current text.

Each step is followed by a move back towards the saved weights: θ ← θ − step, then
θ ← (1 − DECAY) · θ + DECAY · θ_saved. Only the output side changes (projection P and p, output bias c, of the
logits E (h P + p) + c), which costs a small part of what the whole network would.

A network has values of h that are always small, and directions of E that hardly vary, so one learning rate
does not suit all of P. Its steps are divided by the root mean square of what the gradient is made of:

    ∂P = Σ h ⊗ g,  g = (p − onehot) E,     P ← P − RATE / √BATCH · Σ (h / rms(h)) ⊗ (g / rms(g))

with moving averages rms(h) (units,) and rms(g) (embedding,). On notes that a base has not learned, this took
1.51 bits per byte, and the best single learning rate 1.54; without adapting it was 1.65.

Sources: dynamic evaluation with steps scaled by the gradients' root mean square, Krause et al. 2018,
https://arxiv.org/abs/1709.07432; second moments kept as a product of two vectors, Shazeer and Stern 2018,
https://arxiv.org/abs/1804.04235.
"""

from __future__ import annotations

import numpy as np

from rnnchat.lm.protocols import Floats
from rnnchat.lm.recurrent import RecurrentNetwork, softmax

BATCH = 8
"""The number of pieces in a gradient step."""
RATE = 0.001
"""The learning rate of the projection, in units of the gradient's root mean square."""
BIAS_RATE = 0.03
"""The learning rate of the output bias, whose gradient is not scaled."""
DECAY = 0.002
"""The share of the way back to the saved weights that each step goes."""
MOMENTS_KEPT = 0.99
"""Each step keeps this share of the moving averages of the squares."""
LEAST_SCALE = 0.3
"""This share of their mean is added to all root mean squares, so that small ones make no large steps."""

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
        self._state_scale = _RootMeanSquare(projection.shape[0])
        self._gradient_scale = _RootMeanSquare(projection.shape[1])
        self.steps = 0
        """How many steps were taken; after none, it does not differ from the network."""

    def predict(self, top: Floats) -> tuple[Floats, Floats]:
        """Return the top state (…, units) as a vector (…, embedding), and probabilities (…, vocabulary)."""
        vector, logits = self.logits(top)
        return vector, softmax(logits)

    def logits(self, top: Floats) -> tuple[Floats, Floats]:
        """Return the top state (…, units) as a vector (…, embedding), and the logits (…, vocabulary)."""
        output, projection, bias = self.weights
        vector: Floats = top @ projection + bias
        return vector, self._network.embedding_scores(vector) + output

    def learn(self, top: Floats, piece: int, predicted: Floats) -> None:
        """Learn that `piece` followed the top state (units,), where `predicted` (vocabulary,) was expected.

        Every BATCH pieces the weights take one step.
        """
        gradient = predicted.copy()
        gradient[piece] -= 1
        self._batch.append((gradient, top))
        if len(self._batch) == BATCH:
            self._take_step()

    def _take_step(self) -> None:
        """Take one step, then move towards the saved weights."""
        gradients, tops = (np.stack(part) for part in zip(*self._batch, strict=True))
        self._batch = []
        output, projection, bias = self.weights
        by_vector = gradients @ self._embedding
        self._state_scale.add(tops)
        self._gradient_scale.add(by_vector)
        steps = by_vector / self._gradient_scale.values * np.float32(RATE / BATCH**0.5)
        output -= np.float32(BIAS_RATE) * gradients.sum(axis=0)
        projection -= (tops / self._state_scale.values).T @ steps
        bias -= steps.sum(axis=0)
        for adapted, saved in zip(self.weights, self._saved, strict=True):
            np.multiply(adapted, np.float32(1 - DECAY), out=adapted)
            np.add(adapted, np.float32(DECAY) * saved, out=adapted)
        self.steps += 1


class _RootMeanSquare:
    """The root mean square of each of `size` values, as a moving average."""

    def __init__(self, size: int) -> None:
        self._squares = np.zeros(size, np.float32)
        self._weight = 0.0
        """The weight of all observations so far, which is near 1 after many."""

    def add(self, values: Floats) -> None:
        """Add the mean squares of `values` (n, size) as one observation."""
        self._squares *= np.float32(MOMENTS_KEPT)
        self._squares += np.float32(1 - MOMENTS_KEPT) * np.square(values).mean(axis=0)
        self._weight = MOMENTS_KEPT * self._weight + 1 - MOMENTS_KEPT

    @property
    def values(self) -> Floats:
        """The roots (size,), each with LEAST_SCALE of their mean added; never zero."""
        roots = np.sqrt(self._squares / np.float32(self._weight))
        scales: Floats = roots + np.float32(LEAST_SCALE) * roots.mean() + _SMALLEST
        return scales


_SMALLEST = np.float32(1e-12)
"""Keeps a division finite where all values were 0."""
