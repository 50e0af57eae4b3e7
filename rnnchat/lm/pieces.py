"""Pieces of a text: whether a vocabulary has them, and the last ones as a model's state."""

from __future__ import annotations

from rnnchat.errors import ModelError
from rnnchat.lm.protocols import Integers
from rnnchat.lm.suffix_array import LONGEST_MATCH


def check_piece(piece: int, vocabulary: int) -> None:
    """Raise ModelError where `piece` is not in the vocabulary, which has 0 to `vocabulary` − 1."""
    if not 0 <= piece < vocabulary:
        raise ModelError(f"There is no piece {piece}.")


def are_in_vocabulary(pieces: Integers, vocabulary: int) -> bool:
    """Whether all `pieces` (n,) are in the vocabulary, which has 0 to `vocabulary` − 1."""
    return not len(pieces) or (int(pieces.min()) >= 0 and int(pieces.max()) < vocabulary)


def append_piece(recent: tuple[int, ...], piece: int) -> tuple[int, ...]:
    """Return the last pieces of a text, at most LONGEST_MATCH, after another `piece`."""
    return (*recent[1 - LONGEST_MATCH :], piece)
