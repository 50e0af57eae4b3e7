"""The pieces that a translation may have: those of the tokenizer that the targets of the pairs have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.tasks.translation.pair_tokenizer import END, UNKNOWN

TARGET_PIECES = "target_pieces"
"""The name of the array of pieces in the file with the network's weights."""


class TargetPieces:
    """The `pieces` (places,) of a translation, sorted, of a tokenizer of `size` pieces.

    The first places are those of the pieces without a text, so that these have the same numbers. Raises
    ModelError where `pieces` are not such.
    """

    def __init__(self, pieces: NDArray[np.integer], size: int) -> None:
        pieces = np.asarray(pieces, np.int64)
        fixed = np.arange(END + 1)
        if pieces.ndim != 1 or not np.array_equal(pieces[: END + 1], fixed) or (np.diff(pieces) <= 0).any():
            raise ModelError("The translator's list of target pieces is damaged.")
        if pieces[-1] >= size:
            raise ModelError("The translator's target pieces are not those of its tokenizer.")
        self.pieces = pieces
        self._places = np.full(size, UNKNOWN, np.int64)
        self._places[pieces] = np.arange(len(pieces))

    @classmethod
    def used_in(cls, targets: Iterable[Sequence[int]], size: int) -> TargetPieces:
        """Return the pieces that `targets` have."""
        is_used = np.zeros(size, np.bool_)
        is_used[: END + 1] = True
        for target in targets:
            is_used[np.asarray(target, np.intp)] = True
        return cls(np.flatnonzero(is_used), size)

    def places(self, pieces: Sequence[int]) -> list[int]:
        """Return the place of each of `pieces`, UNKNOWN for those that no target has."""
        found: list[int] = self._places[np.asarray(pieces, np.intp)].tolist()
        return found

    def pieces_at(self, places: Sequence[int]) -> list[int]:
        """Return the piece at each of `places`."""
        found: list[int] = self.pieces[np.asarray(places, np.intp)].tolist()
        return found
