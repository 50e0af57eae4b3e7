"""What the notes say of all their places at once is what a trail says of each in turn."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.lm.mixture.contexts import ContextState, CorpusContexts, PieceKinds

TEXTS = [b"<s>", b"\n", b"``", b"```", b" the", b"ing", b" a", b"b", b".", b" ", b"#", b"py"]
KINDS = PieceKinds.of(TEXTS, start=0, newline=1)


@settings(max_examples=300)
@given(st.lists(st.sampled_from([0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), max_size=80))
def test_all_places_at_once_are_what_a_trail_says_of_each(body: list[int]) -> None:
    pieces = np.array([0, *body])
    around = CorpusContexts(pieces, KINDS)
    trail = ContextState()
    for place, piece in enumerate(pieces.tolist()):
        trail = trail.after(piece, KINDS)
        assert around.piece_above[place] == trail.piece_above, place
        assert around.block[place] == trail.block, place
        assert around.words[place] == trail.words, place


def test_a_trail_knows_the_line_above_and_the_code_block() -> None:
    trail = ContextState()
    for piece in (0, 10, 4, 1, 10):
        trail = trail.after(piece, KINDS)
    assert trail.piece_above == 4
    for piece in (1, 3, 11, 1, 4):
        trail = trail.after(piece, KINDS)
    python = trail.block
    assert python
    for piece in (1, 3, 1):
        trail = trail.after(piece, KINDS)
    assert trail.block == 0


def test_a_long_line_is_followed_to_a_limit() -> None:
    pieces = np.array([0, *[4] * 300, 1, *[5] * 300])
    trail = ContextState()
    around = CorpusContexts(pieces, KINDS)
    for place, piece in enumerate(pieces.tolist()):
        trail = trail.after(piece, KINDS)
        assert around.piece_above[place] == trail.piece_above
    assert len(trail.line) < 100
