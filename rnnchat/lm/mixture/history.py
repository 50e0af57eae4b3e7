"""What was read of a text, for looking up: the history of one text, and an index of all learned text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.protocols import Floats

LONGEST_HISTORY = 1024
"""At most this many of a text's last pieces are remembered; of a longer text, at least half of this."""
SHORTEST_MATCH = 3
"""A match has at least this many pieces."""
_FIRST_CAPACITY = 64
"""The number of pieces for which a new history has space."""

NO_MATCH = (0, 0)
"""The answer where nothing matches: any piece, after a match of no pieces."""


class TokenHistory:
    """The last pieces of a text, each as its leaf in the tree, with the vector (size,) that predicted it.

    It is a value: `after` returns another history and leaves this one as it was. Both share one buffer as
    long as a history has one continuation; a second continuation takes a copy.
    """

    __slots__ = ("_buffer", "_length")

    def __init__(self, size: int) -> None:
        self._buffer = _Buffer(
            np.zeros(_FIRST_CAPACITY, np.intp), np.zeros((_FIRST_CAPACITY, size), np.float32)
        )
        self._length = 0

    def __len__(self) -> int:
        """How many pieces it remembers."""
        return self._length

    @property
    def leaves(self) -> NDArray[np.intp]:
        """The leaves (length,) of the pieces, the newest last."""
        return self._buffer.leaves[: self._length]

    @property
    def vectors(self) -> Floats:
        """The network's vectors (length, size), each from the position before its piece."""
        return self._buffer.vectors[: self._length]

    def after(self, leaf: int, vector: Floats) -> TokenHistory:
        """Return the history with another piece, at `leaf`, which followed from `vector` (size,)."""
        other = TokenHistory.__new__(TokenHistory)
        buffer, length = self._buffer, self._length
        if buffer.used != length or length == len(buffer.leaves):
            buffer = buffer.copied(length)
            length = buffer.used
        buffer.leaves[length], buffer.vectors[length] = leaf, vector
        buffer.used = length + 1
        other._buffer, other._length = buffer, length + 1
        return other

    def reuse_buffer(self) -> None:
        """Let the next continuation overwrite the earlier ones, which must not be used any more."""
        self._buffer.used = self._length

    def successors(self, context: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the leaf that followed each occurrence of `context` (n,), the newest last."""
        leaves, count = self.leaves, len(context)
        if len(leaves) <= count or not count:
            return leaves[:0]
        following: NDArray[np.intp] = leaves[count:][_occurrences(leaves, context)]
        return following

    def match(self, context: NDArray[np.intp]) -> tuple[int, int]:
        """Return the leaf after the latest occurrence of the end of `context`, and the match's length.

        The length is in pieces, SHORTEST_MATCH at least; NO_MATCH where there is none.
        """
        leaves = self.leaves
        if len(leaves) <= SHORTEST_MATCH or len(context) < SHORTEST_MATCH:
            return NO_MATCH
        starts = np.flatnonzero(_occurrences(leaves, context[-SHORTEST_MATCH:]))
        if not len(starts):
            return NO_MATCH
        end = int(starts[-1]) + SHORTEST_MATCH - 1
        length = SHORTEST_MATCH
        while length < min(end + 1, len(context)) and leaves[end - length] == context[-1 - length]:
            length += 1
        return int(leaves[end + 1]), length


class MatchModel:
    """Finds the latest occurrence of a context among all pieces learned so far.

    Source: the match model of PAQ, Mahoney 2005.
    """

    def __init__(self) -> None:
        self._pieces: list[int] = []
        self._positions: dict[tuple[int, ...], int] = {}
        """The position of the piece after the latest occurrence of SHORTEST_MATCH pieces."""

    def match(self, recent: tuple[int, ...]) -> tuple[int, int]:
        """Return the piece after the latest occurrence of the end of `recent`, and the match's length.

        NO_MATCH where there is none.
        """
        position = self._positions.get(recent[-SHORTEST_MATCH:], 0)
        if not position:
            return NO_MATCH
        length = SHORTEST_MATCH
        while (
            length < min(len(recent), position) and self._pieces[position - 1 - length] == recent[-1 - length]
        ):
            length += 1
        return self._pieces[position], length

    def learn(self, recent: tuple[int, ...], piece: int) -> None:
        """Remember that `piece` followed `recent`, the last pieces of the text."""
        if len(recent) < 2 or not self._pieces:
            self._pieces += recent
        if len(recent) >= SHORTEST_MATCH:
            self._positions[recent[-SHORTEST_MATCH:]] = len(self._pieces)
        self._pieces.append(piece)


class _Buffer:
    """Arrays for leaves and vectors, of which the first `used` rows are filled."""

    __slots__ = ("leaves", "used", "vectors")

    def __init__(self, leaves: NDArray[np.intp], vectors: Floats) -> None:
        self.leaves, self.vectors = leaves, vectors
        self.used = 0

    def copied(self, length: int) -> _Buffer:
        """Return a buffer with free space, and with a copy of the first `length` rows.

        Where these are LONGEST_HISTORY or more, only the last half of that is copied.
        """
        start = length - LONGEST_HISTORY // 2 if length >= LONGEST_HISTORY else 0
        kept = length - start
        capacity = min(LONGEST_HISTORY, max(_FIRST_CAPACITY, 2 * kept))
        leaves = np.zeros(capacity, np.intp)
        vectors = np.zeros((capacity, self.vectors.shape[1]), np.float32)
        leaves[:kept], vectors[:kept] = self.leaves[start:length], self.vectors[start:length]
        buffer = _Buffer(leaves, vectors)
        buffer.used = kept
        return buffer


def _occurrences(leaves: NDArray[np.intp], context: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return whether `context` (n,) begins at each index and something follows it (len(leaves) − n,)."""
    count = len(context)
    occurs: NDArray[np.bool_] = leaves[count - 1 : -1] == context[-1]
    for back in range(1, count):
        occurs &= leaves[count - 1 - back : -1 - back] == context[-1 - back]
    return occurs
