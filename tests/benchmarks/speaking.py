"""Tokens a second of one network, three ways, in one run: python -m tests.benchmarks.speaking

Keras' stateful `predict`, the same model in a `tf.function`, and rnnchat's NumPy step, each greedily
choosing its own next piece; medians of five repeats.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as rnnchat itself sets it

import keras
import numpy as np
import tensorflow as tf

from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from tests.helpers.models import random_weights

SHAPE = NetworkShape(vocabulary=4096, embedding=256, units=768)


def rate(step: Callable[[int], int], tokens: int, repeats: int = 5) -> float:
    """Return the median tokens a second of `step`, which maps a piece to the next."""
    piece = step(5)
    rates = []
    for _ in range(repeats):
        started = time.perf_counter()
        for _ in range(tokens):
            piece = step(piece)
        rates.append(tokens / (time.perf_counter() - started))
    return statistics.median(rates)


def keras_network() -> keras.Model:
    """Return the same network of Keras' own layers, which keeps its state between calls."""
    pieces = keras.Input(batch_shape=(1, 1), dtype="int32")
    vectors = keras.layers.Embedding(SHAPE.vocabulary, SHAPE.embedding)(pieces)
    hidden = keras.layers.GRU(SHAPE.units, return_sequences=True, stateful=True)(vectors)
    logits = keras.layers.Dense(SHAPE.vocabulary)(keras.layers.Dense(SHAPE.embedding)(hidden))
    return keras.Model(pieces, logits)


def main() -> None:
    weights = random_weights(SHAPE, scale=0.05)
    network = keras_network()

    def predict(piece: int) -> int:
        return int(network.predict(np.array([[piece]]), verbose=0)[0, -1].argmax())

    compiled = tf.function(lambda pieces: tf.argmax(network(pieces)[0, -1]))

    def graph(piece: int) -> int:
        return int(compiled(tf.constant([[piece]])))

    speaking = RecurrentNetwork(SHAPE, weights)
    state = [speaking.start()]

    def numpy(piece: int) -> int:
        probabilities, state[0] = speaking.step(piece, state[0])
        return int(probabilities.argmax())

    rates = {
        "Keras stateful predict": rate(predict, 40),
        "tf.function": rate(graph, 400),
        "rnnchat (NumPy)": rate(numpy, 2000),
    }
    ours = rates["rnnchat (NumPy)"]
    for name, value in rates.items():
        print(f"{name:<24} {value:>10,.0f} tokens/s   rnnchat is {ours / value:,.1f} times as fast")


if __name__ == "__main__":
    main()
