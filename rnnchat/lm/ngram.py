"""The n-gram model: modified Kneser–Ney smoothing over the notes themselves, kept as a suffix array.

A context of any length is an interval of the suffix array, and what followed there are its counts. So the
length of a match has no limit set by training, nothing needs to be trained, and each count can be traced to
its position in the notes. Contexts of up to ORDER pieces are smoothed into a prediction (`kneser_ney` has
the equations); longer ones only serve to find long matches.

Sources: Chen and Goodman 1999 (modified Kneser–Ney); Kennington et al. 2012 (n-grams on suffix arrays).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.growing_counts import GrowingCounts
from rnnchat.lm.kneser_ney import (
    DEFAULT_DISCOUNTS,
    LARGEST_DISCOUNTED,
    SmoothedContext,
    add_contexts,
    are_discounts,
    estimate_discounts,
    remaining,
    smooth,
)
from rnnchat.lm.pieces import append_piece, are_in_vocabulary, check_piece
from rnnchat.lm.protocols import Floats, Integers, LogRatios, Lookahead
from rnnchat.lm.suffix_array import LONGEST_MATCH, Interval, SuffixArray, sort_suffixes, tally

ORDER = 6
"""The longest context, in pieces, whose counts are smoothed into a prediction."""

_MOST_CACHED = 200_000
"""At most this many smoothed contexts are kept."""
_SMALLEST = np.float32(1e-30)
"""Keeps a division finite where a probability is 0."""

NgramState = tuple[int, ...]
"""The last pieces of the text, at most LONGEST_MATCH, the newest last."""


class NgramMemory(SuffixArray):
    """The notes as a suffix array, with the discounts that smooth its counts; it does not change."""

    def __init__(self, pieces: Integers, suffixes: Integers, vocabulary: int, discounts: Floats) -> None:
        super().__init__(pieces, suffixes, vocabulary)
        self.discounts = discounts
        """(order + 1, 4) the discounts of counts of 0, 1, 2, and 3 or more, by the context's length."""

    @classmethod
    def build(cls, pieces: Integers, vocabulary: int, *, order: int = ORDER) -> NgramMemory:
        """Return a memory of `pieces` (n,), which smooths contexts of up to `order` pieces.

        Takes about 1.5 s for a million pieces. Raises ModelError where a piece is not in the vocabulary.
        """
        if not are_in_vocabulary(pieces, vocabulary):
            raise ModelError("The notes hold pieces that the tokenizer does not have.")
        pieces = np.ascontiguousarray(pieces, np.uint16 if vocabulary <= 2**16 else np.uint32)
        suffixes = sort_suffixes(pieces)
        memory = cls(pieces, suffixes, vocabulary, np.zeros((order + 1, LARGEST_DISCOUNTED + 1), np.float32))
        memory.discounts = memory._estimate_discounts(order)
        return memory

    @property
    def order(self) -> int:
        """The longest context, in pieces, whose counts are smoothed into a prediction."""
        return len(self.discounts) - 1

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays from which `from_tensors` makes the same memory."""
        return {"pieces": self.pieces, "suffixes": self.suffixes, "discounts": self.discounts}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], vocabulary: int) -> NgramMemory:
        """Return a saved memory; raise ModelError where its arrays cannot be one."""
        try:
            pieces, suffixes, discounts = (tensors[n] for n in ("pieces", "suffixes", "discounts"))
        except KeyError as error:
            raise ModelError("The memory of the notes is damaged: an array is missing.") from error
        sound = (
            pieces.ndim == suffixes.ndim == 1
            and pieces.dtype in (np.uint16, np.uint32)
            and suffixes.dtype == np.uint32
            and discounts.dtype == np.float32
            and discounts.ndim == 2
            and 1 < len(discounts) <= LONGEST_MATCH
            and discounts.shape[1] == LARGEST_DISCOUNTED + 1
            and len(suffixes) == max(0, len(pieces) - 1)
            and are_in_vocabulary(pieces, vocabulary)
            and (not len(suffixes) or int(suffixes.max()) < len(suffixes))
            and are_discounts(discounts)
        )
        if not sound:
            raise ModelError("The memory of the notes is damaged: its arrays do not fit together.")
        return cls(pieces, suffixes, vocabulary, discounts)

    def successor_counts(self, interval: Interval, order: int) -> tuple[Integers, Floats]:
        """Return the distinct pieces (n,) that followed a context of `order` pieces, and their counts (n,).

        Contexts of the longest order count how often each followed, shorter ones after how many different
        pieces (Kneser–Ney's continuation counts).
        """
        successors = self.successors(interval).astype(np.int64)
        if order < self.order and len(successors) > 1:
            before = self.pieces_before(interval, order)
            pairs = (before + 1) * self.vocabulary + successors
            pairs.sort()
            is_first = np.ones(len(pairs), bool)
            np.not_equal(pairs[1:], pairs[:-1], out=is_first[1:])
            successors = pairs[is_first] % self.vocabulary
        return tally(successors)

    def _estimate_discounts(self, order: int) -> Floats:
        """Return the discounts (order + 1, 4) for contexts of 0 to `order` pieces, from the counts of all.

        Positions with the same context lie side by side, so contexts are numbered from first to last, and a
        context with its successor is one integer.
        """
        size = len(self.suffixes)
        if not size:
            return np.tile(DEFAULT_DISCOUNTS, (order + 1, 1))
        successors = self.successors((0, size)).astype(np.int64)
        contexts = np.zeros(size, np.int64)  # the number of the context at each position
        is_first = np.arange(size) == 0  # whether a context begins at a position
        discounts = []
        for length in range(order):
            before = self.pieces_before((0, size), length)
            is_first[1:] |= before[1:] != before[:-1]
            longer = is_first.cumsum() - 1
            longer_counted, _ = _count(longer * self.vocabulary + successors)
            shorter = contexts[is_first].take(longer_counted // self.vocabulary)
            counts = _count(shorter * self.vocabulary + longer_counted % self.vocabulary)[1]
            discounts.append(estimate_discounts(counts))
            contexts = longer
        discounts.append(estimate_discounts(_count(contexts * self.vocabulary + successors)[1]))
        return np.stack(discounts)


def _count(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct ones of `values` (n,), n > 0, in ascending order, and how often each occurs.

    Sorts `values` in place. np.unique does the same with several copies.
    """
    values.sort()
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    return values[starts], np.diff(starts, append=len(values))


@dataclass
class _LearnedCounts(GrowingCounts):
    """What followed a context in the memory and in what was learned, by piece."""

    smoothed: SmoothedContext | None = None
    """The counts as a smoothed context, until another piece is counted."""

    def add(self, successor: int) -> bool:
        """Count `successor` once more; return whether it had been counted before."""
        self.smoothed = None
        return super().add(successor)


class NgramModel(Lookahead[NgramState]):
    """Modified Kneser–Ney over a memory, which can continue to learn as text is written.

    What it learns is kept apart from the memory and can be forgotten; the memory does not change.
    """

    def __init__(self, memory: NgramMemory) -> None:
        self.memory = memory
        self._smoothed: dict[tuple[Interval, int], SmoothedContext] = {}
        self._unigram_cache: Floats | None = None
        self._log_unigram: Floats | None = None
        self.forget()

    @property
    def vocabulary(self) -> int:
        """The number of pieces."""
        return self.memory.vocabulary

    def start(self) -> NgramState:
        """Return the state before the first piece: no pieces."""
        return ()

    def advance(self, piece: int, state: NgramState) -> NgramState:
        """Return the state after `piece`; raise ModelError where it is not in the vocabulary."""
        check_piece(piece, self.vocabulary)
        return append_piece(state, piece)

    def step(self, piece: int, state: NgramState) -> tuple[Floats, NgramState]:
        """Return the probabilities (vocabulary,) of what follows `piece`, and the state after it."""
        state = self.advance(piece, state)
        return self.predict(state, self.memory.intervals(state)), state

    def predict(self, state: NgramState, intervals: Sequence[Interval]) -> Floats:
        """Return the probabilities (vocabulary,) of what follows, given the intervals of the state."""
        contexts = self._contexts(state, intervals)
        probabilities = self._unigram() * remaining(contexts)
        add_contexts(contexts, probabilities)
        return probabilities

    def log_unigram(self) -> Floats:
        """Return log p(w) without a context (vocabulary,)."""
        if self._log_unigram is None:
            self._log_unigram = np.log(self._unigram())
        return self._log_unigram

    def log_lift(self, state: NgramState, intervals: Sequence[Interval]) -> LogRatios:
        """Return log (p(w | c) / (backoff · p(w))) where that is not 0.

        `backoff` is what all contexts together leave to the unigram. Together with `log_unigram` this gives
        `predict`, up to a common factor, at the cost of few logarithms.
        """
        contexts = self._contexts(state, intervals)
        if not contexts:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        left = remaining(contexts)
        added = np.zeros(self.vocabulary, np.float32)
        add_contexts(contexts, added)
        pieces = np.concatenate([context.pieces for context in contexts])
        below = self._unigram().take(pieces) * left
        return pieces, np.log1p(added.take(pieces) / np.maximum(below, _SMALLEST))

    def learn(self, piece: int, state: NgramState) -> None:
        """Count that `piece` followed the text of `state`.

        A shorter context counts it only where the longer one had not seen it, as continuation counts
        require. So this gives the counts that building a new memory would give.
        """
        intervals: Sequence[Interval] | None = None
        for order in range(min(self.memory.order, len(state)), 0, -1):
            context = state[-order:]
            learned = self._learned.get(context)
            if learned is None:
                intervals = self.memory.intervals(state) if intervals is None else intervals
                learned = self._learned[context] = self._copy_counts(intervals, order)
            if learned.add(piece):
                return
        self._unigram_counts[piece] += 1
        self._unigram_cache = self._log_unigram = None

    def forget(self) -> None:
        """Drop what was learned since the memory was built."""
        self._learned: dict[NgramState, _LearnedCounts] = {}
        self._unigram_counts = np.zeros(self.vocabulary, np.float32)
        if len(self.memory.suffixes):
            pieces, counts = self.memory.successor_counts((0, len(self.memory.suffixes)), 0)
            self._unigram_counts[pieces] = counts
        self._unigram_cache = self._log_unigram = None

    def _unigram(self) -> Floats:
        """Return the probabilities (vocabulary,) without a context; they back off to 1 / vocabulary."""
        if self._unigram_cache is None:
            probabilities: Floats = np.full(self.vocabulary, 1 / self.vocabulary, np.float32)
            seen = np.flatnonzero(self._unigram_counts)
            if len(seen):
                context = smooth(seen, self._unigram_counts[seen], self.memory.discounts[0])
                probabilities *= context.backoff
                probabilities[context.pieces] += context.probabilities
            self._unigram_cache = probabilities
        return self._unigram_cache

    def _contexts(self, state: NgramState, intervals: Sequence[Interval]) -> list[SmoothedContext]:
        """Return all contexts of the state that have counts, smoothed, the shortest first."""
        contexts: list[SmoothedContext] = []
        for order in range(1, min(self.memory.order, len(state)) + 1):
            learned = self._learned.get(state[-order:])
            if learned is not None:
                if learned.smoothed is None:
                    pieces, counts = learned.successors[: learned.size], learned.counts[: learned.size]
                    learned.smoothed = smooth(pieces, counts, self.memory.discounts[order])
                contexts.append(learned.smoothed)
            elif order <= len(intervals):
                contexts.append(self._context(intervals[order - 1], order))
        return contexts

    def _context(self, interval: Interval, order: int) -> SmoothedContext:
        """Return the smoothed context of an interval of the memory."""
        context = self._smoothed.get((interval, order))
        if context is None:
            if len(self._smoothed) > _MOST_CACHED:
                self._smoothed.clear()
            pieces, counts = self.memory.successor_counts(interval, order)
            context = self._smoothed[interval, order] = smooth(pieces, counts, self.memory.discounts[order])
        return context

    def _copy_counts(self, intervals: Sequence[Interval], order: int) -> _LearnedCounts:
        """Return a copy of the counts of a context in the memory, to which learning adds."""
        if order > len(intervals):
            return _LearnedCounts(np.zeros(2, np.int64), np.zeros(2, np.float32))
        pieces, counts = self.memory.successor_counts(intervals[order - 1], order)
        return _LearnedCounts(pieces, counts, len(pieces))
