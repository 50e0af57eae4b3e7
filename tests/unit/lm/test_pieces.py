"""Pieces outside a vocabulary are found, and only the last pieces of a text are kept."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.errors import ModelError
from rnnchat.lm.pieces import append_piece, are_in_vocabulary, check_piece
from rnnchat.lm.suffix_array import LONGEST_MATCH


@pytest.mark.parametrize("piece", [-1, 5])
def test_a_piece_outside_the_vocabulary_is_refused(piece: int) -> None:
    with pytest.raises(ModelError, match=f"no piece {piece}"):
        check_piece(piece, 5)
    assert not are_in_vocabulary(np.array([0, piece, 4]), 5)


def test_pieces_of_the_vocabulary_are_accepted() -> None:
    for piece in (0, 4):
        check_piece(piece, 5)
    assert are_in_vocabulary(np.array([0, 4]), 5)
    assert are_in_vocabulary(np.zeros(0, int), 5)


def test_only_the_last_pieces_are_kept() -> None:
    recent: tuple[int, ...] = ()
    for piece in range(LONGEST_MATCH + 3):
        recent = append_piece(recent, piece)
    assert recent == tuple(range(3, LONGEST_MATCH + 3))
