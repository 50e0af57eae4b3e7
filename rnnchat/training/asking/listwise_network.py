"""Fit small networks so that the right candidate of each list gets the highest score.

For a list of candidates with scores s, p = softmax(s), and the loss is −log of the sum of p over the right
ones. Several networks are fitted, and their mean is taken.

A score that is never lower where there is more evidence needs weights that are not negative: J. Sill,
Monotonic networks, 1997.

Sources: a softmax over a list, Z. Cao et al., Learning to rank: from pairwise approach to listwise approach,
2007, here with the probability of all right candidates together; N. Srivastava et al., Dropout, 2014;
D. Kingma and J. Ba, Adam, 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.scoring_network import ScoringNetwork, scaled_inputs

Weights = NDArray[np.float64]
"""An array of weights."""


@dataclass(frozen=True)
class NetworkFit:
    """How networks are fitted."""

    units: int = 24
    """The number of hidden units of a network."""
    networks: int = 3
    """The mean of so many networks is taken, which begin with other weights and read in another order."""
    steps: int = 1_500
    """The number of training steps."""
    batch: int = 64
    """A step takes so many lists."""
    learning_rate: float = 0.01
    """The learning rate after the first steps; it falls to 0."""
    decay: float = 3e-3
    """How strongly weights are drawn to 0."""
    dropped: float = 0.2
    """This share of the hidden units is left out of each step."""


@dataclass(frozen=True)
class CandidateList:
    """Candidates, of which some are right."""

    features: NDArray[np.float32]
    """(candidates, features)."""
    is_right: NDArray[np.bool_]
    """(candidates,)."""
    share: float = 1.0
    """It is read so many times as often as a list with a share of 1."""


def fit_network(
    lists: Sequence[CandidateList],
    settings: NetworkFit,
    *,
    first: NDArray[np.float32] | None = None,
    rising: NDArray[np.bool_] | None = None,
) -> ScoringNetwork:
    """Return the network with which a softmax over each list gives the right candidates most.

    `first` (features,) is what the features count for directly before the first step; nothing if None. More
    of a feature that is `rising` (features,) never lowers the score, also where it is larger than in any
    list.
    """
    table = np.concatenate([one.features for one in lists])
    means, scales = table.mean(axis=0), table.std(axis=0) + 1e-3
    inputs = scaled_inputs(table, means, scales)
    start = np.zeros(table.shape[1]) if first is None else first * scales
    is_rising = np.zeros(len(start), bool) if rising is None else rising
    fitted = [_fit_one(lists, inputs, settings, start, is_rising, seed) for seed in range(settings.networks)]
    linear = np.mean([one[0] for one in fitted], axis=0)
    hidden = np.concatenate([one[1] for one in fitted], axis=1)
    biases, output = (np.concatenate([one[at] for one in fitted]) for at in (2, 3))
    arrays = (linear, hidden, biases, output / settings.networks)
    return ScoringNetwork(means, scales, *(np.asarray(one, np.float32) for one in arrays))


def _fit_one(
    lists: Sequence[CandidateList],
    inputs: NDArray[np.float32],
    settings: NetworkFit,
    start: NDArray[np.floating],
    rising: NDArray[np.bool_],
    seed: int,
) -> list[Weights]:
    """Return the weights of one network, given the inputs of all candidates, (candidates, features)."""
    random = np.random.default_rng(seed)
    is_right = np.concatenate([one.is_right for one in lists])
    sizes = np.array([len(one.is_right) for one in lists])
    starts = np.cumsum(sizes) - sizes
    shares = np.array([one.share for one in lists])
    units, kept_share = settings.units, 1 - settings.dropped
    weights = [
        np.array(start, np.float64),
        random.normal(0, 1 / inputs.shape[1] ** 0.5, (inputs.shape[1], units)),
        np.zeros(units),
        random.normal(0, 0.1, units),
    ]
    _keep_rising(weights, rising)
    optimiser = _Adam(weights)
    for step in range(settings.steps):
        batch = random.choice(len(lists), settings.batch, p=shares / shares.sum())
        rows = np.concatenate([np.arange(starts[at], starts[at] + sizes[at]) for at in batch])
        kept = (random.random(units) < kept_share) / kept_share
        gradients = _gradients(weights, inputs[rows], is_right[rows], sizes[batch], kept, settings.decay)
        rate = settings.learning_rate * min(1, (step + 1) / 50) * (1 - step / settings.steps)
        optimiser.step(gradients, rate)
        _keep_rising(weights, rising)
    return weights


def _keep_rising(weights: list[Weights], rising: NDArray[np.bool_]) -> None:
    """Set to 0 what would lower the score where a feature that is `rising` is larger."""
    linear, hidden, _, output = weights
    linear[rising] = np.maximum(linear[rising], 0)
    if rising.any():
        hidden[rising] = np.maximum(hidden[rising], 0)
        np.maximum(output, 0, out=output)


def _gradients(
    weights: Sequence[Weights],
    inputs: NDArray[np.float32],
    is_right: NDArray[np.bool_],
    sizes: NDArray[np.int64],
    kept: Weights,
    decay: float,
) -> list[Weights]:
    """Return the gradient of the loss by each array of weights.

    The candidates of the first list come first, so many as `sizes` says; `kept` is what each hidden unit
    counts for in this step.
    """
    linear, hidden, biases, output = weights
    starts = np.cumsum(sizes) - sizes
    active = np.tanh(inputs @ hidden + biases)
    scores = inputs @ linear + (active * kept) @ output
    odds = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
    right = odds * is_right
    change = odds / np.repeat(np.add.reduceat(odds, starts), sizes)
    change -= right / np.repeat(np.add.reduceat(right, starts) + 1e-30, sizes)
    change /= len(sizes)
    to_hidden = np.outer(change, output * kept) * (1 - active**2)
    return [
        inputs.T @ change + decay * linear,
        inputs.T @ to_hidden + decay * hidden,
        to_hidden.sum(axis=0),
        (active * kept).T @ change + decay * output,
    ]


class _Adam:
    """Changes weights as Adam does."""

    def __init__(self, weights: list[Weights]) -> None:
        self._weights = weights
        self._moments = [np.zeros_like(one) for one in weights]
        self._squares = [np.zeros_like(one) for one in weights]
        self._steps = 0

    def step(self, gradients: Sequence[Weights], rate: float) -> None:
        """Change the weights against their gradients."""
        self._steps += 1
        for at, gradient in enumerate(gradients):
            moment = self._moments[at] = 0.9 * self._moments[at] + 0.1 * gradient
            square = self._squares[at] = 0.99 * self._squares[at] + 0.01 * gradient**2
            change = moment / (1 - 0.9**self._steps)
            self._weights[at] -= rate * change / (np.sqrt(square / (1 - 0.99**self._steps)) + 1e-8)
