"""What keeps a model that learns something new from forgetting what it knew.

The texts that it once learned are not there any more, but it can still tell some: pieces sampled from it
before it changes are learned along with the new ones (pseudo-rehearsal, Robins 1995).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnnchat.training.network import Network, States

STREAMS = 256


def steps_for(minutes: float) -> int:
    """Return how many pieces each stream tells where a training has so many minutes."""
    return int(max(40, min(1200, 300 * minutes)))


def tell(network: Network, start: int, steps: int, *, seed: int) -> NDArray[np.int32]:
    """Return pieces (streams · steps,) sampled from a network, each stream beginning with `start`.

    Sampling is plain, so that the pieces are distributed as the network holds them to be.
    """

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def step(pieces: Any, states: States, number: Any) -> tuple[Any, States]:
        logits, states = network(pieces[:, None], states)
        dice = tf.random.stateless_categorical(logits[:, 0], 1, tf.stack([seed, number]), dtype=tf.int32)
        return dice[:, 0], states

    pieces, states = tf.fill([STREAMS], start), network.start(STREAMS)
    told = [pieces]
    for number in range(steps - 1):
        pieces, states = step(pieces, states, tf.constant(number))
        told.append(pieces)
    flat: NDArray[np.int32] = np.stack([piece.numpy() for piece in told], axis=1).reshape(-1)
    return flat
