"""Batches of pairs of about equal length, so that little of a batch is empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.translation.pair_tokenizer import PADDING, START
from rnnchat.training.translation.alignment import Alignment, Floats

QUANTILES = (0.2, 0.4, 0.6, 0.8, 0.92, 0.98, 0.995)
"""Where pairs, sorted by their length, are cut into buckets. Those beyond the last one are left out.

A graph is built for each bucket, which takes seconds; with these seven, 86 % of the places hold pieces.
"""
FEW_QUANTILES = (0.5, 0.85, 0.995)
"""The same where there are few pairs: building more graphs would take longer than the places are worth."""
FEW_PAIRS = 10_000
"""Fewer pairs than this are few."""
SMALLEST_BATCH = 8
"""A batch has at least this many pairs."""

PiecePair = tuple[Sequence[int], Sequence[int]]
"""A source as pieces and its translation as places in the target's embedding, both with their ends."""


@dataclass(frozen=True)
class PairBatch:
    """B pairs of at most S and T pieces; empty places hold PADDING."""

    sources: NDArray[np.int32]
    """(S, B)"""
    source_lengths: NDArray[np.int32]
    """(B,)"""
    inputs: NDArray[np.int32]
    """What the decoder reads (T, B): the start and all pieces but the end."""
    targets: NDArray[np.int32]
    """What the decoder predicts (T, B): all pieces and the end."""
    counted: Floats
    """1 where a target is a piece, 0 where it is empty (T, B)."""

    def alignment(self, alignment: Alignment) -> Floats:
        """Return where the attention should look (B, T, S)."""
        is_there = (np.arange(len(self.sources))[None] < self.source_lengths[:, None]).astype(np.float32)
        return alignment.posteriors(self.sources.T, self.targets.T, is_there)


@dataclass(frozen=True)
class Bucket:
    """The pairs of about equal length."""

    source_length: int
    target_length: int
    batch: int
    """The pairs of a batch."""
    pairs: NDArray[np.int64]
    """The numbers of the pairs."""


class PairBatches:
    """The batches of `pairs`, each with about `tokens` target pieces."""

    def __init__(self, pairs: Sequence[PiecePair], tokens: int) -> None:
        self._pairs = pairs
        self.buckets = _buckets(pairs, tokens)
        self.tokens = sum(len(pairs[number][1]) for bucket in self.buckets for number in bucket.pairs)
        """The target pieces of an epoch."""

    def epoch(self, seed: int, number: int) -> list[tuple[Bucket, NDArray[np.int64]]]:
        """Return the pairs of each batch of an epoch; the same `seed` and `number` give the same ones."""
        random = np.random.default_rng([seed, number])
        batches = []
        for bucket in self.buckets:
            shuffled = random.permutation(bucket.pairs)
            batches += [
                (bucket, shuffled[start : start + bucket.batch])
                for start in range(0, len(shuffled), bucket.batch)
            ]
        return [batches[place] for place in random.permutation(len(batches))]

    def batch(self, bucket: Bucket, numbers: NDArray[np.int64]) -> PairBatch:
        """Return the batch with these pairs of a bucket."""
        return make_batch(
            [self._pairs[number] for number in numbers.tolist()],
            (bucket.source_length, bucket.target_length, bucket.batch),
        )

    def fitting(self, pairs: Sequence[PiecePair]) -> list[PairBatch]:
        """Return other `pairs`, those that fit into a bucket, in batches of the same sizes."""
        left, batches = list(pairs), []
        for bucket in self.buckets:
            fits = [
                len(source) <= bucket.source_length and len(target) <= bucket.target_length
                for source, target in left
            ]
            own = [pair for pair, is_in in zip(left, fits, strict=True) if is_in]
            left = [pair for pair, is_in in zip(left, fits, strict=True) if not is_in]
            sizes = (bucket.source_length, bucket.target_length, bucket.batch)
            batches += [
                make_batch(own[start : start + bucket.batch], sizes)
                for start in range(0, len(own), bucket.batch)
            ]
        return batches


def make_batch(pairs: Sequence[PiecePair], sizes: tuple[int, int, int]) -> PairBatch:
    """Return a batch of `pairs` with the `sizes` (S, T, B)."""
    source_length, target_length, batch = sizes
    sources = np.full((source_length, batch), PADDING, np.int32)
    lengths = np.ones(batch, np.int32)
    inputs = np.full((target_length, batch), PADDING, np.int32)
    targets = np.full((target_length, batch), PADDING, np.int32)
    counted = np.zeros((target_length, batch), np.float32)
    for column, (source, target) in enumerate(pairs):
        sources[: len(source), column] = source
        lengths[column] = len(source)
        inputs[0, column] = START
        inputs[1 : len(target), column] = target[:-1]
        targets[: len(target), column] = target
        counted[: len(target), column] = 1
    return PairBatch(sources, lengths, inputs, targets, counted)


def _buckets(pairs: Sequence[PiecePair], tokens: int) -> list[Bucket]:
    """Return the buckets of pairs whose longer side, a target's length rescaled to a source's, is alike."""
    sources = np.array([len(source) for source, _ in pairs])
    targets = np.array([len(target) for _, target in pairs])
    length = np.maximum(sources, targets * (sources.mean() / targets.mean()))
    buckets, before = [], 0.0
    quantiles = QUANTILES if len(pairs) >= FEW_PAIRS else FEW_QUANTILES
    for cut in np.quantile(length, quantiles):
        numbers = np.flatnonzero((length > before) & (length <= cut))
        before = max(before, cut)
        if len(numbers):
            target_length = int(targets[numbers].max())
            batch = max(SMALLEST_BATCH, tokens // target_length)
            buckets.append(Bucket(int(sources[numbers].max()), target_length, batch, numbers))
    return buckets
