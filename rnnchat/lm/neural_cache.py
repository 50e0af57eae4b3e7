"""A neural cache: what followed similar places of the text that was read.

It keeps, for each piece w_i of the text, the vector v_i from which the network predicted it. The current
vector v gives the cache's distribution

    p_cache(w) = Σ_{i : w_i = w} exp(SHARPNESS · v_i · v) / Σ_i exp(SHARPNESS · v_i · v)

which is mixed with the network's: CACHE_SHARE · p_cache(w) + (1 − CACHE_SHARE) · p(w).

Source: Grave et al. 2017, https://arxiv.org/abs/1612.04426.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.protocols import Floats, LogRatios
from rnnchat.lm.recurrent import softmax

SHARPNESS = 0.05
"""The factor on the similarity of two vectors; the larger, the more the most similar ones count."""
CACHE_SHARE = 0.6
"""The share of the cache in its mixture with the network."""

_SMALLEST = np.float32(1e-30)
"""Keeps a division finite where a probability is 0."""


def cached(
    vectors: Floats, successors: NDArray[np.intp], vector: Floats, network_probabilities: Floats
) -> Floats:
    """Return the network's probabilities (vocabulary,) mixed with the cache's.

    `successors` (n,) followed the `vectors` (n, embedding) of the text; `vector` (embedding,) is the
    current one.
    """
    if not len(vectors):
        return network_probabilities
    similarities = softmax((vectors @ vector) * np.float32(SHARPNESS))
    size = len(network_probabilities)
    mixed: Floats = np.bincount(successors, similarities * np.float32(CACHE_SHARE), size).astype(np.float32)
    mixed += network_probabilities * np.float32(1 - CACHE_SHARE)
    return mixed


def cache_log_lift(
    vectors: Floats, successors: NDArray[np.intp], current: Floats, logits: Floats
) -> LogRatios:
    """Return the distinct ones of `successors` (n,), and the factor by which `cached` raises each, as a log.

    That is relative to pieces which did not occur in the text, for several positions: `current` (positions,
    embedding) are their vectors, `logits` (positions, size) the network's, and the logarithms are
    (positions, distinct). A successor `size` means a piece that has no logit; its factor is ignored.
    """
    if not len(vectors):
        return successors, np.zeros((len(current), 0), np.float32)
    similarities = softmax((current @ vectors.T) * np.float32(SHARPNESS))
    order = successors.argsort(kind="stable")
    in_order = successors.take(order)
    starts = np.flatnonzero(np.concatenate([[True], in_order[1:] != in_order[:-1]]))
    distinct = in_order.take(starts)
    shares = np.add.reduceat(similarities.take(order, axis=1), starts, axis=1)
    shares *= np.float32(CACHE_SHARE / (1 - CACHE_SHARE))
    highest = logits.max(axis=1, keepdims=True)
    total = np.exp(logits - highest).sum(axis=1, keepdims=True)
    own = np.exp(logits.take(distinct, axis=1, mode="clip") - highest) / total
    return distinct, np.log1p(shares / np.maximum(own, _SMALLEST))
