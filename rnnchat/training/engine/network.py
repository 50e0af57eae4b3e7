"""The network that learns: embedding, recurrent layers, projection, tied output."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnnchat.lm.recurrent import NetworkShape
from rnnchat.training.engine.loss import cross_entropies, mean_cross_entropy
from rnnchat.training.engine.recurrence import FastRecurrent, product
from rnnchat.training.plan import Dropout

Tensor = Any
States = tuple[tuple[Tensor, ...], ...]
"""The states of every layer, each (batch, units)."""
Weights = dict[str, NDArray[np.float32]]


def as_numpy(variable: Any) -> NDArray[Any]:
    """Return a copy of a variable's value."""
    return np.array(variable.numpy())


class Network(keras.Model):
    """A recurrent language model over several texts at once, each going on where it stopped.

    The weights named in `frozen` stay as they are, and no gradients of theirs are made.
    """

    def __init__(
        self,
        shape: NetworkShape,
        *,
        dropping: Dropout | None = None,
        seed: int = 0,
        half: bool = False,
        frozen: Collection[str] = (),
    ) -> None:
        super().__init__()
        keras.utils.set_random_seed(seed)
        self.shape = shape
        self.dropping = dropping or Dropout()
        self.half = half
        self.seed = seed
        self.frozen = frozenset(frozen)
        self.embedding = self.add_weight(
            name="embedding",
            shape=(shape.vocabulary, shape.embedding),
            initializer=keras.initializers.RandomNormal(stddev=shape.embedding**-0.5, seed=seed),
        )
        self.recurrent = [FastRecurrent(shape.cell, shape.units, half=half) for _ in range(shape.layers)]
        for index, layer in enumerate(self.recurrent):
            layer.build(shape.units if index else shape.embedding)
        self.projection = keras.layers.Dense(shape.embedding)
        self.projection.build((None, shape.units))
        self.output_bias = self.add_weight(name="output_bias", shape=(shape.vocabulary,), initializer="zeros")
        self.built = True

    def start(self, batch: int) -> States:
        """Return the states of `batch` texts of which nothing has been read."""
        return tuple(
            tuple(tf.zeros((batch, self.shape.units)) for _ in range(layer.cell.states))
            for layer in self.recurrent
        )

    def call(self, pieces: Tensor, states: States) -> tuple[Tensor, States]:
        """Return the logits (batch, time, vocabulary) after every piece of (batch, time), and the states."""
        x, states = self._read(pieces, states, None)
        logits = product(x, self._table(), half=self.half, transpose_b=True) + self.output_bias
        batch, time = pieces.shape
        return tf.transpose(tf.reshape(logits, [time, batch, self.shape.vocabulary]), [1, 0, 2]), states

    def mean_loss(
        self, pieces: Tensor, targets: Tensor, states: States, masks: dict[str, Tensor] | None = None
    ) -> tuple[Tensor, States]:
        """Return the mean of -ln p over `targets` (batch, time), and the states; see `masks` for those."""
        x, states = self._read(pieces, states, masks)
        flat = tf.reshape(tf.transpose(targets), [-1])
        bias = tf.convert_to_tensor(self.output_bias)
        return mean_cross_entropy(x, self._table(), bias, flat, half=self.half), states

    def piece_losses(self, pieces: Tensor, targets: Tensor, states: States) -> tuple[Tensor, States]:
        """Return -ln p of every target (batch, time), for measuring, and the states."""
        x, states = self._read(pieces, states, None)
        flat = tf.reshape(tf.transpose(targets), [-1])
        bias = tf.convert_to_tensor(self.output_bias)
        found = cross_entropies(x, self._table(), bias, flat, half=self.half)
        batch, time = pieces.shape
        return tf.transpose(tf.reshape(found, [time, batch])), states

    def masks(self, step: Tensor, batch: int) -> dict[str, Tensor]:
        """Return what the training step number `step` drops from `batch` texts, derived from the seed.

        What is kept is scaled up, so that sums stay what they were.
        """
        made: dict[str, Tensor] = {}
        if self.dropping.inputs:
            made["inputs"] = self._mask(step, 0, (batch, self.shape.embedding), self.dropping.inputs)
        for index, layer in enumerate(self.recurrent):
            if self.dropping.values:
                shape = (batch, self.shape.units)
                made[f"values_{index}"] = self._mask(step, 2 * index + 1, shape, self.dropping.values)
            if self.dropping.weights:
                shape = tuple(layer.recurrent_kernel.shape)
                made[f"weights_{index}"] = self._mask(step, 2 * index + 2, shape, self.dropping.weights)
        return made

    def weights_by_name(self) -> Weights:
        """Return a copy of every weight under the name it is saved with."""
        return {name: as_numpy(variable) for name, variable in self.named()}

    def load_weights_by_name(self, weights: Mapping[str, NDArray[np.floating]]) -> None:
        """Take over saved weights."""
        for name, variable in self.named():
            variable.assign(np.asarray(weights[name], np.float32))

    def named(self) -> list[tuple[str, Any]]:
        """Return all weights with the names they are saved with."""
        named = [("embedding", self.embedding)]
        for index, layer in enumerate(self.recurrent):
            parts = ("kernel", "recurrent_kernel", "bias")
            named += [(f"layer_{index}.{part}", getattr(layer, part)) for part in parts]
        named += [("projection.kernel", self.projection.kernel), ("projection.bias", self.projection.bias)]
        return [*named, ("output.bias", self.output_bias)]

    def learned(self) -> list[tuple[str, Any]]:
        """Return the weights that change while learning, with their names."""
        return [(name, variable) for name, variable in self.named() if name not in self.frozen]

    def _table(self) -> Tensor:
        table = tf.convert_to_tensor(self.embedding)
        return tf.stop_gradient(table) if "embedding" in self.frozen else table

    def _read(self, pieces: Tensor, states: States, masks: dict[str, Tensor] | None) -> tuple[Tensor, States]:
        """Return what the output layer is given (time·batch, embedding), and the states."""
        masks = masks or {}
        x = tf.gather(self._table(), tf.transpose(pieces))
        if "inputs" in masks:
            x *= masks["inputs"]
        after = []
        for index, layer in enumerate(self.recurrent):
            x, last = layer(x, states[index], masks.get(f"weights_{index}"))
            after.append(last)
            if f"values_{index}" in masks:
                x *= masks[f"values_{index}"]
        x = product(tf.reshape(x, [-1, self.shape.units]), self.projection.kernel, half=self.half)
        return x + self.projection.bias, tuple(after)

    def _mask(self, step: Tensor, place: int, shape: tuple[int, ...], share: float) -> Tensor:
        """Return a mask of `shape` whose values are 0 or 1 / (1 - share)."""
        seed = tf.stack([tf.cast(step, tf.int32), self.seed * 31 + place])
        words = -(-int(np.prod(shape)) // 4)
        random = tf.random.stateless_uniform([words], seed, minval=None, maxval=None, dtype=tf.int32)
        dice = tf.reshape(tf.reshape(tf.bitcast(random, tf.uint8), [-1])[: int(np.prod(shape))], shape)
        kept = tf.cast(dice >= tf.cast(round(share * 256), tf.uint8), tf.float32)
        return kept / (1 - round(share * 256) / 256)
