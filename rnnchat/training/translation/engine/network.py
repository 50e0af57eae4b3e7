"""The encoder–decoder of `rnnchat.tasks.translation.network` as TensorFlow trains it.

All pairs of a batch are worked on side by side, time first. Sources of different lengths end in empty places,
which the forward GRU reads last; the backward GRU reads each source reversed on its own, so that its empty
places come last, too, and neither state depends on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnnchat.tasks.translation.network import RECURRENT, TranslationShape
from rnnchat.training.engine.loss import mean_cross_entropy
from rnnchat.training.engine.recurrence import FastRecurrent, product
from rnnchat.training.translation.alignment import Floats

Tensor = Any

EMBEDDING_DEVIATION = 0.5
"""The standard deviation of first embeddings is this, divided by the root of their size."""
RANDOM_SHARE = 0.3
"""So much of that is random where the alignment gives first embeddings."""
LEXICAL_SCALE = 3.0
"""The lexical term begins with this times the identity: the alignment alone then names likely words."""
_TINY = 1e-6
"""Is added to an attention of which the logarithm is taken."""


class TranslationGraph:
    """The network's weights and its loss; products are made in bfloat16 if `use_bfloat16` is set."""

    def __init__(self, shape: TranslationShape, *, dropout: float, seed: int, use_bfloat16: bool) -> None:
        self.shape = shape
        self._dropout = dropout
        self._low = use_bfloat16
        keras.utils.set_random_seed(seed)
        self._layers: dict[str, FastRecurrent] = {}
        self.weights: dict[str, keras.Variable] = {}
        for name, expected in shape.weights().items():
            layer = name.split(".")[0]
            if layer not in RECURRENT:
                self.weights[name] = keras.Variable(_first(name, expected), name=name.replace(".", "_"))
            elif layer not in self._layers:
                units = shape.weights()[f"{layer}.recurrent_kernel"][0]
                inputs = shape.weights()[f"{layer}.kernel"][0]
                self._layers[layer] = recurrent = FastRecurrent("gru", units, use_bfloat16=use_bfloat16)
                recurrent.build(inputs)
                for part in ("kernel", "recurrent_kernel", "bias"):
                    self.weights[f"{layer}.{part}"] = getattr(recurrent, part)

    def begin_with_embeddings(self, source: Floats, target: Floats) -> None:
        """Set the embeddings to those of an alignment, of standard deviation 1, and a little chance."""
        for name, vectors in (("source_embedding", source), ("target_embedding", target)):
            scaled = vectors * (EMBEDDING_DEVIATION / vectors.shape[1] ** 0.5)
            self.weights[name].assign(scaled + RANDOM_SHARE * self.weights[name].numpy())

    def assign(self, weights: Mapping[str, Floats]) -> None:
        """Set all weights."""
        for name, variable in self.weights.items():
            variable.assign(weights[name])

    def loss(
        self,
        sources: Tensor,
        source_lengths: Tensor,
        inputs: Tensor,
        targets: Tensor,
        counted: Tensor,
        *,
        is_training: bool,
    ) -> tuple[Tensor, Tensor]:
        """Return the mean of -ln p(target) over the pieces that count, and the attention (B, T, S).

        The arguments are the arrays of a `PairBatch`.
        """
        drop = self._drop if is_training else (lambda tensor: tensor)
        states, ends, words = self._encode(sources, source_lengths, drop)
        outputs, attention = self._decode(inputs, source_lengths, states, ends, words, drop)
        loss = mean_cross_entropy(
            outputs,
            self._tensor("target_embedding"),
            self._tensor("target_bias"),
            tf.reshape(targets, [-1]),
            use_bfloat16=self._low,
            counted=tf.reshape(counted, [-1]),
        )
        return loss, attention

    def _encode(self, sources: Tensor, lengths: Tensor, drop: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Return h (B, S, 2·encoder), both ends (B, 2·encoder), and the source's embeddings (B, S, …)."""
        batch = sources.shape[1]
        embedded = tf.gather(self._tensor("source_embedding"), sources)
        dropped = drop(embedded)
        start = (tf.zeros([batch, self.shape.encoder]),)
        forward, _ = self._layers["forward"](dropped, start)
        backward, _ = self._layers["backward"](_reversed(dropped, lengths), start)
        backward = _reversed(backward, lengths)
        last = tf.gather_nd(forward, tf.stack([lengths - 1, tf.range(batch)], 1))
        states = tf.transpose(tf.concat([forward, backward], 2), [1, 0, 2])
        return drop(states), tf.concat([last, backward[0]], 1), tf.transpose(embedded, [1, 0, 2])

    def _decode(
        self, inputs: Tensor, lengths: Tensor, states: Tensor, ends: Tensor, words: Tensor, drop: Any
    ) -> tuple[Tensor, Tensor]:
        """Return o (T·B, embedding), and the attention (B, T, S)."""
        steps, batch = inputs.shape
        context_size = 2 * self.shape.encoder
        embedded = tf.gather(self._tensor("target_embedding"), inputs)
        first_input = embedded[0] + self._product(ends, "start.kernel")
        embedded = drop(tf.concat([first_input[None], embedded[1:]], 0))
        start = (tf.zeros([batch, self.shape.decoder]),)
        first, _ = self._layers["decoder_1"](embedded, start)
        query = self._product(tf.reshape(first, [-1, self.shape.decoder]), "query.kernel")
        query = tf.transpose(tf.reshape(query, [steps, batch, context_size]), [1, 0, 2])
        scores = tf.matmul(query, states, transpose_b=True) / context_size**0.5
        is_there = tf.sequence_mask(lengths, states.shape[1], dtype=tf.float32)[:, None]
        attention = tf.nn.softmax(scores + (is_there - 1) * 1e9)
        context = tf.transpose(tf.matmul(attention, states), [1, 0, 2])
        second, _ = self._layers["decoder_2"](tf.concat([drop(first), context], 2), start)
        joined = tf.concat([second, context, embedded], 2)
        mixed = self._product(tf.reshape(joined, [steps * batch, joined.shape[2]]), "output.kernel")
        looked_at = tf.transpose(tf.matmul(attention, words), [1, 0, 2])
        lexical = self._product(tf.reshape(looked_at, [steps * batch, words.shape[2]]), "lexical.kernel")
        return drop(tf.tanh(mixed + self._tensor("output.bias")) + lexical), attention

    def _drop(self, tensor: Tensor) -> Tensor:
        return tf.nn.dropout(tensor, self._dropout) if self._dropout else tensor

    def _product(self, rows: Tensor, weight: str) -> Tensor:
        return product(rows, self._tensor(weight), use_bfloat16=self._low)

    def _tensor(self, name: str) -> Tensor:
        return tf.convert_to_tensor(self.weights[name])


def guided_attention_loss(attention: Tensor, wanted: Tensor, counted: Tensor) -> Tensor:
    """Return the mean cross-entropy of the `attention` (B, T, S) with where it should look.

    Source: Chen et al. 2016, "Guided alignment training for topic-aware neural machine translation".
    """
    losses = -tf.reduce_sum(wanted * tf.math.log(attention + _TINY), 2)
    weights = tf.transpose(counted)
    return tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)


def _reversed(tensor: Tensor, lengths: Tensor) -> Tensor:
    """Return the first `lengths` (B,) steps of `tensor` (S, B, …) in reversed order, and the others after."""
    return tf.reverse_sequence(tensor, lengths, seq_axis=0, batch_axis=1)


def _first(name: str, shape: tuple[int, ...]) -> Tensor:
    """Return the first values of a weight that belongs to no recurrent layer."""
    if name.endswith("embedding"):
        return tf.random.normal(shape, stddev=EMBEDDING_DEVIATION / shape[1] ** 0.5)
    if name == "lexical.kernel":
        return LEXICAL_SCALE * np.eye(shape[0], dtype=np.float32)
    if len(shape) == 1:
        return tf.zeros(shape)
    return keras.initializers.GlorotUniform()(shape)
