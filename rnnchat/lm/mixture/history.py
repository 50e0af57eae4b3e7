"""The text at hand as a value, kept so that many continuations can share it; and all that was learned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.protocols import Floats

LONGEST = 1024
"""So many of a text's last pieces are remembered, at least half of them always."""
_FIRST_ROOM = 64
_MATCHED = 3


class TokenHistory:
    """Pieces of a text, each with the network's vector from which it followed.

    Going on shares what was there; a second continuation of the same place takes a copy.
    """

    __slots__ = ("_length", "_store")

    def __init__(self, size: int) -> None:
        self._store = _Store(np.zeros(_FIRST_ROOM, np.intp), np.zeros((_FIRST_ROOM, size), np.float32))
        self._length = 0

    def __len__(self) -> int:
        """How many pieces it remembers."""
        return self._length

    @property
    def pieces(self) -> NDArray[np.intp]:
        """The pieces (length,), the newest last."""
        return self._store.pieces[: self._length]

    @property
    def vectors(self) -> Floats:
        """The vectors (length, size)."""
        return self._store.vectors[: self._length]

    def after(self, piece: int, vector: Floats) -> TokenHistory:
        """Return the passage with `piece`, which followed from `vector` (size,)."""
        other = TokenHistory.__new__(TokenHistory)
        store, length = self._store, self._length
        if store.used != length or length == len(store.pieces):
            store = store.copied(length)
            length = store.used
        store.pieces[length], store.vectors[length] = piece, vector
        store.used = length + 1
        other._store, other._length = store, length + 1
        return other

    def reuse_buffer(self) -> None:
        """Let the next continuation have the place of all others, which must not be used any more.

        Else it would take a copy, as they do not change.
        """
        self._store.used = self._length

    def followers(self, ends: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return what followed the pieces `ends` wherever they stand in the passage."""
        pieces, count = self.pieces, len(ends)
        if len(pieces) <= count or not count:
            return pieces[:0]
        after: NDArray[np.intp] = pieces[count:][_stands(pieces, ends)]
        return after

    def match(self, ends: NDArray[np.intp]) -> tuple[int, int]:
        """Return what followed the latest place where the last three of `ends` stand, and how many do there.

        0, 0 where there is none.
        """
        pieces = self.pieces
        if len(pieces) <= _MATCHED or len(ends) < _MATCHED:
            return 0, 0
        places = np.flatnonzero(_stands(pieces, ends[-_MATCHED:]))
        if not len(places):
            return 0, 0
        place = int(places[-1]) + _MATCHED - 1
        length = _MATCHED
        while length < min(place + 1, len(ends)) and pieces[place - length] == ends[-1 - length]:
            length += 1
        return int(pieces[place + 1]), length


class History:
    """The pieces learned so far, and where three of them stood last."""

    def __init__(self) -> None:
        self._pieces: list[int] = []
        self._places: dict[tuple[int, ...], int] = {}

    def match(self, recent: tuple[int, ...]) -> tuple[int, int]:
        """Return the piece after the last place like this one, and how many pieces are alike; 0 for none."""
        place = self._places.get(recent[-3:], 0)
        if not place:
            return 0, 0
        length = 3
        while length < min(len(recent), place) and self._pieces[place - 1 - length] == recent[-1 - length]:
            length += 1
        return self._pieces[place], length

    def learn(self, recent: tuple[int, ...], piece: int) -> None:
        """Keep that `piece` followed."""
        if len(recent) < 2 or not self._pieces:
            self._pieces += recent
        if len(recent) >= 3:
            self._places[recent[-3:]] = len(self._pieces)
        self._pieces.append(piece)


class _Store:
    """Room for pieces and vectors; it only grows."""

    __slots__ = ("pieces", "used", "vectors")

    def __init__(self, pieces: NDArray[np.intp], vectors: Floats) -> None:
        self.pieces, self.vectors = pieces, vectors
        self.used = 0

    def copied(self, length: int) -> _Store:
        """Return a store with the last of `length` pieces and room for more."""
        start = length - LONGEST // 2 if length >= LONGEST else 0
        kept = length - start
        room = min(LONGEST, max(_FIRST_ROOM, 2 * kept))
        pieces, vectors = np.zeros(room, np.intp), np.zeros((room, self.vectors.shape[1]), np.float32)
        pieces[:kept], vectors[:kept] = self.pieces[start:length], self.vectors[start:length]
        store = _Store(pieces, vectors)
        store.used = kept
        return store


def _stands(pieces: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell of each place but the last ones whether `ends` begin there and something follows them."""
    count = len(ends)
    alike: NDArray[np.bool_] = pieces[count - 1 : -1] == ends[-1]
    for back in range(1, count):
        alike &= pieces[count - 1 - back : -1 - back] == ends[-1 - back]
    return alike
