"""Learning the notes without training: only the network's output side takes steps, in NumPy.

A model that is made at once has a base's network. What a person writes about, and which words they take, is
learned to a good part by the output side alone (projection and biases, see `rnnchat.lm.adapted_output`). Many
parts of the notes are read side by side, so that a pass over a part of them takes seconds. No gradients flow
back through time, so neither TensorFlow nor its start-up is needed.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.adapted_output import OutputSteps
from rnnchat.lm.protocols import Floats, Integers
from rnnchat.lm.recurrent import NetworkState, RecurrentNetwork
from rnnchat.training.trained_network import NamedWeights

STREAMS = 64
"""This many parts of the notes are read side by side."""
MOST_PIECES = 120_000
"""At most this many pieces of the notes are learned from."""
SECONDS = 8.0
"""Learning ends after about this many seconds."""
RATE = 0.001
"""The highest rate of the projection's steps; it falls to nothing in the course of learning."""
BIAS_RATE = 0.005
"""The highest rate of the output bias, which falls likewise."""
TIMED_STEPS = 5
"""After this many steps, the seconds of a step tell how many there is time for."""


def learn_output(
    network: RecurrentNetwork, pieces: Integers, start: int, *, seconds: float = SECONDS
) -> NamedWeights:
    """Return the output side of `network`, by its weights' names, after it learned from notes.

    `pieces` (n,) are the notes one after another, each of which begins with the piece `start`. It takes about
    `seconds`, and with few notes less.
    """
    embedding, *output_side = network.output_side()
    output, projection, bias = (np.array(array, order="C") for array in output_side)
    steps = OutputSteps(embedding, (output, projection, bias))
    streams = _streams(pieces)
    total, begun = streams.shape[1] - 1, time.monotonic()
    for number, (tops, targets) in enumerate(_states(network, streams, start)):
        if number == TIMED_STEPS:
            total = min(total, math.ceil(number * seconds / max(time.monotonic() - begun, 1e-9)))
        if number >= total:
            break
        gradients = _probabilities(network, tops @ projection + bias, output)
        gradients[np.arange(len(targets)), targets] -= 1
        left = 1 - number / total
        steps.take(tops, gradients, RATE * left, BIAS_RATE * left)
    return {"projection.kernel": projection, "projection.bias": bias, "output.bias": output}


def _streams(pieces: Integers) -> Integers:
    """Return the beginnings of equal parts of `pieces` (n,), one a row (streams, length)."""
    count = max(1, min(STREAMS, len(pieces) // STREAMS))
    length = len(pieces) // count
    rows: Integers = pieces[: count * length].reshape(count, length)[:, : MOST_PIECES // count + 1]
    return rows


def _states(
    network: RecurrentNetwork, streams: Integers, start: int
) -> Iterator[tuple[Floats, NDArray[np.intp]]]:
    """Yield the top states (streams, units) after each column, and the pieces (streams,) that follow."""
    columns = streams.T.astype(np.intp)
    state: NetworkState = tuple(np.tile(part, (len(streams), 1)) for part in network.start())
    for now, following in itertools.pairwise(columns):
        continues = (now != start).astype(np.float32)[:, None]
        state = network.advance_all(now, tuple(part * continues for part in state))
        yield network.top(state), following


def _probabilities(network: RecurrentNetwork, vectors: Floats, output_bias: Floats) -> Floats:
    """Return the probabilities (n, vocabulary) after `vectors` (n, embedding)."""
    probabilities = network.embedding_scores(vectors) + output_bias
    probabilities -= probabilities.max(axis=1, keepdims=True)
    np.exp(probabilities, out=probabilities)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return probabilities
