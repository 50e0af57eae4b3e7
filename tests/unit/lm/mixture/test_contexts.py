"""The features of all positions of the notes at once equal those of a text followed piece by piece."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.lm.mixture.contexts import ContextState, CorpusContexts, PieceKinds

TEXTS = [b"<s>", b"\n", b"``", b"```", b" the", b"ing", b" a", b"b", b".", b" ", b"#", b"py"]
KINDS = PieceKinds.of(TEXTS, start=0, newline=1)


@settings(max_examples=300)
@given(st.lists(st.sampled_from([0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), max_size=80))
def test_all_positions_at_once_equal_a_context_followed_to_each(body: list[int]) -> None:
    pieces = np.array([0, *body])
    corpus = CorpusContexts(pieces, KINDS)
    context = ContextState()
    for position, piece in enumerate(pieces.tolist()):
        context = context.after(piece, KINDS)
        assert corpus.piece_above[position] == context.piece_above, position
        assert corpus.code_block[position] == context.code_block, position
        assert corpus.words[position] == context.words, position


def test_a_context_has_the_line_above_and_the_code_block() -> None:
    context = ContextState()
    for piece in (0, 10, 4, 1, 10):
        context = context.after(piece, KINDS)
    assert context.piece_above == 4
    for piece in (1, 3, 11, 1, 4):
        context = context.after(piece, KINDS)
    python = context.code_block
    assert python
    for piece in (1, 3, 1):
        context = context.after(piece, KINDS)
    assert context.code_block == 0


def test_a_long_line_is_followed_to_a_limit() -> None:
    pieces = np.array([0, *[4] * 300, 1, *[5] * 300])
    context = ContextState()
    corpus = CorpusContexts(pieces, KINDS)
    for position, piece in enumerate(pieces.tolist()):
        context = context.after(piece, KINDS)
        assert corpus.piece_above[position] == context.piece_above
    assert len(context.line) < 100
