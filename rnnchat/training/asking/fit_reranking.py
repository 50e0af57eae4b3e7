"""Fit the network of the second order: ``python -m rnnchat.training.asking.fit_reranking DATA``.

DATA holds the text collections. It takes about three minutes on one core. The word vectors and the
translations must not have seen the notes that are asked, so that both are fitted with ``--hold-out`` before,
and without it afterwards. For each group of notes, a network that was fitted to the other groups says how
often a right passage is first and among five; then one that is fitted to all of them is written into the
package. The questions in ``held_out_questions.tsv`` are not used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.atomic import replace_file
from rnnchat.storage.tensors import to_safetensors
from rnnchat.tasks.asking.ranking import FEATURES as FIRST
from rnnchat.tasks.asking.ranking import WEIGHTS, Question, best, evidence, score
from rnnchat.tasks.asking.reranking import FEATURES, FILE, RERANKED, Reranker, features_of
from rnnchat.training.asking.examples import GROUPS, Asked, all_questions

UNITS = 24
"""The number of hidden units of a network."""
NETWORKS = 3
"""The mean of so many networks is taken, which begin with other weights and read in another order."""
STEPS = 1_500
"""The number of training steps."""
BATCH = 64
"""A step takes so many questions."""
LEARNING_RATE = 0.01
"""The learning rate after the first steps; it falls to 0."""
DECAY = 3e-3
"""How strongly weights are drawn to 0."""
DROPPED = 0.2
"""This share of the hidden units is left out of each step."""
WRITTEN = 3.0
"""A question that a person wrote is asked so many times as often as another one."""
ADDED = 8
"""Beside the passages that are put in order, so many that each kind of evidence speaks for most are read."""
Weights = NDArray[np.float64]
"""An array of weights."""


@dataclass(frozen=True)
class RankingCandidates:
    """A question and the passages that a network puts in order."""

    kind: str
    group: int
    features: NDArray[np.float32]
    """(candidates, features)."""
    is_right: NDArray[np.bool_]
    """Whether each candidate answers the question, (candidates,)."""
    is_found: NDArray[np.bool_]
    """Whether each candidate is among the best in the first order, (candidates,)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit the network and write it into the package."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("data", type=Path, help="the folder of the text collections")
    data = parser.parse_args(arguments).data
    asked = list(candidates(all_questions(data)))
    places: dict[str, list[int]] = {}
    for group in range(len(GROUPS)):
        fitted = fit([one for one in asked if one.group != group])
        for one in asked:
            if one.group == group:
                places.setdefault(one.kind, []).append(place_of_right(one, fitted))
    for kind, found in places.items():
        first, five = np.mean(np.array(found) == 0), np.mean(np.array(found) < 5)
        print(f"{kind}: {len(found)} questions, a right passage first {first:.1%}, among five {five:.1%}")
    replace_file(FILE, to_safetensors(fit(asked).tensors()), private=False)
    return 0


def candidates(questions: Iterable[Asked]) -> Iterable[RankingCandidates]:
    """Yield the candidates of each question that has terms."""
    for asked in questions:
        question = Question.of(asked.index, asked.question)
        if not len(question.numbers):
            continue
        found = evidence(asked.index, question)
        scores = score(found)
        ordered = best(scores, RERANKED)
        right = np.flatnonzero(asked.is_right)
        chosen = [np.array(ordered), right[np.argsort(-scores[right], kind="stable")][:2]]
        rows = np.unique(np.concatenate([*chosen, *(best(row, ADDED) for row in found)])).astype(np.int64)
        table = features_of(asked.index, question, found, scores, rows)
        yield RankingCandidates(asked.kind, asked.group, table, asked.is_right[rows], np.isin(rows, ordered))


def place_of_right(asked: RankingCandidates, fitted: Reranker) -> int:
    """Return how many candidates are before the first right one, a large number where that is not found."""
    scores = np.where(asked.is_found, fitted.scores(asked.features), -np.inf)
    return (
        int((scores > scores[asked.is_right].max()).sum()) if scores[asked.is_right].max() > -np.inf else 999
    )


def fit(questions: Sequence[RankingCandidates]) -> Reranker:
    """Return the network with which a softmax over the candidates gives the right ones most."""
    table = np.concatenate([one.features for one in questions])
    means, scales = table.mean(axis=0), table.std(axis=0) + 1e-3
    inputs = (table - means) / scales
    fitted = [_fit_one(questions, inputs, scales, seed) for seed in range(NETWORKS)]
    linear = np.mean([one[0] for one in fitted], axis=0)
    hidden = np.concatenate([one[1] for one in fitted], axis=1)
    biases, output = (np.concatenate([one[at] for one in fitted]) for at in (2, 3))
    arrays = (np.asarray(one, np.float32) for one in (linear, hidden, biases, output / NETWORKS))
    return Reranker(means, scales, *arrays)


def _fit_one(
    questions: Sequence[RankingCandidates],
    inputs: NDArray[np.float32],
    scales: NDArray[np.float32],
    seed: int,
) -> list[Weights]:
    """Return the weights of one network, given the inputs of all candidates, (candidates, features)."""
    random = np.random.default_rng(seed)
    is_right = np.concatenate([one.is_right for one in questions])
    sizes = np.array([len(one.is_right) for one in questions])
    starts = np.cumsum(sizes) - sizes
    shares = np.array([WRITTEN if one.kind == "written" else 1.0 for one in questions])
    first = np.zeros(len(FEATURES))
    first[: len(FIRST)] = WEIGHTS
    weights = [
        first * scales,
        random.normal(0, 0.15, (len(FEATURES), UNITS)),
        np.zeros(UNITS),
        random.normal(0, 0.1, UNITS),
    ]
    optimiser = _Adam(weights)
    for step in range(STEPS):
        batch = random.choice(len(questions), BATCH, p=shares / shares.sum())
        rows = np.concatenate([np.arange(starts[at], starts[at] + sizes[at]) for at in batch])
        kept = (random.random(UNITS) >= DROPPED) / (1 - DROPPED)
        gradients = _gradients(weights, inputs[rows], is_right[rows], sizes[batch], kept)
        optimiser.step(gradients, LEARNING_RATE * min(1, (step + 1) / 50) * (1 - step / STEPS))
    return weights


def _gradients(
    weights: Sequence[Weights],
    inputs: NDArray[np.float32],
    is_right: NDArray[np.bool_],
    sizes: NDArray[np.int64],
    kept: Weights,
) -> list[Weights]:
    """Return the gradient of the loss by each array of weights.

    The candidates of the first question come first, so many as `sizes` says; `kept` is what each hidden unit
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
        inputs.T @ change + DECAY * linear,
        inputs.T @ to_hidden + DECAY * hidden,
        to_hidden.sum(axis=0),
        (active * kept).T @ change + DECAY * output,
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


if __name__ == "__main__":
    sys.exit(main())
