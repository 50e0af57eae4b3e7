"""Successor counts: what followed each context of a text, counted in the notes and in what is learned.

A context is the last 1, 2, 3 or 6 pieces, or the last piece together with a feature of the text. It is
counted in the notes when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.growing_counts import GrowingCounts
from rnnchat.lm.mixture.contexts import FEATURES, ContextState, CorpusContexts
from rnnchat.lm.ngram import NgramMemory
from rnnchat.lm.suffix_array import Interval, tally

CONTEXT_ORDERS = (1, 2, 3, 6)
"""The numbers of last pieces that make a context each."""
CORPUS_CONTEXTS = len(CONTEXT_ORDERS) + len(FEATURES)
"""The number of contexts that are counted in the notes."""

_MOST_CACHED = 100_000
"""The counts of at most this many contexts are kept."""
NO_LEAF = -1
"""The value of a leaf where there is none."""


@dataclass
class SuccessorCounts(GrowingCounts):
    """What followed a context, by leaf."""

    last: int = NO_LEAF
    """The leaf that followed latest."""

    def add(self, successor: int) -> bool:
        """Count `successor` once more; return whether it had been counted before."""
        self.last = successor
        return super().add(successor)

    def copy(self) -> SuccessorCounts:
        """Return counts that change independently."""
        return SuccessorCounts(self.successors.copy(), self.counts.copy(), self.size, self.last)


_EMPTY = SuccessorCounts(np.zeros(0, np.intp), np.zeros(0, np.float32))
"""The counts of a context that never occurred."""


class SuccessorCounter:
    """Counts of every context of the notes, by `leaf` (vocabulary,) of the tree; it can learn and forget."""

    def __init__(self, memory: NgramMemory, corpus: CorpusContexts, leaf: NDArray[np.intp]) -> None:
        self._memory = memory
        self._corpus = corpus
        self._leaf = leaf
        self._known: dict[Hashable, SuccessorCounts] = {}
        self._features: dict[int, NDArray[np.integer]] = {}
        """The features of all positions of the notes, in the order of the suffix array."""
        self.forget()

    def find(self, context: ContextState, intervals: Sequence[Interval]) -> list[SuccessorCounts]:
        """Return the successor counts of each of the CORPUS_CONTEXTS of a text."""
        return [
            _EMPTY if key is None else self._find(kind, key, context, intervals)
            for kind, key in enumerate(_keys(context))
        ]

    def learn(self, context: ContextState, intervals: Sequence[Interval], piece: int) -> None:
        """Count that `piece` followed in every context of a text."""
        leaf = int(self._leaf[piece])
        for kind, key in enumerate(_keys(context)):
            if key is None:
                continue
            learned = self._learned.get(key)
            if learned is None:
                learned = self._learned[key] = self._find(kind, key, context, intervals).copy()
            learned.add(leaf)

    def forget(self) -> None:
        """Drop what was learned since the notes were counted."""
        self._learned: dict[Hashable, SuccessorCounts] = {}

    def _find(
        self, kind: int, key: Hashable, context: ContextState, intervals: Sequence[Interval]
    ) -> SuccessorCounts:
        counts = self._learned.get(key)
        if counts is not None:
            return counts
        counts = self._known.get(key)
        if counts is None:
            if len(self._known) > _MOST_CACHED:
                self._known.clear()
            counts = self._known[key] = self._count(kind, context, intervals)
        return counts

    def _count(self, kind: int, context: ContextState, intervals: Sequence[Interval]) -> SuccessorCounts:
        """Return the counts in the notes of context number `kind`."""
        order = CONTEXT_ORDERS[kind] if kind < len(CONTEXT_ORDERS) else 1
        if order > len(intervals):
            return _EMPTY
        low, high = intervals[order - 1]
        positions = self._memory.positions((low, high))
        if kind >= len(CONTEXT_ORDERS):
            number = kind - len(CONTEXT_ORDERS)
            same = self._feature(number)[low:high] == FEATURES[number].of_text(context)
            positions = positions[same]
        return self._count_at(positions.astype(np.intp))

    def _count_at(self, positions: NDArray[np.intp]) -> SuccessorCounts:
        """Return the counts of what follows `positions` (n,) of the notes."""
        if not len(positions):
            return _EMPTY
        leaves = self._leaf.take(self._memory.pieces.take(positions + 1))
        last = int(leaves[positions.argmax()])
        distinct, counts = tally(leaves)
        return SuccessorCounts(distinct, counts, len(distinct), last)

    def _feature(self, number: int) -> NDArray[np.integer]:
        """Return a feature of each position of the notes, in the order of the suffix array."""
        if number not in self._features:
            self._features[number] = FEATURES[number].of_corpus(self._corpus)[self._memory.suffixes]
        return self._features[number]


def _keys(context: ContextState) -> list[Hashable | None]:
    """Return the key of each of the CORPUS_CONTEXTS; None where the text is too short for it."""
    recent = context.recent
    last = recent[-1]
    return [
        *(recent[-order:] if order <= len(recent) else None for order in CONTEXT_ORDERS),
        *((feature.name, last, feature.of_text(context)) for feature in FEATURES),
    ]
