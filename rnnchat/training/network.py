"""The Keras model: embedding, stateful recurrent layers, projection, tied output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnnchat.lm.recurrent import NetworkShape
from rnnchat.training.gru import FastGRU, product

Tensor = Any
Weights = dict[str, NDArray[np.float32]]


def as_numpy(variable: Any) -> NDArray[Any]:
    """Return a copy of a variable's value."""
    return np.array(variable.numpy())


class Network(keras.Model):
    """A recurrent language model over `batch` texts at once, each going on where it stopped.

    Maps pieces (batch, time) to logits (batch, time, vocabulary).
    """

    def __init__(
        self,
        shape: NetworkShape,
        *,
        batch: int,
        dropout: float = 0.0,
        seed: int = 0,
        half: bool = False,
        fast: bool = True,
    ) -> None:
        super().__init__()
        keras.utils.set_random_seed(seed)
        self.shape = shape
        self.batch = batch
        self.dropout = dropout
        self.half = half
        self.seed = seed
        self.embedding = keras.layers.Embedding(
            shape.vocabulary,
            shape.embedding,
            embeddings_initializer=keras.initializers.RandomNormal(stddev=shape.embedding**-0.5, seed=seed),
        )
        self.recurrent = [self._recurrent_layer(fast) for _ in range(shape.layers)]
        self.projection = keras.layers.Dense(shape.embedding)
        self.output_bias = self.add_weight(name="output_bias", shape=(shape.vocabulary,), initializer="zeros")
        self(np.zeros((batch, 1), np.int32))

    def call(self, pieces: Tensor, *, step: Tensor | None = None) -> Tensor:
        """Return the logits; with a `step`, as in training: with the dropout of that step."""
        x = self._drop(self.embedding(pieces), step, 0)
        for index, layer in enumerate(self.recurrent):
            x = self._drop(layer(x), step, index + 1)
        x = self.projection(x)
        time = pieces.shape[1]
        flat = tf.reshape(x, [self.batch * time, self.shape.embedding])
        table = tf.convert_to_tensor(self.embedding.embeddings)
        logits = product(flat, table, half=self.half, transpose_b=True) + self.output_bias
        return tf.reshape(logits, [self.batch, time, self.shape.vocabulary])

    @property
    def states(self) -> list[Any]:
        """The variables that carry the past of every layer, each (batch, units)."""
        return [state for layer in self.recurrent for state in layer.states]

    def forget(self) -> None:
        """Begin all texts anew."""
        for state in self.states:
            state.assign(tf.zeros_like(state))

    def weights_by_name(self) -> Weights:
        """Return a copy of every weight under the name it is saved with."""
        return {name: as_numpy(variable) for name, variable in self._named()}

    def load_weights_by_name(self, weights: Mapping[str, NDArray[np.floating]]) -> None:
        """Take over saved weights."""
        for name, variable in self._named():
            variable.assign(np.asarray(weights[name], np.float32))

    def _named(self) -> list[tuple[str, Any]]:
        named = [("embedding", self.embedding.embeddings)]
        for index, layer in enumerate(self.recurrent):
            holder = layer if isinstance(layer, FastGRU) else layer.cell
            named += [
                (f"layer_{index}.{part}", getattr(holder, part))
                for part in ("kernel", "recurrent_kernel", "bias")
            ]
        named += [("projection.kernel", self.projection.kernel), ("projection.bias", self.projection.bias)]
        return [*named, ("output.bias", self.output_bias)]

    def _recurrent_layer(self, fast: bool) -> Any:
        if self.shape.cell == "gru" and fast:
            return FastGRU(self.shape.units, batch=self.batch, half=self.half)
        kind = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM, "rnn": keras.layers.SimpleRNN}
        return kind[self.shape.cell](self.shape.units, return_sequences=True, stateful=True)

    def _drop(self, x: Tensor, step: Tensor | None, place: int) -> Tensor:
        if step is None or not self.dropout:
            return x
        seed = tf.stack([tf.cast(step, tf.int32), self.seed * 31 + place])
        return tf.nn.experimental.stateless_dropout(x, rate=self.dropout, seed=seed)
