"""The tied output layer and its cross-entropy in one, computed in small parts, as they take most memory.

With x a position (embedding,), E the table, b the bias, y the target and p = softmax(E x + b), the loss is
the mean of -ln p_y over the n positions that count, and its gradients, summed over them, are::

    δx = (Eᵀ p - E_y) / n          δE = Σ (p - 1_y) xᵀ / n          δb = Σ (p - 1_y) / n
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from rnnchat.training.engine.recurrence import product, rounded

Tensor = Any

POSITIONS_AT_ONCE = 512
"""The logits of this many positions are made at once: with 4,096 pieces they fit into a processor's cache."""
SMALLEST_PROBABILITY = 1e-30
"""A probability is never taken for less than this, so that its logarithm is finite."""


def mean_cross_entropy(
    x: Tensor,
    table: Tensor,
    bias: Tensor,
    targets: Tensor,
    *,
    use_bfloat16: bool,
    counted: Tensor | None = None,
) -> Tensor:
    """Return the mean of -ln p(target) over all positions, or over those that are `counted` with 1.

    `x` (positions, embedding), `table` (vocabulary, embedding), `bias` (vocabulary,), `targets` and
    `counted` (positions,). Without any position that counts, the loss is 0. The gradients are made together
    with the loss, part by part, so that the logits of all positions never stand in memory at once.
    """
    positions, vocabulary = x.shape[0], table.shape[0]
    is_masked = counted is not None
    weights = tf.ones([positions]) if counted is None else counted
    total = tf.maximum(tf.reduce_sum(weights), 1) if is_masked else positions

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(x: Tensor, table: Tensor, bias: Tensor) -> tuple[Tensor, Any]:
        low_table, low_x = rounded(table, use_bfloat16), rounded(x, use_bfloat16)
        losses, d_x, d_table, d_bias = [], [], [], []
        for start in range(0, positions, POSITIONS_AT_ONCE):
            here, there = low_x[start : start + POSITIONS_AT_ONCE], targets[start : start + POSITIONS_AT_ONCE]
            logits = tf.cast(tf.matmul(here, low_table, transpose_b=True), tf.float32) + bias
            p = tf.nn.softmax(logits)
            losses.append(-tf.math.log(tf.maximum(tf.gather(p, there, batch_dims=1), SMALLEST_PROBABILITY)))
            if is_masked:
                p *= weights[start : start + POSITIONS_AT_ONCE, None]
            d_logits = rounded(p, use_bfloat16)
            d_x.append(product(d_logits, low_table, use_bfloat16=use_bfloat16))
            d_table.append(product(d_logits, here, use_bfloat16=use_bfloat16, transpose_a=True))
            d_bias.append(tf.reduce_sum(p, 0))

        def backward(upstream: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            scale = upstream / total
            own, embeddings = x, tf.gather(table, targets)
            if is_masked:
                own, embeddings = x * weights[:, None], embeddings * weights[:, None]
            hits = tf.math.unsorted_segment_sum(own, targets, vocabulary)
            counts = tf.math.unsorted_segment_sum(weights, targets, vocabulary)
            return (
                (tf.concat(d_x, 0) - embeddings) * scale,
                (tf.add_n(d_table) - hits) * scale,
                (tf.add_n(d_bias) - counts) * scale,
            )

        all_losses = tf.concat(losses, 0)
        mean = tf.reduce_sum(all_losses * weights) / total if is_masked else tf.reduce_mean(all_losses)
        return mean, backward

    return run(x, table, bias)


def cross_entropies(x: Tensor, table: Tensor, bias: Tensor, targets: Tensor, *, use_bfloat16: bool) -> Tensor:
    """Return -ln p(target) at every position (positions,), given what `mean_cross_entropy` is."""
    losses = []
    for start in range(0, x.shape[0], POSITIONS_AT_ONCE):
        logits = (
            product(x[start : start + POSITIONS_AT_ONCE], table, use_bfloat16=use_bfloat16, transpose_b=True)
            + bias
        )
        losses.append(
            tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels=targets[start : start + POSITIONS_AT_ONCE], logits=logits
            )
        )
    return tf.concat(losses, 0)
