"""A suffix array over reversed text: it finds every position where a context of any length occurs.

All positions are sorted by the pieces that end there, read backwards. So the positions with the same last
pieces lie side by side: a context of any length is one interval of the array, found by binary search.

Sources: suffix arrays by prefix doubling, Manber and Myers 1993; language models of unbounded order on
them, Kennington et al. 2012.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.protocols import Floats, Integers

LONGEST_MATCH = 32
"""The longest context, in pieces, that is looked up in the array."""
SORTED_BY = 64
"""Positions that agree in at least this many last pieces keep the order of the text."""

_SCANNED = 512
"""Intervals of at most this many positions are searched all at once, which is faster than one by one."""
_COUNTED_BY_DICTIONARY = 64
"""Fewer values than this are counted faster by a dictionary than by a table over all possible values."""

Interval = tuple[int, int]
"""The first position in the array and the one after the last."""


class SuffixArray:
    """Text as `pieces` (n,) with `suffixes` (n − 1,), its sorted positions; neither changes.

    The last position is left out because nothing follows it. Takes 2 bytes for a piece (4 where the
    vocabulary has more than 65,536 pieces) and 4 for its position.
    """

    def __init__(self, pieces: Integers, suffixes: Integers, vocabulary: int) -> None:
        self.pieces = pieces
        self.suffixes = suffixes
        self.vocabulary = vocabulary
        ends = np.bincount(pieces[:-1], minlength=vocabulary) if len(pieces) else np.zeros(vocabulary, int)
        self._starts = np.concatenate([[0], np.cumsum(ends)])
        """(vocabulary + 1,) where the interval of each piece begins."""

    def is_sorted(self) -> bool:
        """Whether every position is there once, in the order of the pieces that end at it, read backwards.

        The order of positions that agree in LONGEST_MATCH pieces is not checked. Takes about a second for
        four million pieces.
        """
        positions = self.suffixes.astype(np.int64)
        if len(positions) < 2:
            return True
        if np.bincount(positions, minlength=len(positions)).max() != 1:
            return False
        tied = np.arange(1, len(positions))  # indexes whose position equals the one before it so far
        for back in range(LONGEST_MATCH):
            own = self._pieces_at(positions[tied] - back)
            previous = self._pieces_at(positions[tied - 1] - back)
            if (own < previous).any():
                return False
            tied = tied[own == previous]
        return True

    def intervals(self, context: Sequence[int]) -> list[Interval]:
        """Return the intervals of the last 1, 2, … pieces of `context`, up to the longest that occurs."""
        low, high = 0, len(self.suffixes)
        found: list[Interval] = []
        for back in range(min(len(context), LONGEST_MATCH)):
            low, high = self._narrow(low, high, back, context[-1 - back])
            if high <= low:
                break
            found.append((low, high))
        return found

    def positions(self, interval: Interval) -> Integers:
        """Return the positions of an interval: indexes of a context's last piece in `pieces`."""
        return self.suffixes[interval[0] : interval[1]]

    def successors(self, interval: Interval) -> Integers:
        """Return the piece that follows each position of an interval."""
        following: Integers = self.pieces[self.suffixes[interval[0] : interval[1]].astype(np.int64) + 1]
        return following

    def pieces_before(self, interval: Interval, back: int) -> NDArray[np.int64]:
        """Return the piece `back` pieces before each position of an interval, −1 before the text's first."""
        return self._pieces_at(self.suffixes[interval[0] : interval[1]].astype(np.int64) - back)

    def _pieces_at(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the pieces at `positions`, −1 before the first."""
        return np.where(positions >= 0, self.pieces[np.maximum(positions, 0)].astype(np.int64), -1)

    def _narrow(self, low: int, high: int, back: int, piece: int) -> Interval:
        """Return the part of an interval in which `piece` is `back` pieces before the position."""
        if back == 0:
            return int(self._starts[piece]), int(self._starts[piece + 1])
        if high - low == 1:
            position = int(self.suffixes[low]) - back
            matches = position >= 0 and int(self.pieces[position]) == piece
            return (low, high) if matches else (low, low)
        if high - low <= _SCANNED:
            before = self.pieces_before((low, high), back)
            return low + int(before.searchsorted(piece)), low + int(before.searchsorted(piece, "right"))
        start = self._bisect(low, high, back, piece)
        return start, self._bisect(start, high, back, piece + 1)

    def _bisect(self, low: int, high: int, back: int, piece: int) -> int:
        """Return the first index whose position has `piece` or a later one `back` pieces before it."""
        while low < high:
            middle = (low + high) // 2
            position = int(self.suffixes[middle]) - back
            if position < 0 or int(self.pieces[position]) < piece:
                low = middle + 1
            else:
                high = middle
        return low


def sort_suffixes(pieces: Integers) -> NDArray[np.uint32]:
    """Return all positions of `pieces` (n,) but the last, sorted by the pieces that end there, backwards.

    By prefix doubling: ranks by the last `width` pieces give ranks by twice as many. Takes about 3 s for a
    million pieces.
    """
    size = len(pieces)
    if size < 2:
        return np.zeros(0, np.uint32)
    ranks = pieces[::-1].astype(np.int64)
    width = 1
    while width < SORTED_BY:
        behind = np.zeros(size, np.int64)
        behind[:-width] = ranks[width:] + 1
        distinct, ranks = np.unique(
            ranks * (max(size, int(ranks.max()) + 1) + 2) + behind, return_inverse=True
        )
        width *= 2
        if len(distinct) == size:
            break
    order = np.argsort(ranks[::-1], kind="stable")
    return order[order < size - 1].astype(np.uint32)


def tally(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
    """Return the distinct ones of `values` (n,) in ascending order, and how often each occurs.

    Both arrays are (distinct,). The values must not be negative.
    """
    if len(values) == 1:
        return values, np.ones(1, np.float32)
    if len(values) < _COUNTED_BY_DICTIONARY:
        counts: dict[int, int] = {}
        for value in values.tolist():
            counts[value] = counts.get(value, 0) + 1
        distinct = np.array(sorted(counts), np.int64)
        return distinct, np.array([counts[value] for value in sorted(counts)], np.float32)
    table = np.bincount(values)
    distinct = table.nonzero()[0]
    return distinct, table[distinct].astype(np.float32)
