"""Which pieces translate which: IBM's model 1, and what a network begins with.

For a pair with the source pieces s_1 … s_I and the target pieces t_1 … t_J, expectation maximisation finds
p(t | s) with the posterior of an alignment::

    a_ji ∝ p(t_j | s_i) exp(-λ |i/I - j/J|)          p(t | s) ∝ Σ over all pairs and places of a_ji

(Brown et al. 1993; the diagonal as in Dyer et al. 2013, "A simple, fast, and effective reparameterization of
IBM model 2"). The counts also give first embeddings: the singular vectors of the positive pointwise mutual
information of source and target pieces, so that the product of two embeddings is large where the pieces
translate each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.decomposition import truncated_svd
from rnnchat.tasks.sparse import SparseRows

Floats = NDArray[np.float32]
Integers = NDArray[np.integer]

ITERATIONS = 5
"""The steps of expectation maximisation."""
DIAGONAL = 2.0
"""How strongly pieces at about the same place are preferred (λ)."""
MOST_PAIRS = 80_000
"""About this many pairs are aligned at most, evenly chosen; more take longer and change little."""
LEAST_COUNT = 0.5
"""Pieces aligned less often than this do not count as translations of each other in the embeddings."""
TARGET_POWER = 0.75
"""Target pieces count by this power of how frequent they are, so that rare ones do not seem too close."""


@dataclass(frozen=True)
class Alignment:
    """How probable the pieces of a target are, given each piece of a source."""

    keys: Integers
    """source piece · target vocabulary + target piece, sorted."""
    probabilities: Floats
    """p(t | s) of each key."""
    counts: Floats
    """How often the pieces of each key were aligned."""
    source_vocabulary: int
    target_vocabulary: int

    def posteriors(self, sources: Integers, targets: Integers, source_is_there: Floats) -> Floats:
        """Return a_ji (B, J, I) of `sources` (B, I) and `targets` (B, J); rows sum to 1, or to 0 if unknown.

        `source_is_there` (B, I) is 1 for pieces, and 0 for empty places at the end.
        """
        keys = sources[:, None, :].astype(np.int64) * self.target_vocabulary + targets[:, :, None]
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found = np.where(self.keys[places] == keys, self.probabilities[places], np.float32(0))
        lengths = np.maximum(source_is_there.sum(1), 1)[:, None, None]
        source_places = (np.arange(sources.shape[1]) + 0.5)[None, None, :] / lengths
        target_lengths = np.maximum((targets != 0).sum(1), 1)[:, None, None]
        target_places = (np.arange(targets.shape[1]) + 0.5)[None, :, None] / target_lengths
        found = found * np.exp(-DIAGONAL * np.abs(source_places - target_places)) * source_is_there[:, None]
        sums = found.sum(2, keepdims=True)
        posteriors: Floats = (found / np.where(sums > 0, sums, 1)).astype(np.float32)
        return posteriors

    def embeddings(self, size: int) -> tuple[Floats, Floats]:
        """Return the first embeddings of source (…, size) and target pieces, of the standard deviation 1.

        Where the vocabularies are smaller than `size`, the columns that are left are zeros.
        """
        sources, targets = np.divmod(self.keys, self.target_vocabulary)
        source_counts = np.bincount(sources, self.counts, self.source_vocabulary)
        target_counts = np.bincount(targets, self.counts, self.target_vocabulary) ** TARGET_POWER
        expected = source_counts[sources] * target_counts[targets] / target_counts.sum()
        information = np.log(np.maximum(self.counts, 1e-9) / np.maximum(expected, 1e-9))
        kept = (information > 0) & (self.counts > LEAST_COUNT)
        shape = (self.source_vocabulary, self.target_vocabulary)
        rows = SparseRows.build(
            sources[kept], targets[kept].astype(np.int32), information[kept].astype(np.float32), shape
        )
        left, values, right = truncated_svd(rows.dot, rows.transposed().dot, shape, size)
        roots = np.sqrt(values)
        return _standardised(left * roots, size), _standardised(right * roots, size)


def align(
    sources: Sequence[Sequence[int]],
    targets: Sequence[Sequence[int]],
    source_vocabulary: int,
    target_vocabulary: int,
) -> Alignment:
    """Return the alignment of pieces that pairs of sentences show."""
    every = max(1, len(sources) // MOST_PAIRS)
    sources, targets = sources[::every], targets[::every]
    source_of, target_of, slot, prior = _links(sources, targets)
    keys, key_of = np.unique(source_of * target_vocabulary + target_of, return_inverse=True)
    key_of = key_of.astype(np.int32)
    source_of_key = keys // target_vocabulary
    probabilities: NDArray[np.floating] = np.ones(len(keys))
    counts: NDArray[np.floating] = probabilities
    for _ in range(ITERATIONS):
        posterior = probabilities[key_of] * prior
        posterior /= np.bincount(slot, posterior)[slot]
        counts = np.bincount(key_of, posterior, len(keys)).astype(np.float64)
        totals = np.bincount(source_of_key, counts, source_vocabulary)
        probabilities = counts / np.maximum(totals[source_of_key], 1e-9)
    return Alignment(
        keys,
        probabilities.astype(np.float32),
        counts.astype(np.float32),
        source_vocabulary,
        target_vocabulary,
    )


def _links(
    sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]
) -> tuple[Integers, Integers, Integers, Floats]:
    """Return all possible links of pairs: source piece, target piece, place of the target, and exp(-λ …)."""
    source_lengths = np.array([len(source) for source in sources], np.int32)
    target_lengths = np.array([len(target) for target in targets], np.int32)
    links = source_lengths * target_lengths
    pair = np.repeat(np.arange(len(sources), dtype=np.int32), links)
    number = np.arange(len(pair), dtype=np.int32) - np.repeat(
        (np.cumsum(links) - links).astype(np.int32), links
    )
    target_place, source_place = np.divmod(number, source_lengths[pair])
    distance = (source_place + 0.5) / source_lengths[pair] - (target_place + 0.5) / target_lengths[pair]
    prior = np.exp(-DIAGONAL * np.abs(distance)).astype(np.float32)
    slot = (np.cumsum(target_lengths) - target_lengths).astype(np.int32)[pair] + target_place
    source_at = (np.cumsum(source_lengths) - source_lengths).astype(np.int32)[pair] + source_place
    return np.concatenate(sources)[source_at], np.concatenate(targets)[slot], slot, prior


def _standardised(vectors: NDArray[np.floating], size: int) -> Floats:
    """Return the vectors with a standard deviation of 1, with columns of zeros up to `size`."""
    scaled = vectors / max(float(vectors.std()), 1e-9)
    return np.pad(scaled, ((0, 0), (0, size - vectors.shape[1]))).astype(np.float32)
