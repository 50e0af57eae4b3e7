"""The tied output layer and its loss in one: what a training step spends most memory on, in small parts."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from rnnchat.training.engine.recurrence import product, rounded

Tensor = Any

PART = 512
"""How many positions' logits are made at a time: those of 4,096 pieces then fit a processor's cache."""
SMALLEST = 1e-30
"""A probability is never taken for less."""


def mean_cross_entropy(x: Tensor, table: Tensor, bias: Tensor, targets: Tensor, *, half: bool) -> Tensor:
    """Return the mean of -ln p(target) over all positions.

    `x` (positions, embedding), `table` (vocabulary, embedding), `bias` (vocabulary,), `targets`
    (positions,). The gradients are made together with the loss, part by part, so that the logits of
    all positions never stand in memory at once.
    """
    positions, vocabulary = x.shape[0], table.shape[0]

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(x: Tensor, table: Tensor, bias: Tensor) -> tuple[Tensor, Any]:
        low_table, low_x = rounded(table, half), rounded(x, half)
        losses, d_x, d_table, d_bias = [], [], [], []
        for start in range(0, positions, PART):
            here, there = low_x[start : start + PART], targets[start : start + PART]
            logits = tf.cast(tf.matmul(here, low_table, transpose_b=True), tf.float32) + bias
            p = tf.nn.softmax(logits)
            losses.append(-tf.math.log(tf.maximum(tf.gather(p, there, batch_dims=1), SMALLEST)))
            d_logits = rounded(p, half)
            d_x.append(product(d_logits, low_table, half=half))
            d_table.append(product(d_logits, here, half=half, transpose_a=True))
            d_bias.append(tf.reduce_sum(p, 0))

        def backward(upstream: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            scale = upstream / positions
            hits = tf.math.unsorted_segment_sum(x, targets, vocabulary)
            counts = tf.math.unsorted_segment_sum(tf.ones([positions]), targets, vocabulary)
            return (
                (tf.concat(d_x, 0) - tf.gather(table, targets)) * scale,
                (tf.add_n(d_table) - hits) * scale,
                (tf.add_n(d_bias) - counts) * scale,
            )

        return tf.reduce_mean(tf.concat(losses, 0)), backward

    return run(x, table, bias)


def cross_entropies(x: Tensor, table: Tensor, bias: Tensor, targets: Tensor, *, half: bool) -> Tensor:
    """Return -ln p(target) at every position (positions,), for measuring; arguments as above."""
    losses = []
    for start in range(0, x.shape[0], PART):
        logits = product(x[start : start + PART], table, half=half, transpose_b=True) + bias
        losses.append(
            tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels=targets[start : start + PART], logits=logits
            )
        )
    return tf.concat(losses, 0)
