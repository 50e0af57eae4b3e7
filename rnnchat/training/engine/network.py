"""The network in TensorFlow: embedding, recurrent layers, projection, and an output tied to the embedding.

With E the embedding (vocabulary, embedding), h the last layer's state and P, p the projection, the logits are
``E (Pᵀ h + p) + b``: input and output share E (Press and Wolf 2017, https://arxiv.org/abs/1608.05859).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnnchat.lm.shape import NetworkShape
from rnnchat.training.engine.loss import cross_entropies, mean_cross_entropy
from rnnchat.training.engine.recurrence import FastRecurrent, product
from rnnchat.training.plan import Dropout

Tensor = Any
States = tuple[tuple[Tensor, ...], ...]
"""The states of every layer, each (batch, units)."""
Weights = dict[str, NDArray[np.float32]]
"""Weights by the names that they are saved with."""


def as_numpy(variable: Any) -> NDArray[Any]:
    """Return a copy of a variable's value."""
    return np.array(variable.numpy())


class Network(keras.Model):
    """A recurrent language model that reads several texts at once and carries its states over.

    With `use_bfloat16` its matrix products are made in bfloat16. The weights named in `frozen` stay as they
    are, and their gradients are not computed.
    """

    def __init__(
        self,
        shape: NetworkShape,
        *,
        dropout: Dropout | None = None,
        seed: int = 0,
        use_bfloat16: bool = False,
        frozen: Collection[str] = (),
    ) -> None:
        super().__init__()
        keras.utils.set_random_seed(seed)
        self.shape = shape
        self.dropout = dropout or Dropout()
        self.use_bfloat16 = use_bfloat16
        self.seed = seed
        self.frozen = frozenset(frozen)
        self.embedding = self.add_weight(
            name="embedding",
            shape=(shape.vocabulary, shape.embedding),
            initializer=keras.initializers.RandomNormal(stddev=shape.embedding**-0.5, seed=seed),
        )
        self.recurrent = [
            FastRecurrent(shape.cell, shape.units, use_bfloat16=use_bfloat16) for _ in range(shape.layers)
        ]
        for index, layer in enumerate(self.recurrent):
            layer.build(shape.units if index else shape.embedding)
        self.projection = keras.layers.Dense(shape.embedding)
        self.projection.build((None, shape.units))
        self.output_bias = self.add_weight(name="output_bias", shape=(shape.vocabulary,), initializer="zeros")
        self.built = True

    def start(self, batch: int) -> States:
        """Return the states of `batch` texts of which nothing has been read: zeros."""
        return tuple(
            tuple(tf.zeros((batch, self.shape.units)) for _ in range(layer.cell.states))
            for layer in self.recurrent
        )

    def call(self, pieces: Tensor, states: States) -> tuple[Tensor, States]:
        """Return the logits (batch, time, vocabulary) after every piece of (batch, time), and the states."""
        x, states = self._read(pieces, states, None)
        logits = (
            product(x, self._table(), use_bfloat16=self.use_bfloat16, transpose_b=True) + self.output_bias
        )
        batch, time = pieces.shape
        return tf.transpose(tf.reshape(logits, [time, batch, self.shape.vocabulary]), [1, 0, 2]), states

    def mean_loss(
        self,
        pieces: Tensor,
        targets: Tensor,
        states: States,
        masks: dict[str, Tensor] | None = None,
        counted: Tensor | None = None,
    ) -> tuple[Tensor, States]:
        """Return the mean of -ln p over `targets` (batch, time), and the states; `masks` makes the masks.

        Only targets that are `counted` with 1 (batch, time) are averaged over; all where it is None.
        """
        x, states = self._read(pieces, states, masks)
        flat = tf.reshape(tf.transpose(targets), [-1])
        bias = tf.convert_to_tensor(self.output_bias)
        loss = mean_cross_entropy(
            x,
            self._table(),
            bias,
            flat,
            use_bfloat16=self.use_bfloat16,
            counted=None if counted is None else tf.reshape(tf.transpose(counted), [-1]),
        )
        return loss, states

    def piece_losses(self, pieces: Tensor, targets: Tensor, states: States) -> tuple[Tensor, States]:
        """Return -ln p of every target (batch, time), for evaluation, and the states."""
        x, states = self._read(pieces, states, None)
        flat = tf.reshape(tf.transpose(targets), [-1])
        bias = tf.convert_to_tensor(self.output_bias)
        found = cross_entropies(x, self._table(), bias, flat, use_bfloat16=self.use_bfloat16)
        batch, time = pieces.shape
        return tf.transpose(tf.reshape(found, [time, batch])), states

    def masks(self, step: Tensor, batch: int) -> dict[str, Tensor]:
        """Return the dropout masks of training step number `step` for `batch` texts, derived from the seed.

        A mask of a layer's values is (batch, size) and the same at all time steps (variational dropout, Gal
        and Ghahramani 2016, https://arxiv.org/abs/1512.05287). One of a recurrent kernel has its shape
        (weight drop, Merity et al. 2018, https://arxiv.org/abs/1708.02182). What is kept is scaled up by
        1 / (1 - share), so that expected sums stay the same.
        """
        made: dict[str, Tensor] = {}
        if self.dropout.inputs:
            made["inputs"] = self._mask(step, 0, (batch, self.shape.embedding), self.dropout.inputs)
        for index, layer in enumerate(self.recurrent):
            if self.dropout.hidden:
                shape = (batch, self.shape.units)
                made[f"values_{index}"] = self._mask(step, 2 * index + 1, shape, self.dropout.hidden)
            if self.dropout.recurrent_weights:
                shape = tuple(layer.recurrent_kernel.shape)
                made[f"weights_{index}"] = self._mask(
                    step, 2 * index + 2, shape, self.dropout.recurrent_weights
                )
        return made

    def weights_by_name(self) -> Weights:
        """Return a copy of every weight under the name it is saved with."""
        return {name: as_numpy(variable) for name, variable in self.named_weights()}

    def load_weights_by_name(self, weights: Mapping[str, NDArray[np.floating]]) -> None:
        """Set the weights to saved ones."""
        for name, variable in self.named_weights():
            variable.assign(np.asarray(weights[name], np.float32))

    def named_weights(self) -> list[tuple[str, Any]]:
        """Return all weights with the names that they are saved with."""
        named = [("embedding", self.embedding)]
        for index, layer in enumerate(self.recurrent):
            parts = ("kernel", "recurrent_kernel", "bias")
            named += [(f"layer_{index}.{part}", getattr(layer, part)) for part in parts]
        named += [("projection.kernel", self.projection.kernel), ("projection.bias", self.projection.bias)]
        return [*named, ("output.bias", self.output_bias)]

    def trained_weights(self) -> list[tuple[str, Any]]:
        """Return the weights that training changes, with their names."""
        return [(name, variable) for name, variable in self.named_weights() if name not in self.frozen]

    def _table(self) -> Tensor:
        table = tf.convert_to_tensor(self.embedding)
        return tf.stop_gradient(table) if "embedding" in self.frozen else table

    def _read(self, pieces: Tensor, states: States, masks: dict[str, Tensor] | None) -> tuple[Tensor, States]:
        """Return the projections (time·batch, embedding) of all `pieces` (batch, time), and the states."""
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
        x = product(
            tf.reshape(x, [-1, self.shape.units]), self.projection.kernel, use_bfloat16=self.use_bfloat16
        )
        return x + self.projection.bias, tuple(after)

    def _mask(self, step: Tensor, number: int, shape: tuple[int, ...], share: float) -> Tensor:
        """Return mask `number` of a step, of a `shape`, whose values are 0 or 1 / (1 - share).

        Four values share a random 32-bit word, so the `share` is rounded to a multiple of 1/256.
        """
        seed = tf.stack([tf.cast(step, tf.int32), self.seed * 31 + number])
        words = -(-int(np.prod(shape)) // 4)
        random = tf.random.stateless_uniform([words], seed, minval=None, maxval=None, dtype=tf.int32)
        random_bytes = tf.reshape(
            tf.reshape(tf.bitcast(random, tf.uint8), [-1])[: int(np.prod(shape))], shape
        )
        kept = tf.cast(random_bytes >= tf.cast(round(share * 256), tf.uint8), tf.float32)
        return kept / (1 - round(share * 256) / 256)
